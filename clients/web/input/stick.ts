/** One stick on a touch screen. Its centre is where the thumb came down. */

const REACH = 52;
const DEAD = 0.14;

export class Stick {
  /** Within the unit circle. */
  x = 0;
  y = 0;
  /** Of the finger that holds it; -1 while none does. */
  pointer = -1;
  readonly #base: HTMLElement;
  readonly #knob: HTMLElement;
  #originX = 0;
  #originY = 0;

  constructor(base: HTMLElement) {
    this.#base = base;
    this.#knob = base.querySelector<HTMLElement>('.stick-knob')!;
  }

  get reach(): number {
    return Math.hypot(this.x, this.y);
  }

  /** Pushed farther than a resting thumb does by accident. */
  get pushed(): boolean {
    return this.reach > DEAD;
  }

  get moveX(): number {
    return this.pushed ? this.x : 0;
  }

  get moveY(): number {
    return this.pushed ? this.y : 0;
  }

  hold(pointer: number, x: number, y: number): void {
    this.pointer = pointer;
    this.#originX = x;
    this.#originY = y;
    const rest = this.#base.getBoundingClientRect();
    const left = x - rest.left - rest.width / 2;
    const top = y - rest.top - rest.height / 2;
    this.#base.style.transform = `translate(${left}px, ${top}px)`;
    this.#base.classList.add('is-held');
  }

  move(x: number, y: number): void {
    const dx = (x - this.#originX) / REACH;
    const dy = (y - this.#originY) / REACH;
    const scale = 1 / Math.max(1, Math.hypot(dx, dy));
    this.x = dx * scale;
    this.y = dy * scale;
    this.#knob.style.transform = `translate(${this.x * REACH}px, ${this.y * REACH}px)`;
  }

  release(): void {
    this.pointer = -1;
    this.x = 0;
    this.y = 0;
    this.#base.style.transform = '';
    this.#knob.style.transform = '';
    this.#base.classList.remove('is-held');
  }
}
