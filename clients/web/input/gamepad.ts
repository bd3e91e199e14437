/** The first gamepad in the standard layout: left stick moves, right stick aims, triggers shoot. Polled once a frame. */
import { Button } from '../../../rooms/arena/rules.ts';

const DEAD = 0.2;
const FIRE = [7, 5];
const ROCKET = [6, 2];
const DASH = [0, 4];

export class Gamepad {
  moveX = 0;
  moveY = 0;
  /** Radians; NaN while the right stick rests. */
  aim = Number.NaN;
  buttons = 0;
  #connected = false;

  constructor() {
    addEventListener('gamepadconnected', () => {
      this.#connected = true;
    });
  }

  poll(): void {
    if (!this.#connected) return;
    const pad = navigator.getGamepads().find((candidate) => candidate?.connected);
    if (pad) this.#read(pad);
    else this.#rest();
  }

  #read(pad: globalThis.Gamepad): void {
    const [leftX = 0, leftY = 0, rightX = 0, rightY = 0] = pad.axes;
    const moving = Math.hypot(leftX, leftY) > DEAD;
    this.moveX = moving ? leftX : 0;
    this.moveY = moving ? leftY : 0;
    this.aim = Math.hypot(rightX, rightY) > DEAD ? Math.atan2(rightY, rightX) : Number.NaN;
    const any = (indices: number[], bit: number) => (indices.some((i) => pad.buttons[i]?.pressed) ? bit : 0);
    this.buttons = any(FIRE, Button.fire) | any(ROCKET, Button.rocket) | any(DASH, Button.dash);
  }

  #rest(): void {
    this.moveX = 0;
    this.moveY = 0;
    this.aim = Number.NaN;
    this.buttons = 0;
  }
}
