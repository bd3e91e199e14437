/** All devices as one: where the player wants to go in this step, and which thing they drop. */
import { ITEM_KINDS, type ItemKind } from '../../../rooms/world/rules.ts';
import type { Walk } from '../../../rooms/world/simulation.ts';
import { Gamepad } from '../input/gamepad.ts';
import { type KeyAction, Keyboard } from '../input/keyboard.ts';
import { Stick } from '../input/stick.ts';
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
  readonly #stick = new Stick(byId('stick', HTMLElement));
  readonly #gamepad = new Gamepad();
  readonly #mouse = { held: false, x: 0, y: 0 };
  #enabled = false;

  constructor(surface: HTMLElement, events: ControlEvents) {
    this.#keyboard = new Keyboard((action) => events.onAction(action));
    this.#listenToMouse(surface);
    this.#listenToTouch(surface, events);
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
    input.moveX = Math.round((this.#keyboard.moveX + this.#stick.moveX + this.#gamepad.moveX + mouse.x) * reach);
    input.moveY = Math.round((this.#keyboard.moveY + this.#stick.moveY + this.#gamepad.moveY + mouse.y) * reach);
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
  #listenToTouch(surface: HTMLElement, events: ControlEvents): void {
    const stick = this.#stick;
    surface.addEventListener('pointerdown', ({ pointerType, pointerId, clientX, clientY }) => {
      if (pointerType !== 'touch' || stick.pointer !== -1) return;
      events.onTouch();
      stick.hold(pointerId, clientX, clientY);
    });
    addEventListener('pointermove', ({ pointerId, clientX, clientY }) => {
      if (pointerId === stick.pointer) stick.move(clientX, clientY);
    });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      addEventListener(end, ({ pointerId }) => {
        if (pointerId === stick.pointer) stick.release();
      });
    }
  }
}
