/**
 * The AI players of one room: enough of them that a lone visitor has a match at once, fewer as people come. Pure;
 * the room says how many people there are.
 */
import { createMind, decide, type Mind } from './ai.ts';
import { act, joinMatch, leaveMatch, type Match } from './simulation.ts';

const NAMES = [
  'Flamma',
  'Spiculus',
  'Verus',
  'Priscus',
  'Carpophorus',
  'Tetraites',
  'Hermes',
  'Amazonia',
  'Achillia',
  'Celadus',
  'Crixus',
  'Rutuba',
  'Triumphus',
  'Mevia',
  'Marcus',
  'Columbus',
];

export class Crew {
  readonly #match: Match;
  /** How many players, AI or not, a room has at least. */
  readonly #fill: number;
  readonly #minds = new Map<string, Mind>();
  #count = 0;

  constructor(match: Match, fill: number) {
    this.#match = match;
    this.#fill = fill;
  }

  /** Makes room for `people`, or fills up: AI players leave, the weakest first, or join. */
  balance(people: number): void {
    const wanted = Math.max(0, this.#fill - people);
    while (this.#minds.size > wanted) this.#dismiss();
    while (this.#minds.size < wanted) this.#hire();
  }

  /** One tick: each AI player looks, decides and acts, on what it sees now. */
  play(): void {
    for (const [id, mind] of this.#minds) {
      const player = this.#match.world.players.get(id)!;
      act(this.#match, id, player, decide(mind, id, player, this.#match.world));
    }
  }

  #hire(): void {
    const id = `ai:${this.#count++}`;
    this.#minds.set(id, createMind(this.#match.random.int(2 ** 32)));
    joinMatch(this.#match, id, { name: this.#freeName(), ai: true });
  }

  #dismiss(): void {
    let weakest = '';
    let least = Number.POSITIVE_INFINITY;
    for (const id of this.#minds.keys()) {
      const { score } = this.#match.world.players.get(id)!;
      if (score > least) continue;
      least = score;
      weakest = id;
    }
    this.#minds.delete(weakest);
    leaveMatch(this.#match, weakest);
  }

  #freeName(): string {
    const taken = new Set<string>();
    for (const player of this.#match.world.players.values()) taken.add(player.name);
    const free = NAMES.filter((name) => !taken.has(name));
    return free.length > 0 ? this.#match.random.pick(free) : `Gladiator ${this.#count}`;
  }
}
