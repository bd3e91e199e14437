/** The network panel: what the line is like, and two sliders that make it worse, so that the netcode can be felt. */
import type { Line } from '../latency.ts';
import type { Meter, NetNumbers } from '../meter.ts';
import { byId, make, setHidden, setText } from './dom.ts';
import { Graph } from './graph.ts';

type Show = (numbers: NetNumbers) => string;
/** Name for the page's tests, label, and how it is written. */
export type PanelRow = readonly [string, string, Show];

const ms = (value: number) => `${Math.round(value)} ms`;
const perSecond = (bytes: number) => (bytes >= 1000 ? `${(bytes / 1000).toFixed(1)} kB/s` : `${Math.round(bytes)} B/s`);

/** Of a page without shots; the arena adds its own. */
export const LINE_ROWS: readonly PanelRow[] = [
  ['ping', 'Round trip', ({ pingMs }) => ms(pingMs)],
  ['answer', 'Input to answer', ({ answerMs }) => ms(answerMs)],
  ['jitter', 'Jitter', ({ jitterMs }) => `${jitterMs.toFixed(1)} ms`],
  ['patches', 'Patches', ({ patchesPerSecond }) => `${patchesPerSecond.toFixed(1)} /s`],
  ['in', 'Received', ({ bytesInPerSecond }) => perSecond(bytesInPerSecond)],
  ['out', 'Sent', ({ bytesOutPerSecond }) => perSecond(bytesOutPerSecond)],
  ['corrections', 'Corrections', ({ corrections }) => String(corrections)],
  ['size', 'Newest, largest', (n) => `${n.lastCorrection.toFixed(1)}, ${n.largestCorrection.toFixed(1)} units`],
  ['pending', 'Inputs under way', ({ pendingInputs }) => String(pendingInputs)],
  ['delay', 'Others shown behind', ({ delayMs }) => ms(delayMs)],
  ['tick', 'Server tick', ({ serverTick }) => String(serverTick)],
  ['frame', 'Frame script p95', (n) => `${n.frameP95Ms.toFixed(1)} ms at ${Math.round(n.framesPerSecond)} fps`],
];
const ARENA_ROWS: readonly PanelRow[] = [
  ...LINE_ROWS,
  ['hits', 'Gun hits seen, given', ({ hitsSeen, hitsGiven }) => `${hitsSeen}, ${hitsGiven}`],
];

export class Panel {
  readonly #rows: readonly PanelRow[];
  readonly #root = byId('panel', HTMLElement);
  readonly #values: HTMLElement[] = [];
  readonly #rtt = new Graph(byId('graph-rtt', HTMLCanvasElement), '#dba94a', 50);
  readonly #patch = new Graph(byId('graph-patch', HTMLCanvasElement), '#7fb7d8', 50);
  readonly #rttScale = byId('graph-rtt-scale', HTMLElement);
  readonly #patchScale = byId('graph-patch-scale', HTMLElement);
  readonly #latency = byId('add-latency', HTMLInputElement);
  readonly #jitter = byId('add-jitter', HTMLInputElement);
  #line: Line | undefined;
  #patches = 0;
  #pingMs = 0;

  constructor(rows = ARENA_ROWS) {
    this.#rows = rows;
    const list = byId('panel-numbers', HTMLElement);
    for (const [name, label] of rows) {
      const value = make('dd');
      value.dataset.number = name;
      list.append(make('dt', '', label), value);
      this.#values.push(value);
    }
    for (const slider of [this.#latency, this.#jitter]) slider.addEventListener('input', () => this.#apply());
  }

  get open(): boolean {
    return !this.#root.hidden;
  }

  show(shown: boolean): void {
    setHidden(this.#root, !shown);
  }

  /** The line of a new match starts as bad as the sliders stand. */
  attach(line: Line | undefined): void {
    this.#line = line;
    this.#patches = 0;
    this.#apply();
  }

  /** Once a frame; `sampled` when the meter has taken its rates anew. */
  update(meter: Meter, sampled: boolean): void {
    this.#plot();
    if (!sampled) return;
    const numbers = meter.numbers();
    this.#pingMs = numbers.pingMs;
    if (!this.open) return;
    for (const [i, [, , show]] of this.#rows.entries()) setText(this.#values[i]!, show(numbers));
    setText(this.#rttScale, `${this.#rtt.draw()} ms`);
    setText(this.#patchScale, `${this.#patch.draw()} ms`);
  }

  /** One column for each patch. */
  #plot(): void {
    if (!this.#line || this.#line.patches === this.#patches) return;
    this.#patches = this.#line.patches;
    this.#patch.add(this.#line.patchIntervalMs);
    this.#rtt.add(this.#pingMs);
  }

  #apply(): void {
    const { latency, jitter } = { latency: this.#latency.valueAsNumber, jitter: this.#jitter.valueAsNumber };
    setText(byId('add-latency-value', HTMLElement), `${latency} ms`);
    setText(byId('add-jitter-value', HTMLElement), `${jitter} ms`);
    if (!this.#line) return;
    this.#line.addedLatencyMs = latency;
    this.#line.addedJitterMs = jitter;
  }
}
