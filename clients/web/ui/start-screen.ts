/** The start screen: the name, the ways in, and the open rooms. */
import type { Entry } from '../connection.ts';
import { isFull, type Listing } from '../lobby.ts';
import { on } from './dialogs.ts';
import { byId, make, setHidden, setText } from './dom.ts';

export interface StartEvents {
  onEnter(entry: Entry): void;
  onName(name: string): void;
}

interface Row {
  readonly row: HTMLLIElement;
  readonly note: HTMLElement;
  readonly count: HTMLElement;
  readonly bar: HTMLElement;
  readonly join: HTMLButtonElement;
}

export class StartScreen {
  readonly #root = byId('start', HTMLElement);
  readonly #name = byId('name', HTMLInputElement);
  readonly #state = byId('rooms-state', HTMLElement);
  readonly #list = byId('room-list', HTMLElement);
  readonly #empty = byId('rooms-empty', HTMLElement);
  readonly #events: StartEvents;
  readonly #rows = new Map<string, Row>();

  constructor(name: string, events: StartEvents) {
    this.#events = events;
    this.#name.value = name;
    this.#name.addEventListener('input', () => events.onName(this.name));
    byId('entry', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      events.onEnter({ kind: 'quick' });
    });
    on('create-room', () => events.onEnter({ kind: 'create' }));
  }

  get name(): string {
    return this.#name.value.trim();
  }

  set name(name: string) {
    this.#name.value = name;
  }

  show(shown: boolean): void {
    setHidden(this.#root, !shown);
  }

  focusName(): void {
    this.#name.focus();
    this.#name.select();
  }

  setLive(live: boolean): void {
    setText(this.#state, live ? 'Live' : 'Looking for the server…');
    this.#state.classList.toggle('is-live', live);
  }

  setRooms(rooms: readonly Listing[]): void {
    const wanted = new Set(rooms.map(({ roomId }) => roomId));
    for (const [roomId, { row }] of this.#rows) {
      if (wanted.has(roomId)) continue;
      row.remove();
      this.#rows.delete(roomId);
    }
    for (const listing of rooms) this.#fill(this.#rows.get(listing.roomId) ?? this.#add(listing.roomId), listing);
    setHidden(this.#empty, rooms.length > 0);
    this.#order(rooms);
  }

  #add(roomId: string): Row {
    const row = make('li', 'room');
    row.dataset.room = roomId;
    const name = make('span', 'room-name', `Arena ${roomId.slice(0, 4)}`);
    const note = name.appendChild(make('span', 'room-note'));
    const count = make('span', 'room-count');
    const number = count.appendChild(make('span'));
    const bar = count.appendChild(make('span', 'room-bar')).appendChild(make('i'));
    const join = make('button', 'plain', 'Join');
    join.type = 'button';
    join.setAttribute('aria-label', `Join arena ${roomId.slice(0, 4)}`);
    join.addEventListener('click', () => this.#events.onEnter({ kind: 'room', roomId }));
    row.append(name, count, join);
    const added = { row, note, count: number, bar, join };
    this.#rows.set(roomId, added);
    return added;
  }

  #fill(row: Row, listing: Listing): void {
    const full = isFull(listing);
    setText(row.count, `${listing.clients} / ${listing.maxClients}`);
    setText(row.note, note(listing));
    row.bar.style.transform = `scaleX(${listing.clients / listing.maxClients})`;
    row.join.disabled = full;
    setText(row.join, full ? 'Full' : 'Join');
  }

  #order(rooms: readonly Listing[]): void {
    rooms.forEach(({ roomId }, index) => {
      const { row } = this.#rows.get(roomId)!;
      if (this.#list.children[index] !== row) this.#list.insertBefore(row, this.#list.children[index] ?? null);
    });
  }
}

function note({ metadata }: Listing): string {
  if (metadata?.round === undefined) return '';
  return metadata.phase === 'result' ? `Round ${metadata.round} just ended` : `Round ${metadata.round}`;
}
