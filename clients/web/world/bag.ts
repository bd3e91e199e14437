/** The own bag as a strip of six places: what is in it, how many, and a click or its number drops one. */
import { ITEM_KINDS, type ItemKind } from '../../../rooms/world/rules.ts';
import type { Bag } from '../../../rooms/world/state.ts';
import { byId, make, setText } from '../ui/dom.ts';
import { thingSprite } from './sprites.ts';

const NAMES: Readonly<Record<ItemKind, string>> = {
  coin: 'Coins',
  olive: 'Olives',
  fig: 'Figs',
  laurel: 'Laurel',
  amphora: 'Amphorae',
  gem: 'Gems',
};

interface Place {
  readonly button: HTMLButtonElement;
  readonly count: HTMLElement;
  shown: number;
}

export class BagStrip {
  readonly #places = new Map<ItemKind, Place>();

  constructor(onDrop: (kind: ItemKind) => void) {
    const strip = byId('bag', HTMLElement);
    for (const [index, kind] of ITEM_KINDS.entries()) {
      const button = make('button', 'place');
      button.type = 'button';
      button.dataset.kind = kind;
      const count = make('span', 'place-count');
      button.append(thingSprite(kind).image, count, make('span', 'place-key', String(index + 1)));
      button.addEventListener('click', () => onDrop(kind));
      strip.append(button);
      this.#places.set(kind, { button, count, shown: -1 });
    }
  }

  /** Once a frame; touches the page when a count changed. */
  update(bag: Bag | undefined): void {
    for (const [kind, place] of this.#places) {
      const count = bag?.counts?.get(kind) ?? 0;
      if (count === place.shown) continue;
      if (count > place.shown && place.shown >= 0) pulse(place.button);
      place.shown = count;
      setText(place.count, count === 0 ? '' : String(count));
      place.button.disabled = count === 0;
      place.button.title = count === 0 ? `${NAMES[kind]}: none` : `${NAMES[kind]}: drop one`;
      place.button.setAttribute('aria-label', `${NAMES[kind]}: ${count}; drop one`);
    }
  }
}

function pulse(button: HTMLElement): void {
  button.classList.remove('is-new');
  // Reading a size makes the browser notice that the class was away.
  void button.offsetWidth;
  button.classList.add('is-new');
}
