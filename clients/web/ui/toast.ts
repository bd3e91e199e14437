/** One short line that comes and goes. */
import { byId, setText } from './dom.ts';

const SHOWN_MS = 2600;

export class Toast {
  readonly #element = byId('toast', HTMLElement);
  #timer = 0;

  show(text: string): void {
    clearTimeout(this.#timer);
    setText(this.#element, text);
    this.#element.classList.add('is-shown');
    this.#timer = window.setTimeout(() => this.#element.classList.remove('is-shown'), SHOWN_MS);
  }
}
