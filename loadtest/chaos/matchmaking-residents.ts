/**
 * Players who came before the trouble and mean to stay: they keep rooms alive on every process, and tell whether a match
 * notices what happens to matchmaking.
 */
import { DurationHistogram } from '../histograms.ts';
import type { Cluster, Member } from './matchmaking-cluster.ts';
import { askForSeat, Player } from './matchmaking-player.ts';

export interface ResidentOrder {
  readonly room: string;
  /** Rooms of theirs that each process has at least. */
  readonly roomsEach: number;
  /** Where their sockets go; to the process that has the room when left out. */
  readonly endpoint?: string;
}

/** Rooms are put where the server likes: so many are made, and left again, before the trouble is called off. */
const MOST_TRIES = 100;

export class Residents {
  #players: Player[] = [];
  readonly #cluster: Cluster;
  readonly #order: ResidentOrder;
  #turn = 0;
  #intervals: DurationHistogram | undefined;
  readonly #patchedAt = new Map<Player, number>();

  constructor(cluster: Cluster, order: ResidentOrder) {
    this.#cluster = cluster;
    this.#order = order;
  }

  /** Gives up those whose connection is lost, and takes new ones, until every process has its rooms. @throws when that fails */
  async settle(): Promise<void> {
    this.#players = this.#players.filter(({ open }) => open);
    for (let tries = 0; this.#wanting() !== undefined; tries++) {
      const wanting = this.#wanting()!;
      if (tries === MOST_TRIES) throw new Error(`process ${wanting.index} got no rooms\n${wanting.output.trim()}`);
      await this.#take();
    }
  }

  /** Rooms that live as long as they do, and the process that has each. */
  get rooms(): ReadonlyMap<string, string> {
    const open = this.#players.filter((player) => player.open);
    return new Map(open.map(({ seat }) => [seat.roomId, seat.processId]));
  }

  /** Connections lost since the last settling, other than of rooms of this process. */
  lost(except?: string): number {
    return this.#players.filter((player) => player.lost && player.seat.processId !== except).length;
  }

  /** Patch intervals of all of them, from now until the next call; a patch that is overdue then counts as late as it is. */
  measure(): DurationHistogram {
    const now = performance.now();
    const measured = this.#intervals ?? new DurationHistogram();
    if (this.#intervals !== undefined)
      for (const player of this.#players) measured.record(now - (this.#patchedAt.get(player) ?? now));
    this.#intervals = new DurationHistogram();
    for (const player of this.#players) this.#patchedAt.set(player, now);
    return measured;
  }

  async leave(): Promise<void> {
    await Promise.all(this.#players.map((player) => player.leave()));
  }

  #wanting(): Member | undefined {
    const homes = [...this.rooms.values()];
    const has = ({ processId }: Member): number => homes.filter((home) => home === processId).length;
    return this.#cluster.members.find((member) => has(member) < this.#order.roomsEach);
  }

  async #take(): Promise<void> {
    const { members } = this.#cluster;
    const asked = members[this.#turn++ % members.length]!;
    const answer = await askForSeat(asked.endpoint, { method: 'create', room: this.#order.room });
    if (answer.kind !== 'seat') return;
    const owner = this.#cluster.memberOf(answer.seat.processId) ?? asked;
    const player = new Player(this.#order.endpoint ?? owner.endpoint, answer.seat);
    const entry = await player.entry;
    const homes = [...this.rooms.values()].filter((home) => home === answer.seat.processId);
    if (entry.kind === 'out' || homes.length >= this.#order.roomsEach) return player.leave();
    player.onPatch = () => this.#patched(player);
    this.#players.push(player);
  }

  #patched(player: Player): void {
    const now = performance.now();
    const before = this.#patchedAt.get(player);
    if (before !== undefined) this.#intervals?.record(now - before);
    this.#patchedAt.set(player, now);
  }
}
