/** Who brought down whom: the last few lines, each gone after a while. Names are set as text, never as markup. */
import { byId, icon, make } from './dom.ts';

export interface Death {
  readonly killer: { readonly name: string; readonly color: string } | undefined;
  readonly victim: { readonly name: string; readonly color: string };
  readonly weapon: 'gun' | 'rocket';
  /** The player on this screen is one of the two. */
  readonly mine: boolean;
}

const LINES = 5;
const SHOWN_MS = 6000;
const FADE_MS = 500;

export class Feed {
  readonly #list = byId('feed', HTMLElement);

  add({ killer, victim, weapon, mine }: Death): void {
    const line = make('li', mine ? 'is-mine' : '');
    if (killer) line.append(nameOf(killer));
    line.append(icon(weapon === 'rocket' ? 'i-rocket' : 'i-gun'), nameOf(victim));
    this.#list.prepend(line);
    while (this.#list.children.length > LINES) this.#list.lastElementChild!.remove();
    setTimeout(() => line.classList.add('is-old'), SHOWN_MS);
    setTimeout(() => line.remove(), SHOWN_MS + FADE_MS);
  }

  clear(): void {
    this.#list.replaceChildren();
  }
}

function nameOf({ name, color }: { name: string; color: string }): HTMLElement {
  const element = make('span', 'feed-name', name);
  element.style.color = color;
  return element;
}
