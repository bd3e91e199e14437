/** Attacks on rooms and seats: taken and never used, made and never entered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTACKER, joinerAddress } from './abuse-addresses.ts';
import { askForSeat } from './abuse-ask.ts';
import { type Attack, type Field, lanes, paced } from './abuse-attack.ts';
import { AbusePlayer } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';

const LANES = 32;
const TRY_AGAIN_MS = 20;
/** After so long nobody sits there who never acknowledged: 5 s, and two for the machine. */
const UNACKNOWLEDGED_MS = 7000;
/** Of one address, in rooms at a time: a school behind one router. */
const MOST_PLAYERS = 320;
const ROOMS_PER_SECOND = 10;
export const PUBLIC_ROOMS = 20;
/**
 * A line at home, one in a pocket, one for rent: each may hold a quarter of a room. Four would fill it, and whoever comes from
 * as many addresses as there are players cannot be told from players.
 */
const HOARDERS = 3;
/** 50 seats for each of them, free again after 5 s: 30 a second. */
const SEATS_PER_SECOND = 32;
const PROBES_PER_SECOND = 10;
/** Out of the way of the others who join. */
const PROBE_ADDRESSES = 20_000;

const unacknowledged: Attack = {
  name: 'unacknowledged-joins',
  what: '1,000 players who take a seat, open the socket, and never acknowledge',
  unit: 'joins',
  accepts: 'the room let it in',
  measure: 'held',
  limit: MOST_PLAYERS,
  async run(field, score) {
    const sitting = new Set<AbusePlayer>();
    let left = 1000;
    await lanes(LANES, async () => {
      while (!field.over && left > 0) {
        left--;
        score.offer();
        await sit(field, score, sitting);
      }
    });
    await sleep(UNACKNOWLEDGED_MS);
    for (let still = sitting.size; still > 0; still--)
      score.breach(`still sat there ${UNACKNOWLEDGED_MS / 1000} s later`);
    for (const player of sitting) player.destroy();
  },
};

async function sit(field: Field, score: Score, sitting: Set<AbusePlayer>): Promise<void> {
  const wish = { port: field.port, from: ATTACKER, method: 'joinById', room: field.random.pick(field.pens) } as const;
  const player = await AbusePlayer.enter(wish, { acknowledges: false });
  if (player === undefined) {
    // One address has had all it may have: what is limited here.
    score.end('refused a seat');
    return sleep(TRY_AGAIN_MS);
  }
  score.accept();
  score.hold(1);
  sitting.add(player);
  void player.closed.then((code) => {
    score.hold(-1);
    score.end(code);
    sitting.delete(player);
  });
}

const creations: Attack = {
  name: 'room-creations',
  what: 'rooms made as fast as they are, 2,000 and more',
  unit: 'requests',
  accepts: 'a room was made',
  measure: 'rate',
  limit: ROOMS_PER_SECOND,
  run: (field, score) =>
    lanes(LANES, async () => {
      while (!field.over) {
        score.offer();
        const { status } = await askForSeat({ port: field.port, from: ATTACKER, method: 'create', room: 'pen' });
        score.end(status);
        if (status === 200) score.accept();
        else await sleep(TRY_AGAIN_MS);
      }
    }),
};

const hoarding: Attack = {
  name: 'seat-hoarding',
  what: `seats of ${PUBLIC_ROOMS} public rooms, taken from ${HOARDERS} addresses, and never used`,
  unit: 'requests',
  accepts: 'a seat was given',
  measure: 'rate',
  limit: SEATS_PER_SECOND,
  publicRooms: PUBLIC_ROOMS,
  async run(field, score) {
    const probing = paced(field, { perSecond: PROBES_PER_SECOND, most: 20 }, (index) => probe(field, score, index));
    const hoarders = [ATTACKER, ...Array.from({ length: HOARDERS - 1 }, () => field.stranger())];
    await lanes(LANES, async (lane) => {
      const from = hoarders[lane % HOARDERS]!;
      for (let turn = lane; !field.over; turn++) {
        const room = field.publicRooms[turn % field.publicRooms.length]!;
        score.offer();
        const { status } = await askForSeat({ port: field.port, from, method: 'joinById', room });
        score.end(status);
        if (status === 200) score.accept();
        else await sleep(TRY_AGAIN_MS);
      }
    });
    await probing;
  },
};

/** Somebody who means to play in that room. */
async function probe(field: Field, score: Score, index: number): Promise<void> {
  const room = field.publicRooms[index % field.publicRooms.length]!;
  const from = joinerAddress(PROBE_ADDRESSES + index);
  const player = await AbusePlayer.enter({ port: field.port, from, method: 'joinById', room });
  if (player === undefined) score.breach('a player found no seat in a public room');
  else await player.leave();
}

export const SEAT_ATTACKS: readonly Attack[] = [unacknowledged, creations, hoarding];
