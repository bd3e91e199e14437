/** Held keys, by their place on the keyboard (`event.code`), so that WASD is where it is on every layout. */
import { Button } from '../../../rooms/arena/rules.ts';

/** What a key does besides playing. */
export type KeyAction = 'board-show' | 'board-hide' | 'menu' | 'mute' | 'panel';

const LEFT = new Set(['KeyA', 'ArrowLeft']);
const RIGHT = new Set(['KeyD', 'ArrowRight']);
const UP = new Set(['KeyW', 'ArrowUp']);
const DOWN = new Set(['KeyS', 'ArrowDown']);
const BUTTONS = new Map<string, number>([
  ['KeyE', Button.rocket],
  ['Space', Button.dash],
  ['ShiftLeft', Button.dash],
  ['ShiftRight', Button.dash],
]);
const ACTIONS = new Map<string, KeyAction>([
  ['Escape', 'menu'],
  ['KeyM', 'mute'],
  ['F3', 'panel'],
]);

export class Keyboard {
  /** Off while a dialog has the keys. */
  enabled = false;
  readonly #held = new Set<string>();
  readonly #onAction: (action: KeyAction) => void;
  #pressed = 0;

  constructor(onAction: (action: KeyAction) => void) {
    this.#onAction = onAction;
    addEventListener('keydown', (event) => this.#down(event));
    addEventListener('keyup', (event) => this.#up(event));
    addEventListener('blur', () => this.release());
  }

  get moveX(): number {
    return Number(this.#any(RIGHT)) - Number(this.#any(LEFT));
  }

  get moveY(): number {
    return Number(this.#any(DOWN)) - Number(this.#any(UP));
  }

  /** Buttons held now, or pressed since the last call: a tap between two steps counts. */
  takeButtons(): number {
    let buttons = this.#pressed;
    for (const code of this.#held) buttons |= BUTTONS.get(code) ?? 0;
    this.#pressed = 0;
    return buttons;
  }

  /** Lets go of every key. */
  release(): void {
    if (this.#held.delete('Tab')) this.#onAction('board-hide');
    this.#held.clear();
    this.#pressed = 0;
  }

  #down(event: KeyboardEvent): void {
    // While Command is down macOS tells of no other key that is let go.
    if (event.key === 'Meta') this.release();
    if (!this.enabled || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const { code } = event;
    const action = ACTIONS.get(code);
    if (!action && !isPlaying(code)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (action) this.#onAction(action);
    else this.#hold(code);
  }

  #hold(code: string): void {
    this.#held.add(code);
    this.#pressed |= BUTTONS.get(code) ?? 0;
    if (code === 'Tab') this.#onAction('board-show');
  }

  #up({ code }: KeyboardEvent): void {
    if (this.#held.delete(code) && code === 'Tab') this.#onAction('board-hide');
  }

  #any(codes: ReadonlySet<string>): boolean {
    for (const code of codes) if (this.#held.has(code)) return true;
    return false;
  }
}

function isPlaying(code: string): boolean {
  return code === 'Tab' || BUTTONS.has(code) || LEFT.has(code) || RIGHT.has(code) || UP.has(code) || DOWN.has(code);
}

/** Keys belong to the field that has the focus; a slider keeps only its arrows. */
function isTyping(event: KeyboardEvent): boolean {
  if (!(event.target instanceof HTMLInputElement)) return false;
  return event.target.type !== 'range' || event.code.startsWith('Arrow');
}
