/** `burst` of `chaos -- matchmaking`: hundreds of players join at the same moment, over three processes; on Hypogeum and on stock. */
import { Cluster } from './matchmaking-cluster.ts';
import { type Join, type JoinTally, tally } from './matchmaking-joins.ts';
import { look } from './matchmaking-listings.ts';
import { askForSeat, Player } from './matchmaking-player.ts';
import { ROOM_NAME } from './matchmaking-room.ts';
import type { Setting } from './matchmaking-setting.ts';

export type Side = 'hypogeum' | 'stock';
export const SIDES: readonly Side[] = ['hypogeum', 'stock'];

export interface BurstTrial {
  readonly side: Side;
  readonly joiners: number;
  readonly joins: JoinTally;
  /** Rooms that were listed in the end, and those that players were sent to. */
  readonly rooms: number;
  readonly roomsWithSeats: number;
  /** Rooms of the process that has most of them. */
  readonly mostRooms: number;
}

export interface BurstPlan {
  readonly trials: number;
  readonly joiners: number;
}

const PROCESSES = 3;
const SERVER = 'loadtest/chaos/matchmaking-server.ts';
/** The processes know of each other, and are done with starting; rooms that come late, for nobody, are listed as well. */
const SETTLE_MS = 1000;

export async function runBursts({ trials, joiners }: BurstPlan, setting: Setting): Promise<BurstTrial[]> {
  const done: BurstTrial[] = [];
  for (let trial = 1; trial <= trials; trial++)
    for (const side of SIDES) {
      setting.say(`burst: ${trial} of ${trials}, ${side}`);
      done.push(await burst(side, joiners, setting));
    }
  return done;
}

async function burst(side: Side, joiners: number, setting: Setting): Promise<BurstTrial> {
  await using cluster = await setting.race(Cluster.start({ processes: PROCESSES, program: [SERVER, side] }));
  const front = await setting.race(cluster.startFront());
  await setting.wait(SETTLE_MS);
  const at = performance.now();
  const joining = Array.from({ length: joiners }, () => join(cluster, front, side));
  const joined = await setting.race(Promise.all(joining));
  await setting.wait(SETTLE_MS);
  const { listed } = await look(cluster.store);
  await Promise.all(joined.map(({ player }) => player?.leave()));
  const seats = joined.flatMap(({ answer }) => (answer.kind === 'seat' ? [answer.seat] : []));
  const homes = [...listed.values()];
  return {
    side,
    joiners,
    joins: tally(joined, at),
    rooms: listed.size,
    roomsWithSeats: new Set(seats.map(({ roomId }) => roomId)).size,
    mostRooms: Math.max(...cluster.members.map(({ processId }) => homes.filter((home) => home === processId).length)),
  };
}

/** Stock forwards no sockets: its players are sent to the process that has the room. */
async function join(cluster: Cluster, front: string, side: Side): Promise<Join & { readonly player?: Player }> {
  const method = 'joinOrCreate';
  const askedAt = performance.now();
  const answer = await askForSeat(front, { method, room: ROOM_NAME });
  const answeredAt = performance.now();
  if (answer.kind !== 'seat') return { method, askedAt, answeredAt, answer };
  const owner = cluster.memberOf(answer.seat.processId)?.endpoint ?? front;
  const player = new Player(side === 'stock' ? owner : front, answer.seat);
  const entry = await player.entry;
  return { method, askedAt, answeredAt, answer, entry, enteredAt: performance.now(), player };
}
