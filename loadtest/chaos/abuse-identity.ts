/** Attacks on whose seat it is: ids and tokens guessed, used twice, or somebody else's. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seat } from '../bots/room-frames.ts';
import { ATTACKER } from './abuse-addresses.ts';
import { askForSeat } from './abuse-ask.ts';
import { type Attack, type Field, lanes } from './abuse-attack.ts';
import { AbusePlayer } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';

const LANES = 32;
const PAUSE_MS = 20;
/** Guesses a second that may be looked at. */
const GUESSES_PER_SECOND = 50;
/** "Too many" and "not now": nothing was compared. */
const NOT_LOOKED_AT = [0, 429, 503];
/** Time for a room to notice that somebody is gone. */
const NOTICE_MS = 200;

const guess = (bytes: number): string => randomBytes(bytes).toString('base64url');
/** As long as Colyseus's. */
const SESSION_BYTES = 7;
const TOKEN_BYTES = 16;

/** Behind its seat somebody honest is waiting to come in. */
const sessions: Attack = {
  name: 'session-guessing',
  what: 'sockets with guessed session ids, for rooms where seats are free to be taken',
  unit: 'guesses',
  accepts: 'the room looked at it',
  measure: 'rate',
  limit: GUESSES_PER_SECOND,
  async run(field, score) {
    const room = field.pens[0];
    const { seat } = await askForSeat({ port: field.port, from: field.stranger(), method: 'joinById', room });
    if (seat === undefined) return;
    await lanes(LANES, async () => {
      while (!field.over) {
        score.offer();
        await enterAs(field, score, { ...seat, sessionId: guess(SESSION_BYTES) }, 'a guessed session id');
      }
    });
  },
};

const tokens: Attack = {
  name: 'token-guessing',
  what: 'guessed reconnection tokens, over HTTP and on sockets',
  unit: 'guesses',
  accepts: 'it was looked at',
  measure: 'rate',
  limit: GUESSES_PER_SECOND,
  async run(field, score) {
    const victim = await AbusePlayer.enter(wishOf(field, field.stranger()));
    if (victim === undefined) return;
    const { seat } = victim;
    victim.destroy();
    await lanes(LANES, async (lane) => {
      while (!field.over) {
        score.offer();
        const token = guess(TOKEN_BYTES);
        if (lane % 2 === 0) await reconnectOverHttp(field, score, seat.roomId, token);
        else await enterAs(field, score, seat, 'a guessed reconnection token', `&reconnectionToken=${token}`);
      }
    });
  },
};

async function reconnectOverHttp(field: Field, score: Score, room: string, reconnectionToken: string): Promise<void> {
  const wish = { port: field.port, from: ATTACKER, method: 'reconnect', room, options: { reconnectionToken } } as const;
  const { status } = await askForSeat(wish);
  score.end(status);
  if (!NOT_LOOKED_AT.includes(status)) score.accept();
  if (status === 200) score.breach('a guessed reconnection token was taken');
  if (status === 0) await sleep(PAUSE_MS);
}

/** A socket that is refused before it is opened was not looked at. */
async function enterAs(field: Field, score: Score, seat: Seat, what: string, query = ''): Promise<void> {
  const player = new AbusePlayer(seat, { port: field.port, from: ATTACKER, query });
  if (await player.entry) score.breach(`${what} was taken`);
  const opened = await player.opened;
  if (opened) score.accept();
  score.end(opened ? await Promise.race([player.closed, sleep(NOTICE_MS, 'still open')]) : 'not opened');
  player.destroy();
  if (!opened) await sleep(PAUSE_MS);
}

const usedSeat: Attack = {
  name: 'used-seat',
  what: 'a seat that was used: by two at once, once more while its player is there, and after they left',
  unit: 'attempts',
  accepts: 'somebody else was let in',
  measure: 'never',
  limit: 0,
  run: (field, score) =>
    untilOver(field, async () => {
      const { seat } = await askForSeat(wishOf(field, field.stranger()));
      if (seat === undefined) return score.end('no seat');
      const both = [seat, seat].map((one) => new AbusePlayer(one, { port: field.port, from: ATTACKER }));
      const entered = (await Promise.all(both.map((player) => player.entry))).filter(Boolean).length;
      attempt(score, entered > 1, 'two sockets at once took one seat');
      await replay(field, score, seat, 'a seat was taken from under its player');
      await Promise.all(both.map((player) => player.leave()));
      await replay(field, score, seat, 'the seat of a player who had left was taken');
    }),
};

async function replay(field: Field, score: Score, seat: Seat, breach: string, query = ''): Promise<void> {
  const player = new AbusePlayer(seat, { port: field.port, from: ATTACKER, query });
  attempt(score, await player.entry, breach);
  player.destroy();
}

/** The player drops and comes back, which uses their token up and gives them another; then somebody has the old one. */
const usedToken: Attack = {
  name: 'used-token',
  what: "another player's reconnection token, after they came back with it",
  unit: 'attempts',
  accepts: 'somebody else was let in',
  measure: 'never',
  limit: 0,
  run: (field, score) =>
    untilOver(field, async () => {
      const from = field.stranger();
      const first = await AbusePlayer.enter(wishOf(field, from));
      if (first === undefined) return score.end('no seat');
      const { seat, reconnectionToken: old } = first;
      first.destroy();
      await sleep(NOTICE_MS);
      const query = `&reconnectionToken=${old}&skipHandshake=1`;
      const again = new AbusePlayer(seat, { port: field.port, from, query });
      if (!(await again.entry)) return score.end('its own player could not come back');
      await replay(field, score, seat, 'a used reconnection token was taken, its player being there', query);
      again.destroy();
      await sleep(NOTICE_MS);
      await replay(field, score, seat, 'a used reconnection token was taken, its player being away', query);
      const options = { reconnectionToken: old };
      const wish = { port: field.port, from: ATTACKER, method: 'reconnect', room: seat.roomId, options } as const;
      attempt(score, (await askForSeat(wish)).status === 200, 'a used reconnection token was taken over HTTP');
    }),
};

function wishOf({ port, random, pens }: Field, from: string) {
  return { port, from, method: 'joinById', room: random.pick(pens) } as const;
}

function attempt(score: Score, letIn: boolean, breach: string): void {
  score.offer();
  score.end(letIn ? 'let in' : 'refused');
  if (!letIn) return;
  score.accept();
  score.breach(breach);
}

async function untilOver(field: Field, once: () => Promise<void>): Promise<void> {
  while (!field.over) {
    await once();
    await sleep(PAUSE_MS);
  }
}

export const IDENTITY_ATTACKS: readonly Attack[] = [sessions, tokens, usedSeat, usedToken];
