/** How each sound is made of tones and filtered noise. Times in seconds, pitches in Hz. */

export interface Player {
  readonly context: AudioContext;
  readonly output: AudioNode;
  readonly noise: AudioBuffer;
  /** When it starts, on the context's clock. */
  readonly at: number;
}

interface Tone {
  readonly type?: OscillatorType;
  readonly from: number;
  readonly to?: number;
  readonly delay?: number;
  readonly attack?: number;
  readonly length: number;
  readonly gain: number;
}

interface Hiss {
  readonly filter: BiquadFilterType;
  readonly from: number;
  readonly to?: number;
  readonly q?: number;
  readonly delay?: number;
  readonly attack?: number;
  readonly length: number;
  readonly gain: number;
}

export type SoundName = keyof typeof RECIPES;

export const RECIPES = {
  gun(player: Player) {
    hiss(player, { filter: 'bandpass', from: 2600, to: 700, q: 0.8, length: 0.09, gain: 0.5 });
    tone(player, { type: 'square', from: 320, to: 70, length: 0.08, gain: 0.2 });
  },
  rocket(player: Player) {
    hiss(player, { filter: 'lowpass', from: 400, to: 2600, length: 0.45, gain: 0.42, attack: 0.03 });
    tone(player, { type: 'sawtooth', from: 95, to: 210, length: 0.32, gain: 0.2 });
  },
  explosion(player: Player) {
    hiss(player, { filter: 'lowpass', from: 1900, to: 60, length: 0.95, gain: 1.1 });
    tone(player, { from: 130, to: 28, length: 0.7, gain: 0.95 });
    hiss(player, { filter: 'highpass', from: 2400, length: 0.06, gain: 0.35 });
  },
  hit(player: Player) {
    tone(player, { type: 'triangle', from: 1250, to: 900, length: 0.06, gain: 0.4 });
    hiss(player, { filter: 'highpass', from: 3800, length: 0.03, gain: 0.22 });
  },
  hurt(player: Player) {
    tone(player, { type: 'sawtooth', from: 190, to: 80, length: 0.16, gain: 0.34 });
    hiss(player, { filter: 'lowpass', from: 900, to: 200, length: 0.13, gain: 0.5 });
  },
  dash(player: Player) {
    hiss(player, { filter: 'bandpass', from: 500, to: 2800, q: 1.6, length: 0.2, gain: 0.55, attack: 0.02 });
  },
  health(player: Player) {
    tone(player, { type: 'triangle', from: 523, length: 0.14, gain: 0.26 });
    tone(player, { type: 'triangle', from: 784, delay: 0.07, length: 0.2, gain: 0.26 });
  },
  haste(player: Player) {
    for (const [i, pitch] of [587, 740, 988].entries()) {
      tone(player, { type: 'triangle', from: pitch, delay: i * 0.055, length: 0.16, gain: 0.24 });
    }
  },
  kill(player: Player) {
    tone(player, { type: 'triangle', from: 392, length: 0.16, gain: 0.34 });
    tone(player, { type: 'triangle', from: 587, delay: 0.09, length: 0.3, gain: 0.34 });
    hiss(player, { filter: 'lowpass', from: 600, to: 90, length: 0.3, gain: 0.3 });
  },
  death(player: Player) {
    tone(player, { type: 'sawtooth', from: 260, to: 45, length: 0.6, gain: 0.32 });
    hiss(player, { filter: 'lowpass', from: 1200, to: 80, length: 0.5, gain: 0.6 });
  },
  arrival(player: Player) {
    hiss(player, { filter: 'lowpass', from: 160, to: 500, length: 0.3, gain: 0.6, attack: 0.08 });
    tone(player, { type: 'triangle', from: 220, to: 330, length: 0.26, gain: 0.22, attack: 0.04 });
  },
  tick(player: Player) {
    tone(player, { type: 'square', from: 880, length: 0.05, gain: 0.12 });
  },
  start(player: Player) {
    for (const [pitch, delay] of [
      [294, 0],
      [440, 0.11],
      [587, 0.22],
    ] as const) {
      tone(player, { type: 'sawtooth', from: pitch, delay, length: 0.42, gain: 0.16, attack: 0.02 });
    }
  },
  end(player: Player) {
    tone(player, { from: 98, to: 96, length: 2.2, gain: 0.6, attack: 0.01 });
    tone(player, { type: 'triangle', from: 196, to: 195, length: 1.4, gain: 0.25, attack: 0.01 });
    hiss(player, { filter: 'bandpass', from: 1400, to: 300, q: 0.6, length: 1, gain: 0.22 });
  },
  victory(player: Player) {
    for (const [i, pitch] of [392, 494, 587, 784].entries()) {
      tone(player, { type: 'sawtooth', from: pitch, delay: i * 0.13, length: 0.5, gain: 0.14, attack: 0.02 });
      tone(player, { type: 'triangle', from: pitch / 2, delay: i * 0.13, length: 0.5, gain: 0.2, attack: 0.02 });
    }
  },
} satisfies Record<string, (player: Player) => void>;

function tone({ context, output, at }: Player, { type = 'sine', from, to = from, delay = 0, ...shape }: Tone): void {
  const start = at + delay;
  const oscillator = new OscillatorNode(context, { type, frequency: from });
  oscillator.frequency.exponentialRampToValueAtTime(to, start + shape.length);
  oscillator.connect(envelope(context, start, shape)).connect(output);
  oscillator.start(start);
  oscillator.stop(start + shape.length + 0.02);
}

function hiss(
  { context, output, noise, at }: Player,
  { filter, from, to = from, q = 0.7, delay = 0, ...shape }: Hiss,
): void {
  const start = at + delay;
  const source = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
  const band = new BiquadFilterNode(context, { type: filter, frequency: from, Q: q });
  band.frequency.exponentialRampToValueAtTime(to, start + shape.length);
  source
    .connect(band)
    .connect(envelope(context, start, shape))
    .connect(output);
  source.start(start, Math.random() * 0.5);
  source.stop(start + shape.length + 0.02);
}

interface Shape {
  readonly attack?: number;
  readonly length: number;
  readonly gain: number;
}

/** Up in `attack`, then away to nothing. */
function envelope(context: AudioContext, start: number, { attack = 0.003, length, gain }: Shape): GainNode {
  const node = new GainNode(context, { gain: 0 });
  node.gain.setValueAtTime(0.0001, start);
  node.gain.exponentialRampToValueAtTime(gain, start + attack);
  node.gain.exponentialRampToValueAtTime(0.0001, start + length);
  return node;
}
