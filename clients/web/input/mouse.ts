/** Where the mouse points, in CSS pixels, and which of its buttons are down. */
import { Button } from '../../../rooms/arena/rules.ts';

const PRIMARY = 0;
const SECONDARY = 2;

export class Mouse {
  x = innerWidth / 2;
  y = innerHeight / 2;
  readonly #surface: HTMLElement;
  #held = 0;
  #pressed = 0;

  constructor(surface: HTMLElement, onUse: () => void) {
    this.#surface = surface;
    addEventListener('pointermove', (event) => this.#move(event, onUse));
    surface.addEventListener('pointerdown', (event) => this.#down(event));
    // A second button while one is down comes as a move.
    surface.addEventListener('pointermove', (event) => this.#change(event));
    addEventListener('pointerup', (event) => this.#change(event));
    surface.addEventListener('contextmenu', (event) => event.preventDefault());
    addEventListener('blur', () => this.release());
  }

  /** Buttons held now, or pressed since the last call. */
  takeButtons(): number {
    const buttons = this.#held | this.#pressed;
    this.#pressed = 0;
    return buttons;
  }

  release(): void {
    this.#held = 0;
    this.#pressed = 0;
  }

  #move(event: PointerEvent, onUse: () => void): void {
    if (event.pointerType === 'touch') return;
    this.x = event.clientX;
    this.y = event.clientY;
    onUse();
  }

  #down(event: PointerEvent): void {
    if (event.pointerType === 'touch') return;
    event.preventDefault();
    this.#surface.focus({ preventScroll: true });
    this.#surface.setPointerCapture(event.pointerId);
    this.#hold(event.buttons);
    if (event.button === PRIMARY) this.#pressed |= Button.fire;
    if (event.button === SECONDARY) this.#pressed |= Button.rocket;
  }

  #change(event: PointerEvent): void {
    if (event.pointerType !== 'touch') this.#hold(event.buttons);
  }

  #hold(buttons: number): void {
    const held = (buttons & 1 ? Button.fire : 0) | (buttons & 2 ? Button.rocket : 0);
    this.#pressed |= held & ~this.#held;
    this.#held = held;
  }
}
