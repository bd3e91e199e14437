/** The words around the world: how much of it this page knows, who else is there, and the title on arrival. */
import { byId, setHidden, setText } from '../ui/dom.ts';
import { Hint } from '../ui/hint.ts';
import type { WorldRoom } from './connection.ts';
import { timeOfDay } from './sky.ts';

/** The title has the first of them (see `.hint` in style.css). */
const HINT_SECONDS = 14;
const WHOLE = new Intl.NumberFormat('en-US');

/** What of the world a client has been told, and how much there is. */
export interface Knowledge {
  readonly known: number;
  readonly all: number;
}

/** People, creatures and things; 0 of 0 before the first state. */
export function knowledgeOf({ state }: WorldRoom): Knowledge {
  const known = (state.units?.size ?? 0) + (state.items?.size ?? 0);
  return { known, all: (state.players ?? 0) + (state.creatures ?? 0) + (state.things ?? 0) };
}

export class WorldHud {
  readonly #root = byId('hud', HTMLElement);
  readonly #known = byId('known', HTMLElement);
  readonly #all = byId('all', HTMLElement);
  readonly #people = byId('people', HTMLElement);
  readonly #hint = new Hint();
  readonly #title = byId('title', HTMLElement);
  touch = false;

  show(shown: boolean): void {
    setHidden(this.#root, !shown);
    this.#title.classList.toggle('is-shown', shown);
  }

  /** Makes room for thumbs. */
  useTouch(): void {
    if (this.touch) return;
    this.touch = true;
    document.body.classList.add('is-touch');
  }

  hint(text: string): void {
    this.#hint.show(text, HINT_SECONDS);
  }

  update(room: WorldRoom, seconds: number): void {
    const { known, all } = knowledgeOf(room);
    const { players = 1, hour = 0 } = room.state;
    setText(this.#known, WHOLE.format(known));
    setText(this.#all, WHOLE.format(Math.max(known, all)));
    const others = Math.max(0, players - 1);
    const company =
      others === 0 ? 'Nobody else is here' : `${WHOLE.format(others)} other traveller${others === 1 ? '' : 's'}`;
    setText(this.#people, `${company} · ${timeOfDay(hour)}`);
    this.#hint.update(seconds);
  }
}
