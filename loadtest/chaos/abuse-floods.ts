/** Attacks by how much one client sends of what it may send. It comes back at once whenever it is thrown out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Protocol } from '@colyseus/sdk';
import { clientFrame, Opcode } from '../bots/frames.ts';
import { ATTACKER } from './abuse-addresses.ts';
import type { Attack, Field } from './abuse-attack.ts';
import { lanes } from './abuse-attack.ts';
import { LIMITED_WITHIN_MS } from './abuse-messages.ts';
import { AbusePlayer, type PlayerOptions } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';
import { batch, messageFrame, packText, rawFrame, requestFrame } from './abuse-wire.ts';

/** Two in the stock room and two in the GameRoom. */
const LANES = 4;
const POUR_EVERY_MS = 4;
/** More than this unsent, and the line is as full as it gets. */
const MOST_UNSENT = 256 * 1024;
const TRY_AGAIN_MS = 50;
/** What may pass when a client is held to bursts of 120, and each lane comes back three times a second. */
const LIMITED_PER_SECOND = 1500;
const ECHO_BYTES = 1000;

interface Flood {
  readonly frame: Buffer;
  readonly perSecond: number;
  /** Of each connection. */
  readonly player?: (score: Score) => Partial<PlayerOptions>;
  readonly reads?: boolean;
}

const messages: Attack = {
  name: 'messages',
  what: '100,000 messages a second of a registered type',
  unit: 'messages',
  accepts: 'it reached its handler in the room',
  measure: 'rate',
  limit: LIMITED_PER_SECOND,
  perSecond: 100_000,
  run: (field, score) =>
    handled(field, score, () => flood(field, score, { frame: messageFrame('note'), perSecond: 100_000 })),
};

const pings: Attack = {
  name: 'pings',
  what: '150,000 PING messages a second',
  unit: 'pings',
  accepts: 'it was answered',
  measure: 'rate',
  limit: LIMITED_PER_SECOND,
  perSecond: 150_000,
  run: (field, score) =>
    flood(field, score, {
      frame: rawFrame(Uint8Array.of(Protocol.PING)),
      perSecond: 150_000,
      player: () => ({
        onFrame: (code) => {
          if (code === Protocol.PING) score.accept();
        },
      }),
    }),
};

const socketPings: Attack = {
  name: 'socket-pings',
  what: "150,000 of WebSocket's own pings a second",
  unit: 'pings',
  accepts: 'it was answered',
  measure: 'rate',
  limit: LIMITED_PER_SECOND,
  perSecond: 150_000,
  run: (field, score) =>
    flood(field, score, {
      frame: clientFrame(Opcode.ping, new Uint8Array(0)),
      perSecond: 150_000,
      player: () => ({ onPong: () => score.accept() }),
    }),
};

const unreadEchoes: Attack = {
  name: 'unread-echoes',
  what: `10,000 requests a second whose answers of ${ECHO_BYTES} bytes are never read`,
  unit: 'requests',
  accepts: 'it reached its handler in the room',
  measure: 'rate',
  limit: LIMITED_PER_SECOND,
  perSecond: 10_000,
  run: (field, score) =>
    handled(field, score, () =>
      flood(field, score, {
        frame: requestFrame(1, 'echo', packText('e'.repeat(ECHO_BYTES))),
        perSecond: 10_000,
        reads: false,
      }),
    ),
};

/** What the rooms handled while `attack` ran counts as accepted, told apart by the time that the limit must hold from. */
async function handled(field: Field, score: Score, attack: () => Promise<void>): Promise<void> {
  const before = await field.tally();
  const watching = watchHandled(field, score, before.handled);
  await attack();
  await watching;
}

const LOOK_EVERY_MS = 250;

async function watchHandled(field: Field, score: Score, before: number): Promise<void> {
  let known = before;
  for (let last = false; !last; ) {
    const untilLimited = LIMITED_WITHIN_MS - score.elapsedMs;
    await sleep(Math.min(LOOK_EVERY_MS, untilLimited > 0 ? untilLimited : LOOK_EVERY_MS));
    last = field.over;
    const askedAt = score.elapsedMs;
    const { handled: now } = await field.tally();
    score.accept(Math.max(0, now - known), askedAt);
    known = Math.max(known, now);
  }
}

async function flood(field: Field, score: Score, order: Flood): Promise<void> {
  await lanes(LANES, async (lane) => {
    while (!field.over) {
      const room = field.pens[lane % field.pens.length]!;
      const wish = { port: field.port, from: ATTACKER, method: 'joinById', room } as const;
      const player = await AbusePlayer.enter(wish, order.player?.(score));
      if (player === undefined) {
        score.end('not let in');
        await sleep(TRY_AGAIN_MS);
        continue;
      }
      if (order.reads === false) player.pause();
      await pour(player, field, score, { ...order, perSecond: order.perSecond / LANES });
      score.end(player.open ? 'never closed' : await player.closed);
      player.destroy();
    }
  });
}

/** Sends at this rate until the connection or the time is over. */
async function pour(player: AbusePlayer, field: Field, score: Score, { frame, perSecond }: Flood): Promise<void> {
  const perBatch = Math.ceil((perSecond * POUR_EVERY_MS) / 1000);
  const frames = batch(frame, perBatch);
  const beganAt = performance.now();
  for (let sent = 0; player.open && !field.over; ) {
    const due = ((performance.now() - beganAt) * perSecond) / 1000;
    for (; sent < due && player.unsent < MOST_UNSENT && player.send(frames); sent += perBatch) score.offer(perBatch);
    await sleep(POUR_EVERY_MS);
  }
}

export const FLOODS: readonly Attack[] = [messages, pings, socketPings, unreadEchoes];
