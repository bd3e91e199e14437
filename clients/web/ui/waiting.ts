/** What is shown while the page waits: for a place in a room, or for a lost connection to come back. */
import { on } from './dialogs.ts';
import { byId, setHidden, setText } from './dom.ts';

export class Entering {
  readonly #root = byId('entering', HTMLElement);

  show(shown: boolean): void {
    setHidden(this.#root, !shown);
  }
}

export class Reconnecting {
  readonly #root = byId('reconnecting', HTMLElement);
  readonly #line = byId('reconnecting-line', HTMLElement);
  #leave: () => void = () => {};

  constructor() {
    on('reconnecting-leave', () => this.#leave());
  }

  /** `attempt` counts from 1; 0 hides it. */
  show(attempt: number): void {
    setHidden(this.#root, attempt === 0);
    if (attempt > 0) setText(this.#line, `Reconnecting (${attempt})…`);
  }

  onLeave(leave: () => void): void {
    this.#leave = leave;
  }
}
