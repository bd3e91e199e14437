/** All devices as one: what the player wants in this step, and where they aim. The last device used decides the aim. */
import type { Input } from '../../../rooms/arena/simulation.ts';
import { Gamepad } from './gamepad.ts';
import { type KeyAction, Keyboard } from './keyboard.ts';
import { Mouse } from './mouse.ts';
import { Touch } from './touch.ts';

export type AimDevice = 'mouse' | 'stick';

export interface ControlEvents {
  onAction(action: KeyAction): void;
  /** A finger came down: the page makes room for thumbs. */
  onTouch(): void;
}

/** From a point on the screen to the angle under which the own body sees it. */
export type AimAt = (screenX: number, screenY: number) => number;

const FULL_STICK = 127;

export class Controls {
  /** Radians, as the player wants it right now; drawn without waiting for the next step. */
  aim = 0;
  device: AimDevice = matchMedia('(pointer: coarse)').matches ? 'stick' : 'mouse';
  readonly mouse: Mouse;
  readonly #keyboard: Keyboard;
  readonly #touch: Touch;
  readonly #gamepad = new Gamepad();
  #enabled = false;

  constructor(surface: HTMLElement, events: ControlEvents) {
    this.#keyboard = new Keyboard((action) => events.onAction(action));
    this.mouse = new Mouse(surface, () => {
      this.device = 'mouse';
    });
    this.#touch = new Touch(surface, () => {
      this.device = 'stick';
      events.onTouch();
    });
  }

  /** Off, everything is let go of and nothing is taken. */
  set enabled(enabled: boolean) {
    this.#enabled = enabled;
    this.#keyboard.enabled = enabled;
    if (!enabled) this.release();
  }

  release(): void {
    this.#keyboard.release();
    this.mouse.release();
    this.#touch.release();
  }

  /** Once a frame, before steps are sampled. */
  look(aimAt: AimAt): void {
    this.#gamepad.poll();
    const stick = Number.isNaN(this.#touch.aim) ? this.#gamepad.aim : this.#touch.aim;
    if (!Number.isNaN(stick)) {
      this.device = 'stick';
      this.aim = stick;
    } else if (this.device === 'mouse') {
      this.aim = aimAt(this.mouse.x, this.mouse.y);
    } else if (this.#touch.moveX !== 0 || this.#touch.moveY !== 0) {
      this.aim = Math.atan2(this.#touch.moveY, this.#touch.moveX);
    }
  }

  /** Writes the input of one step; the caller makes it harmless (`sanitizeInput`). */
  sample(input: Input): void {
    const { moveX, moveY, buttons } = this.#wish();
    const reach = this.#enabled ? FULL_STICK : 0;
    input.moveX = Math.round(moveX * reach);
    input.moveY = Math.round(moveY * reach);
    input.aim = this.aim;
    input.buttons = this.#enabled ? buttons : 0;
  }

  #wish(): { moveX: number; moveY: number; buttons: number } {
    const keyboard = this.#keyboard;
    const buttons =
      keyboard.takeButtons() | this.mouse.takeButtons() | this.#touch.takeButtons() | this.#gamepad.buttons;
    return {
      moveX: keyboard.moveX + this.#touch.moveX + this.#gamepad.moveX,
      moveY: keyboard.moveY + this.#touch.moveY + this.#gamepad.moveY,
      buttons,
    };
  }
}
