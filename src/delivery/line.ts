/**
 * The way to one client: every byte for it passes here. A line is live while what is under way fits its window. Past
 * that it is congested: no state is sent, messages wait in order, memory stays flat. When enough was acknowledged the
 * next state frame brings the client up to date, and what waited follows. See SPEC.md. Time, nonces and the socket come in.
 */
import { CloseCodes } from '../kernel/errors.ts';
import type { Clock, Labels, Meter, StateLine } from '../kernel/ports.ts';
import { type Framed, frame, PING_BYTES, writePing } from './frames.ts';
import { InFlightWindow } from './in-flight-window.ts';
import { Latency } from './latency.ts';
import { MAX_OPEN_MARKS, Marks, type Nonces } from './marks.ts';
import { type Done, MessageQueue } from './message-queue.ts';

/** The socket below a line. Buffers given to it are never written to again. After `close` it takes no more. */
export interface Wire {
  /** Sends whole WebSocket frames. */
  write(frames: Buffer, done?: Done): void;
  /** The same as one write of both, without a copy of the first. */
  writeBoth(first: Buffer, second: Buffer, done?: Done): void;
  close(code: number, reason: string): void;
}

export interface LineOptions {
  /** Under way beyond this, and beyond two state frames, a line is congested. */
  readonly maxInFlightBytes: number;
  /** Messages that may wait for a congested line; any one of them may. */
  readonly maxQueuedBytes: number;
  /** So long congested, or without an answer, and a line is closed. */
  readonly congestedTimeoutMs: number;
}

export interface LineDeps {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly nonces: Nonces;
}

export interface MessageOptions {
  /** Not worth waiting: dropped when the line is not live. */
  readonly volatile?: boolean | undefined;
  /** A state frame of stock code, of which a newer whole state makes the waiting ones void. */
  readonly isState?: boolean | undefined;
  readonly done?: Done | undefined;
}

/** A line is marked with the first frame, or at the first beat, that comes so long after its last mark. */
export const MARK_EVERY_MS = 3000;
/** While answers are owed, a mark each time this share of the window was sent. */
const MARK_EVERY_SHARE = 1 / 4;
/**
 * While none is, as late as the answer can still come in time at the rate of late, because each costs a pong, and to read
 * one costs the server about as much as to send a patch: not before the first share is under way, and not after the other.
 */
const MARK_QUICK_FROM_SHARE = 1 / 2;
const MARK_QUICK_UP_TO_SHARE = 3 / 4;
/** An answer in time may take so much longer than twice the one before. */
const ANSWER_MARGIN_MS = 200;
/** A congested line is free again below this share of the window. */
const FREE_SHARE = 1 / 2;
/** Up to this size a frame is copied to go with its ping in one buffer; beyond, two buffers are cheaper. */
const COPY_BYTES = 8192;

type Phase =
  | { readonly name: 'live' }
  /** `missed`: a state frame was not sent meanwhile. */
  | { readonly name: 'congested'; readonly sinceMs: number; missed: boolean }
  /** `offered`: a state frame was asked for once. */
  | { readonly name: 'resyncing'; offered: boolean }
  | { readonly name: 'gone' };

const LIVE: Phase = Object.freeze({ name: 'live' });
const GONE: Phase = Object.freeze({ name: 'gone' });
const NO_OPTIONS: MessageOptions = Object.freeze({});

const REASONS = {
  congested: 'the connection cannot keep up',
  queue: 'too many messages wait for the connection',
  silent: 'the connection does not answer',
} as const;

export class Line implements StateLine {
  readonly #wire: Wire;
  readonly #deps: LineDeps;
  readonly #options: LineOptions;
  readonly #labels: Labels;
  readonly #marks: Marks;
  readonly #window: InFlightWindow;
  readonly #latency = new Latency();
  readonly #queue = new MessageQueue();
  #phase: Phase = LIVE;
  #observedAtMs = Number.NEGATIVE_INFINITY;
  /** How long the newest answer took. */
  #answeredInMs = 0;

  constructor(wire: Wire, deps: LineDeps, options: LineOptions, labels: Labels) {
    this.#wire = wire;
    this.#deps = deps;
    this.#options = options;
    this.#labels = labels;
    this.#marks = new Marks(deps.nonces);
    this.#window = new InFlightWindow(options.maxInFlightBytes);
  }

  get state(): StateLine['state'] {
    return this.#phase.name;
  }

  get roundTripMs(): number | undefined {
    return this.#latency.roundTripMs;
  }

  get deliveryMs(): number | undefined {
    return this.#latency.deliveryMs;
  }

  /** Bytes sent that the client is not known to have read. */
  get underWayBytes(): number {
    return this.#marks.underWay;
  }

  /** Bytes of messages that wait. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  ready(): boolean {
    this.#congestIfFull();
    const phase = this.#phase;
    switch (phase.name) {
      case 'live':
        return true;
      case 'congested':
        phase.missed = true;
        this.#closeIfTooLong(phase.sinceMs);
        return false;
      case 'resyncing':
        if (!phase.offered) {
          phase.offered = true;
          return true;
        }
        // It was offered a frame before and there was nothing to tell: it has all.
        this.#resume();
        return this.ready();
      case 'gone':
        return false;
    }
  }

  sendState(message: Buffer): void {
    this.sendFramedState(frame(message));
  }

  /** As sendState, for a frame that several clients are sent. */
  sendFramedState(framed: Framed): void {
    const phase = this.#phase;
    switch (phase.name) {
      case 'live':
        this.#window.sent(framed.length);
        this.#send(framed);
        break;
      case 'resyncing':
        this.#window.sent(framed.length);
        this.#send(framed);
        this.#queue.dropState();
        this.#resume();
        break;
      case 'congested':
        phase.missed = true;
        break;
      case 'gone':
        break;
    }
  }

  /** A message of the game, or a frame of stock code: now if the line is live, else it waits its turn, or is dropped. */
  sendMessage(framed: Framed, { volatile = false, isState = false, done }: MessageOptions = NO_OPTIONS): void {
    this.#congestIfFull();
    if (this.#phase === LIVE) {
      if (isState) this.#window.sent(framed.length);
      this.#send(framed, done);
    } else if (this.#phase === GONE) {
      done?.(new Error('the connection is closed'));
    } else if (volatile) {
      this.dropMessage();
      done?.(new Error('dropped: the connection is congested'));
    } else if (this.#queue.takes(framed, this.#options.maxQueuedBytes)) {
      this.#queue.push({ framed: unpooled(framed), isState, done });
    } else {
      this.#close('queue');
      done?.(new Error('the connection is closed'));
    }
  }

  /** Counts a volatile message that was not sent. */
  dropMessage(): void {
    this.#count('hypogeum_line_dropped_total');
  }

  resync(): void {
    switch (this.#phase.name) {
      case 'live':
        this.#phase = { name: 'resyncing', offered: false };
        break;
      case 'congested':
        this.#phase.missed = true;
        break;
      case 'resyncing':
      case 'gone':
        break;
    }
  }

  /** The payload of a pong; false when it answers no ping of this line. */
  pong(payload: Uint8Array): boolean {
    if (this.#phase === GONE) return false;
    const now = this.#deps.clock.now();
    const openMs = this.#marks.acknowledge(payload, now);
    if (openMs === undefined) return false;
    this.#latency.add(openMs);
    this.#answeredInMs = openMs;
    this.#observe(now);
    const phase = this.#phase;
    if (phase.name !== 'congested' || this.#marks.underWay > this.#window.bytes * FREE_SHARE) return true;
    this.#phase = { name: 'resyncing', offered: false };
    if (!phase.missed) this.#resume();
    return true;
  }

  /** To be called every few seconds: asks a quiet client whether it is there, and closes a line past its timeouts. */
  beat(): void {
    const phase = this.#phase;
    if (phase === GONE) return;
    if (phase.name === 'congested') {
      this.#closeIfTooLong(phase.sinceMs);
      return;
    }
    const now = this.#deps.clock.now();
    if (now - (this.#marks.owedSinceMs ?? now) > this.#options.congestedTimeoutMs) this.#close('silent');
    else if (this.#marks.open < MAX_OPEN_MARKS && now - this.#marks.markedAtMs >= MARK_EVERY_MS) this.#mark(now);
  }

  /** Sends the messages that wait, whatever is under way: the line is about to be closed in order. */
  flush(): void {
    this.#queue.dropState();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#send(next.framed, next.done);
    }
  }

  /** The socket is closed or closing; nothing is sent any more. */
  closed(): void {
    if (this.#phase === GONE) return;
    this.#phase = GONE;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      next.done?.(new Error('the connection is closed'));
    }
  }

  #send(framed: Framed, done?: Done): void {
    const marks = this.#marks;
    marks.sent(framed.length);
    const now = this.#deps.clock.now();
    if (!this.#isMarkDue(now)) {
      this.#wire.write(framed, done);
      return;
    }
    marks.sent(PING_BYTES);
    if (framed.length > COPY_BYTES) {
      this.#wire.writeBoth(framed, this.#ping(now), done);
      return;
    }
    const both = Buffer.allocUnsafe(framed.length + PING_BYTES);
    both.set(framed);
    marks.place(both, writePing(both, framed.length), now);
    this.#wire.write(both, done);
  }

  #isMarkDue(now: number): boolean {
    const { open, unmarked, markedAtMs } = this.#marks;
    if (open === MAX_OPEN_MARKS) return false;
    const sinceMs = now - markedAtMs;
    if (sinceMs >= MARK_EVERY_MS) return true;
    const { bytes } = this.#window;
    if (open > 0) return unmarked >= bytes * MARK_EVERY_SHARE;
    if (unmarked < bytes * MARK_QUICK_FROM_SHARE) return false;
    const untilAnswered = (unmarked / sinceMs) * (2 * this.#answeredInMs + ANSWER_MARGIN_MS);
    return unmarked >= bytes * MARK_QUICK_UP_TO_SHARE || unmarked + untilAnswered >= bytes;
  }

  #mark(now: number): void {
    this.#marks.sent(PING_BYTES);
    this.#wire.write(this.#ping(now));
  }

  #ping(now: number): Buffer {
    const ping = Buffer.allocUnsafe(PING_BYTES);
    this.#marks.place(ping, writePing(ping, 0), now);
    return ping;
  }

  #congestIfFull(): void {
    const { name } = this.#phase;
    if (name !== 'live' && name !== 'resyncing') return;
    if (this.#marks.underWay <= this.#window.bytes) return;
    const now = this.#deps.clock.now();
    this.#phase = { name: 'congested', sinceMs: now, missed: name === 'resyncing' };
    if (this.#marks.unmarked > 0) this.#mark(now);
    this.#count('hypogeum_line_congested_total');
  }

  /** Live again; what waited follows in order, as far as the window goes. */
  #resume(): void {
    this.#phase = LIVE;
    this.#count('hypogeum_line_resumed_total');
    while (!this.#queue.isEmpty) {
      this.#congestIfFull();
      if (this.#phase !== LIVE) return;
      const { framed, done } = this.#queue.shift()!;
      this.#send(framed, done);
    }
  }

  #closeIfTooLong(sinceMs: number): void {
    if (this.#deps.clock.now() - sinceMs > this.#options.congestedTimeoutMs) this.#close('congested');
  }

  /** The client is told to come back: with a code at which the SDK does. */
  #close(why: keyof typeof REASONS): void {
    if (this.#phase === GONE) return;
    this.closed();
    this.#deps.meter.count('hypogeum_line_closed_total', 1, { ...this.#labels, why });
    this.#wire.close(CloseCodes.mayTryReconnect, REASONS[why]);
  }

  #count(name: string): void {
    this.#deps.meter.count(name, 1, this.#labels);
  }

  #observe(now: number): void {
    if (now - this.#observedAtMs < MARK_EVERY_MS) return;
    this.#observedAtMs = now;
    this.#deps.meter.observe('hypogeum_line_round_trip_ms', this.#latency.roundTripMs!, this.#labels);
    this.#deps.meter.observe('hypogeum_line_delivery_ms', this.#latency.deliveryMs!, this.#labels);
  }
}

/** Small buffers are cut from shared blocks, and one that waits would hold its whole block. */
function unpooled(framed: Framed): Framed {
  if (framed.buffer.byteLength <= 2 * framed.length) return framed;
  const own = Buffer.allocUnsafeSlow(framed.length);
  own.set(framed);
  return own as Framed;
}
