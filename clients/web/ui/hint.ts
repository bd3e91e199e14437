/** A line that says how to play, for the first seconds. */
import { byId, setHidden, setText } from './dom.ts';

export class Hint {
  readonly #root = byId('hint', HTMLElement);
  #secondsLeft = 0;

  show(text: string, seconds: number): void {
    setText(this.#root, text);
    this.#secondsLeft = seconds;
    setHidden(this.#root, false);
  }

  /** Once a frame. */
  update(seconds: number): void {
    if (this.#secondsLeft <= 0) return;
    this.#secondsLeft -= seconds;
    if (this.#secondsLeft <= 0) setHidden(this.#root, true);
  }
}
