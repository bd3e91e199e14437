/** The few lines of the standing that are always on the screen: the leaders, and the player wherever they are. */
import { fighterColor } from '../render/palette.ts';
import { make, setHidden, setText } from './dom.ts';
import type { Standing } from './ranking.ts';

const LEADERS = 4;

interface Row {
  readonly row: HTMLLIElement;
  readonly rank: HTMLElement;
  readonly dot: HTMLElement;
  readonly who: HTMLElement;
  readonly score: HTMLElement;
  color: number;
}

export class StandingList {
  readonly #rows: Row[] = [];

  constructor(list: HTMLElement) {
    for (let i = 0; i <= LEADERS; i++) {
      const row = newRow();
      this.#rows.push(row);
      list.append(row.row);
    }
  }

  update(standings: readonly Standing[], selfId: string): void {
    const own = standings.findIndex(({ id }) => id === selfId);
    for (let i = 0; i <= LEADERS; i++) {
      const rank = i < LEADERS ? i : own;
      const standing = i < LEADERS || own >= LEADERS ? standings[rank] : undefined;
      const row = this.#rows[i]!;
      setHidden(row.row, standing === undefined);
      if (standing) fill(row, standing, rank + 1, standing.id === selfId);
    }
  }
}

function newRow(): Row {
  const row = make('li');
  const rank = make('span', 'rank');
  const dot = make('span', 'dot');
  const who = make('span', 'who');
  const score = make('span', 'score');
  row.append(rank, dot, who, score);
  return { row, rank, dot, who, score, color: -1 };
}

function fill(row: Row, { player }: Standing, rank: number, isMe: boolean): void {
  setText(row.rank, String(rank));
  setText(row.who, player.name);
  setText(row.score, String(player.score));
  row.row.classList.toggle('is-me', isMe);
  if (row.color === player.color) return;
  row.color = player.color;
  row.dot.style.background = fighterColor(player.color);
}
