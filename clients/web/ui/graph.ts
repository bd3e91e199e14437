/** A small graph of the last moments of one number, newest at the right. */

const SAMPLES = 128;

export class Graph {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #values = new Float32Array(SAMPLES);
  readonly #color: string;
  /** The scale's top never goes below this. */
  readonly #least: number;
  #at = 0;

  constructor(canvas: HTMLCanvasElement, color: string, least: number) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d')!;
    this.#color = color;
    this.#least = least;
  }

  add(value: number): void {
    this.#values[this.#at] = value;
    this.#at = (this.#at + 1) % SAMPLES;
  }

  /** Draws, and answers the value at the top of the scale. */
  draw(): number {
    const { width, height } = this.#canvas;
    const top = Math.max(this.#least, niceTop(this.#largest()));
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.fillStyle = this.#color;
    const step = width / SAMPLES;
    for (let i = 0; i < SAMPLES; i++) {
      const value = this.#values[(this.#at + i) % SAMPLES]!;
      const tall = Math.min(1, value / top) * (height - 2);
      context.fillRect(i * step, height - tall, Math.max(1, step - 0.5), tall);
    }
    return top;
  }

  #largest(): number {
    let largest = 0;
    for (const value of this.#values) if (value > largest) largest = value;
    return largest;
  }
}

/** 1, 2 or 5 times a power of ten. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5]) if (value <= unit * factor) return unit * factor;
  return unit * 10;
}
