/** Who is ahead: more points, then fewer deaths, then whoever was in the room first. */
import type { ArenaState, Player } from '../../../rooms/arena/state.ts';

export interface Standing {
  readonly id: string;
  readonly player: Player;
  /** Place in the room's list. */
  readonly place: number;
}

/** Players by rank; sorted in place, so that a list given again only has to be put right. */
export class Ranking {
  readonly #standings: Standing[] = [];
  #players: ArenaState['players'] | undefined;

  get all(): readonly Standing[] {
    return this.#standings;
  }

  update(players: ArenaState['players'] | undefined): readonly Standing[] {
    if (!this.#isCurrent(players)) this.#list(players);
    return this.#standings.sort(ahead);
  }

  /** Whether the list holds the very players of the room. */
  #isCurrent(players: ArenaState['players'] | undefined): boolean {
    if (players !== this.#players || players?.size !== this.#standings.length) return false;
    return this.#standings.every(({ id, player }) => players.get(id) === player);
  }

  #list(players: ArenaState['players'] | undefined): void {
    this.#players = players;
    this.#standings.length = 0;
    players?.forEach((player: Player, id: string) => {
      this.#standings.push({ id, player, place: this.#standings.length });
    });
  }
}

function ahead(a: Standing, b: Standing): number {
  return b.player.score - a.player.score || a.player.deaths - b.player.deaths || a.place - b.place;
}
