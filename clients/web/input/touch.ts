/**
 * Two thumbs: the left one moves, the right one aims and, pushed out, fires. A stick's centre is where the thumb came
 * down. Two buttons for rocket and dash.
 */
import { Button } from '../../../rooms/arena/rules.ts';
import { byId } from '../ui/dom.ts';

const REACH = 52;
const DEAD = 0.14;
/** How far the aiming stick is pushed before it fires. */
const FIRE_FROM = 0.5;

/** One stick on the screen; `x, y` within the unit circle. */
class Stick {
  x = 0;
  y = 0;
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

export class Touch {
  readonly #left = new Stick(byId('stick-left', HTMLElement));
  readonly #right = new Stick(byId('stick-right', HTMLElement));
  readonly #onUse: () => void;
  #held = 0;
  #pressed = 0;

  constructor(surface: HTMLElement, onUse: () => void) {
    this.#onUse = onUse;
    surface.addEventListener('pointerdown', (event) => this.#down(event));
    addEventListener('pointermove', (event) => this.#move(event));
    addEventListener('pointerup', (event) => this.#up(event));
    addEventListener('pointercancel', (event) => this.#up(event));
    this.#button('touch-rocket', Button.rocket);
    this.#button('touch-dash', Button.dash);
  }

  get moveX(): number {
    return this.#left.reach > DEAD ? this.#left.x : 0;
  }

  get moveY(): number {
    return this.#left.reach > DEAD ? this.#left.y : 0;
  }

  /** Where the right thumb points, in radians; NaN while it rests. */
  get aim(): number {
    return this.#right.reach > DEAD ? Math.atan2(this.#right.y, this.#right.x) : Number.NaN;
  }

  takeButtons(): number {
    const fire = this.#right.reach > FIRE_FROM ? Button.fire : 0;
    const buttons = this.#held | this.#pressed | fire;
    this.#pressed = 0;
    return buttons;
  }

  release(): void {
    this.#left.release();
    this.#right.release();
    this.#held = 0;
    this.#pressed = 0;
  }

  #down(event: PointerEvent): void {
    if (event.pointerType !== 'touch') return;
    this.#onUse();
    const stick = event.clientX < innerWidth / 2 ? this.#left : this.#right;
    if (stick.pointer === -1) stick.hold(event.pointerId, event.clientX, event.clientY);
  }

  #move(event: PointerEvent): void {
    for (const stick of [this.#left, this.#right]) {
      if (stick.pointer === event.pointerId) stick.move(event.clientX, event.clientY);
    }
  }

  #up(event: PointerEvent): void {
    for (const stick of [this.#left, this.#right]) {
      if (stick.pointer === event.pointerId) stick.release();
    }
  }

  #button(id: string, bit: number): void {
    const button = byId(id, HTMLButtonElement);
    const letGo = () => {
      this.#held &= ~bit;
      button.classList.remove('is-held');
    };
    button.addEventListener('pointerdown', () => {
      this.#onUse();
      this.#held |= bit;
      this.#pressed |= bit;
      button.classList.add('is-held');
    });
    button.addEventListener('pointerup', letGo);
    button.addEventListener('pointercancel', letGo);
    button.addEventListener('contextmenu', (event) => event.preventDefault());
  }
}
