/**
 * Two thumbs: the left one moves, the right one aims and, pushed out, fires. A stick's centre is where the thumb came
 * down. Two buttons for rocket and dash.
 */
import { Button } from '../../../rooms/arena/rules.ts';
import { byId } from '../ui/dom.ts';
import { Stick } from './stick.ts';

/** How far the aiming stick is pushed before it fires. */
const FIRE_FROM = 0.5;

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
    return this.#left.moveX;
  }

  get moveY(): number {
    return this.#left.moveY;
  }

  /** Where the right thumb points, in radians; NaN while it rests. */
  get aim(): number {
    return this.#right.pushed ? Math.atan2(this.#right.y, this.#right.x) : Number.NaN;
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
