/** All devices as one: where the player wants to go in this step, and which thing they drop. */
import { ITEM_KINDS, type ItemKind } from '../../../rooms/world/rules.ts';
import type { Walk } from '../../../rooms/world/simulation.ts';
import { Gamepad } from '../input/gamepad.ts';
import { type KeyAction, Keyboard } from '../input/keyboard.ts';
import { byId } from '../ui/dom.ts';

export interface ControlEvents {
  onAction(action: KeyAction): void;
  onDrop(kind: ItemKind): void;
  /** A finger came down: the page makes room for thumbs. */
  onTouch(): void;
}

const FULL_STICK = 127;
/** The mouse this near to the body, in CSS pixels, is on it; and from here on it means full speed. */
const ON_BODY = 14;
const FULL_SPEED = 70;

export class Controls {
  /** Where the own body is on the screen, in CSS pixels: what the mouse points away from. */
  bodyX = innerWidth / 2;
  bodyY = innerHeight / 2;
  readonly #keyboard: Keyboard;
  readonly #stick: Stick;
  readonly #gamepad = new Gamepad();
  readonly #mouse = { held: false, x: 0, y: 0 };
  #enabled = false;

  constructor(surface: HTMLElement, events: ControlEvents) {
    this.#keyboard = new Keyboard((action) => events.onAction(action));
    this.#stick = new Stick(surface, () => events.onTouch());
    this.#listenToMouse(surface);
    addEventListener('keydown', ({ code, repeat, target }) => {
      const kind = ITEM_KINDS[Number(/^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]) - 1];
      if (kind !== undefined && this.#enabled && !repeat && !(target instanceof HTMLInputElement)) events.onDrop(kind);
    });
  }

  /** Off, everything is let go of and nothing is taken. */
  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    this.#keyboard.enabled = enabled;
    if (enabled) return;
    this.#keyboard.release();
    this.#stick.release();
    this.#mouse.held = false;
  }

  /** Once a frame. */
  poll(): void {
    this.#gamepad.poll();
  }

  /** Writes the input of one step; the caller makes it harmless (`sanitizeWalk`). */
  readonly sample = (input: Walk): void => {
    const reach = this.#enabled ? FULL_STICK : 0;
    const mouse = this.#towardsMouse();
    input.moveX = Math.round((this.#keyboard.moveX + this.#stick.x + this.#gamepad.moveX + mouse.x) * reach);
    input.moveY = Math.round((this.#keyboard.moveY + this.#stick.y + this.#gamepad.moveY + mouse.y) * reach);
    input.steps = 1;
  };

  #towardsMouse(): { x: number; y: number } {
    const [dx, dy] = [this.#mouse.x - this.bodyX, this.#mouse.y - this.bodyY];
    const distance = Math.hypot(dx, dy);
    if (!this.#mouse.held || distance < ON_BODY) return { x: 0, y: 0 };
    const share = Math.min(1, distance / FULL_SPEED) / distance;
    return { x: dx * share, y: dy * share };
  }

  #listenToMouse(surface: HTMLElement): void {
    const mouse = this.#mouse;
    const move = (event: PointerEvent): void => {
      if (event.pointerType === 'touch') return;
      mouse.x = event.clientX;
      mouse.y = event.clientY;
      mouse.held &&= (event.buttons & 1) !== 0;
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', move);
    addEventListener('blur', () => {
      mouse.held = false;
    });
    surface.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'touch' || event.button !== 0) return;
      move(event);
      surface.focus({ preventScroll: true });
      surface.setPointerCapture(event.pointerId);
      mouse.held = true;
    });
    surface.addEventListener('contextmenu', (event) => event.preventDefault());
  }
}

const REACH = 52;
const DEAD = 0.14;

/** A stick under the finger, wherever it comes down; `x, y` within the unit circle. */
class Stick {
  x = 0;
  y = 0;
  readonly #base = byId('stick', HTMLElement);
  readonly #knob = this.#base.querySelector<HTMLElement>('.stick-knob')!;
  #pointer = -1;
  #originX = 0;
  #originY = 0;

  constructor(surface: HTMLElement, onUse: () => void) {
    surface.addEventListener('pointerdown', (event) => {
      if (event.pointerType !== 'touch' || this.#pointer !== -1) return;
      onUse();
      this.#hold(event);
    });
    addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      addEventListener(end, ({ pointerId }) => {
        if (pointerId === this.#pointer) this.release();
      });
    }
  }

  release(): void {
    this.#pointer = -1;
    this.x = 0;
    this.y = 0;
    this.#base.style.transform = '';
    this.#knob.style.transform = '';
    this.#base.classList.remove('is-held');
  }

  #hold({ pointerId, clientX, clientY }: PointerEvent): void {
    this.#pointer = pointerId;
    this.#originX = clientX;
    this.#originY = clientY;
    const rest = this.#base.getBoundingClientRect();
    const [left, top] = [clientX - rest.left - rest.width / 2, clientY - rest.top - rest.height / 2];
    this.#base.style.transform = `translate(${left}px, ${top}px)`;
    this.#base.classList.add('is-held');
  }

  #move({ pointerId, clientX, clientY }: PointerEvent): void {
    if (pointerId !== this.#pointer) return;
    const [dx, dy] = [(clientX - this.#originX) / REACH, (clientY - this.#originY) / REACH];
    const reach = Math.hypot(dx, dy);
    const scale = reach < DEAD ? 0 : 1 / Math.max(1, reach);
    this.x = dx * scale;
    this.y = dy * scale;
    this.#knob.style.transform = `translate(${this.x * REACH}px, ${this.y * REACH}px)`;
  }
}
