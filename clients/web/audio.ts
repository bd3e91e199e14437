/**
 * The sound: one audio context, started by the first gesture (browsers allow no sooner), with a limiter and the mute.
 * Every sound is synthesized; the recipes are in sounds.ts. Sounds in the arena come from their side and fade with distance.
 */
import { RECIPES, type SoundName } from './sounds.ts';

const VOLUME = 0.5;
const HEARD_WITHIN = 1300;
/** No more than this many starts of one sound within a moment: sixteen guns are noise enough. */
const MOMENT_SECONDS = 0.045;
const GESTURES = ['pointerdown', 'keydown', 'touchend'] as const;

export class Audio {
  /** Where the ear is, in world units. */
  earX = 0;
  earY = 0;
  #muted: boolean;
  #context: AudioContext | undefined;
  #output: GainNode | undefined;
  #noise: AudioBuffer | undefined;
  readonly #lastAt = new Map<SoundName, number>();

  constructor(muted: boolean) {
    this.#muted = muted;
    const start = () => this.#start();
    for (const gesture of GESTURES) addEventListener(gesture, start, { capture: true, passive: true });
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    if (this.#context && this.#output) {
      this.#output.gain.setTargetAtTime(muted ? 0 : VOLUME, this.#context.currentTime, 0.015);
    }
  }

  /** Plays a sound at the ear, or from a place in the arena. */
  play(name: SoundName, x = this.earX, y = this.earY): void {
    const context = this.#context;
    if (!context || !this.#output || !this.#noise || this.#muted || context.state !== 'running') return;
    const distance = Math.hypot(x - this.earX, y - this.earY);
    const loudness = (1 - Math.min(1, distance / HEARD_WITHIN)) ** 2;
    const now = context.currentTime;
    if (loudness < 0.01 || now - (this.#lastAt.get(name) ?? -1) < MOMENT_SECONDS) return;
    this.#lastAt.set(name, now);
    const place = new StereoPannerNode(context, { pan: Math.max(-0.8, Math.min(0.8, (x - this.earX) / 700)) });
    const gain = new GainNode(context, { gain: loudness });
    gain.connect(place).connect(this.#output);
    RECIPES[name]({ context, output: gain, noise: this.#noise, at: now });
  }

  #start(): void {
    if (this.#context) {
      if (this.#context.state === 'suspended') void this.#context.resume();
      return;
    }
    const context = new AudioContext({ latencyHint: 'interactive' });
    const limiter = new DynamicsCompressorNode(context, {
      threshold: -14,
      knee: 8,
      ratio: 12,
      attack: 0.002,
      release: 0.12,
    });
    this.#output = new GainNode(context, { gain: this.#muted ? 0 : VOLUME });
    this.#output.connect(limiter).connect(context.destination);
    this.#noise = whiteNoise(context);
    this.#context = context;
  }
}

function whiteNoise(context: AudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
  return buffer;
}
