/** The full table of scores: held open with Tab, and the body of the result. Rows are reused. */
import { fighterColor } from '../render/palette.ts';
import { byId, make, setHidden, setText } from './dom.ts';
import type { Standing } from './ranking.ts';

interface Row {
  readonly row: HTMLTableRowElement;
  readonly rank: HTMLElement;
  readonly dot: HTMLElement;
  readonly who: HTMLElement;
  readonly tag: HTMLElement;
  readonly score: HTMLElement;
  readonly kills: HTMLElement;
  readonly deaths: HTMLElement;
}

export class ScoreTable {
  readonly #body: HTMLElement;
  readonly #rows: Row[] = [];

  constructor(body: HTMLElement) {
    this.#body = body;
  }

  update(standings: readonly Standing[], selfId: string): void {
    while (this.#rows.length < standings.length) this.#rows.push(this.#addRow());
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i]!;
      const standing = standings[i];
      setHidden(row.row, !standing);
      if (standing) fill(row, standing, i + 1, standing.id === selfId);
    }
  }

  #addRow(): Row {
    const row = make('tr');
    const cell = () => row.appendChild(make('td'));
    const [rank, name, score, kills, deaths] = [cell(), cell(), cell(), cell(), cell()];
    const fighter = name.appendChild(make('div', 'fighter'));
    const dot = make('span', 'dot');
    const who = make('span', 'who');
    const tag = make('span', 'tag');
    fighter.append(dot, who, tag);
    this.#body.append(row);
    return { row, rank, dot, who, tag, score, kills, deaths };
  }
}

function fill(row: Row, { id, player }: Standing, rank: number, isMe: boolean): void {
  row.row.dataset.player = id;
  setText(row.rank, String(rank));
  setText(row.who, player.name);
  setText(row.score, String(player.score));
  setText(row.kills, String(player.kills));
  setText(row.deaths, String(player.deaths));
  const tag = isMe ? 'You' : player.ai ? 'AI' : player.connected ? '' : 'Away';
  setText(row.tag, tag);
  setHidden(row.tag, tag === '');
  row.row.classList.toggle('is-me', isMe);
  row.row.classList.toggle('is-away', !player.connected);
  row.dot.style.background = fighterColor(player.color);
}

/** The sheet that Tab holds open. */
export class Scoreboard {
  readonly #sheet = byId('board', HTMLElement);
  readonly #table = new ScoreTable(byId('board-rows', HTMLElement));

  get open(): boolean {
    return !this.#sheet.hidden;
  }

  show(shown: boolean): void {
    setHidden(this.#sheet, !shown);
  }

  update(standings: readonly Standing[], selfId: string): void {
    if (this.open) this.#table.update(standings, selfId);
  }
}
