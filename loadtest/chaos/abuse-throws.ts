/** Attack on rooms whose callbacks throw: every kind, now and by a promise, in a stock class and a GameRoom. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InputEncoder } from '@colyseus/schema/input';
import { Protocol } from '@colyseus/sdk';
import { clientFrame, Opcode } from '../bots/frames.ts';
import { askForSeat } from './abuse-ask.ts';
import { type Attack, type Field, lanes } from './abuse-attack.ts';
import { AbusePlayer } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';
import { SECRET, ThrowStick } from './abuse-throwers.ts';
import { messageFrame, rawFrame, requestFrame, roomMessage } from './abuse-wire.ts';

const LANES = 8;
/** So long a room that throws by itself is left to. */
const LINGER_MS = 300;
const PAUSE_MS = 20;
const TALLY_MS = 5000;
const TRUE = Uint8Array.of(0xc3);

/** Callbacks that the creation of the room sets to throw, and those that a message makes throw. */
const AT = [
  'onCreate',
  'static onAuth',
  'onAuth',
  'onJoin',
  'onDrop',
  'onLeave',
  'onReconnect',
  'onDispose',
  'simulation',
  'step',
  'onBeforePatch',
  'timeout',
  'interval',
  'message',
  'sanitize',
] as const;
/** What a kind of room has not. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  thrower: ['onAuth', 'step', 'sanitize'],
  'game-thrower': ['static onAuth', 'simulation'],
};
const MESSAGES: readonly Buffer[] = [
  messageFrame('throw'),
  messageFrame('throw', TRUE),
  requestFrame(1, 'throw'),
  requestFrame(2, 'throw', TRUE),
  messageFrame('any-time'),
  clientFrame(Opcode.binary, roomMessage(Protocol.ROOM_DATA_BYTES, 'bytes', TRUE)),
];
const INPUT = rawFrame(
  Buffer.concat([
    Buffer.of(Protocol.ROOM_INPUT_RELIABLE),
    new InputEncoder(new ThrowStick().assign({ x: 1 })).encode(),
  ]),
);

const throws: Attack = {
  name: 'throws',
  what: 'exceptions and rejections in every kind of room callback, of stock rooms and GameRooms',
  unit: 'provocations',
  accepts: '(nothing: rooms fail by themselves)',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    const cases = Object.entries(WITHOUT).flatMap(([room, without]) =>
      AT.filter((at) => !without.includes(at)).flatMap((at) => [false, true].map((later) => ({ room, at, later }))),
    );
    const { round, rounds } = field.order;
    let next = Math.floor(((round - 1) * cases.length) / rounds);
    await lanes(LANES, async () => {
      while (!field.over) {
        const one = cases[next++ % cases.length]!;
        score.offer();
        await provoke(field, score, one.room, { at: one.at, later: one.later });
        await sleep(PAUSE_MS);
      }
    });
    if (round === rounds) for (const room of Object.keys(WITHOUT)) await findQuiet(field, score, room);
  },
};

/** A callback that never threw was not attacked. */
async function findQuiet(field: Field, score: Score, room: string): Promise<void> {
  const told = Promise.withResolvers<string>();
  const onFrame = (_code: number, frame: Buffer): void => {
    const text = frame.toString('latin1');
    if (text.includes('{"')) told.resolve(text.slice(text.indexOf('{"'), text.lastIndexOf('}') + 1));
  };
  const wish = { port: field.port, from: field.stranger(), method: 'create', room } as const;
  const player = await AbusePlayer.enter(wish, { onFrame });
  player?.send(messageFrame('thrown'));
  const text = await Promise.race([told.promise, sleep(TALLY_MS, '{}')]);
  player?.destroy();
  const thrown = JSON.parse(text) as Record<string, number>;
  for (const at of AT)
    if (!WITHOUT[room]!.includes(at) && !thrown[at])
      score.breach(`${at} of a ${room} never threw: the attack is not whole`);
}

interface Options {
  readonly at: string;
  readonly later: boolean;
}

async function provoke(field: Field, score: Score, room: string, options: Options): Promise<void> {
  const from = field.stranger();
  const { seat, status, body } = await askForSeat({ port: field.port, from, method: 'create', room, options });
  search(score, body);
  if (seat === undefined) return score.end(status);
  const onFrame = (_code: number, frame: Buffer): void => search(score, frame.toString('latin1'));
  const player = new AbusePlayer(seat, { port: field.port, from, onFrame });
  if (!(await player.entry)) return score.end(`${options.at} kept out`);
  if (options.at === 'message') for (const frame of MESSAGES) player.send(frame);
  if (options.at === 'sanitize') player.send(INPUT);
  await Promise.race([sleep(LINGER_MS), player.closed]);
  if (options.at === 'onLeave' || options.at === 'onDispose') await player.leave();
  else player.destroy();
  if (options.at === 'onReconnect') await comeBack(field, score, player, from);
  score.end(`${options.at} was survived`);
}

async function comeBack(field: Field, score: Score, { seat, reconnectionToken }: AbusePlayer, from: string) {
  await sleep(PAUSE_MS);
  const query = `&reconnectionToken=${reconnectionToken}&skipHandshake=1`;
  const again = new AbusePlayer(seat, { port: field.port, from, query });
  await again.entry;
  score.offer();
  again.destroy();
}

/** What was thrown is nobody's business, nor where. */
function search(score: Score, told: string): void {
  if (told.includes(SECRET)) score.breach('a client was told the words of an exception');
  if (/\n\s+at .+:\d+:\d+/.test(told)) score.breach('a client was told a stack');
}

export const THROW_ATTACKS: readonly Attack[] = [throws];
