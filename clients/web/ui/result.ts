/** The end of a round: who won, the table, and how long until the next. */
import type { ArenaState } from '../../../rooms/arena/state.ts';
import { byId, setHidden, setText } from './dom.ts';
import type { Standing } from './ranking.ts';
import { ScoreTable } from './scoreboard.ts';

export class Result {
  readonly #sheet = byId('result', HTMLElement);
  readonly #round = byId('result-round', HTMLElement);
  readonly #title = byId('result-title', HTMLElement);
  readonly #line = byId('result-line', HTMLElement);
  readonly #seconds = byId('result-seconds', HTMLElement);
  readonly #table = new ScoreTable(byId('result-rows', HTMLElement));

  update(state: ArenaState, standings: readonly Standing[], selfId: string): void {
    const shown = state.phase === 'result';
    setHidden(this.#sheet, !shown);
    if (!shown) return;
    setText(this.#round, `Round ${state.round}`);
    setText(this.#title, title(state, selfId));
    setText(this.#line, line(standings, selfId));
    setText(this.#seconds, String(state.secondsLeft));
    this.#table.update(standings, selfId);
  }

  hide(): void {
    setHidden(this.#sheet, true);
  }
}

function title({ winner, players }: ArenaState, selfId: string): string {
  if (winner === '') return 'A draw';
  if (winner === selfId) return 'Victory';
  return `${players.get(winner)?.name ?? 'Somebody'} wins`;
}

function line(standings: readonly Standing[], selfId: string): string {
  const rank = standings.findIndex(({ id }) => id === selfId);
  const own = standings[rank]?.player;
  if (!own) return '';
  const place = rank === 0 ? 'First place' : `Place ${rank + 1} of ${standings.length}`;
  return `${place} with ${own.score} points`;
}
