/** Attack on rooms whose callbacks throw: every kind, now and by a promise, in a stock class and a GameRoom. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Protocol } from '@colyseus/sdk';
import { clientFrame, Opcode } from '../bots/frames.ts';
import { askForSeat } from './abuse-ask.ts';
import { type Attack, type Field, lanes } from './abuse-attack.ts';
import { AbusePlayer } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';
import { SECRET } from './abuse-throwers.ts';
import { messageFrame, requestFrame, roomMessage } from './abuse-wire.ts';

const LANES = 4;
/** So long a room that throws by itself is left to. */
const LINGER_MS = 300;
const PAUSE_MS = 20;
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
] as const;
const MESSAGES: readonly Buffer[] = [
  messageFrame('throw'),
  messageFrame('throw', TRUE),
  requestFrame(1, 'throw'),
  requestFrame(2, 'throw', TRUE),
  messageFrame('any-time'),
  clientFrame(Opcode.binary, roomMessage(Protocol.ROOM_DATA_BYTES, 'bytes', TRUE)),
];

const throws: Attack = {
  name: 'throws',
  what: 'exceptions and rejections in every kind of room callback, of stock rooms and GameRooms',
  unit: 'provocations',
  accepts: '(nothing: rooms fail by themselves)',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    const cases = ['thrower', 'game-thrower'].flatMap((room) =>
      AT.flatMap((at) => [false, true].map((later) => ({ room, at, later }))),
    );
    let next = 0;
    await lanes(LANES, async () => {
      while (!field.over) {
        const one = cases[next++ % cases.length]!;
        score.offer();
        await provoke(field, score, one.room, { at: one.at, later: one.later });
        await sleep(PAUSE_MS);
      }
    });
  },
};

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
  if (!(await player.entry)) return score.end('not let in');
  if (options.at === 'message') for (const frame of MESSAGES) player.send(frame);
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
