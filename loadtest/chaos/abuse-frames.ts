/** Attacks by what is in a frame: types nobody registered, and frames that are nearly right. By many strangers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type Field, paced } from './abuse-attack.ts';
import { LIMITED_WITHIN_MS } from './abuse-messages.ts';
import { mutatedFrame } from './abuse-mutate.ts';
import { AbusePlayer } from './abuse-player.ts';
import type { Score } from './abuse-score.ts';
import { batch, messageFrame, rawFrame } from './abuse-wire.ts';

const LONGEST_TYPE = 4096;
/** More than any client is forgiven, also where the first ones are only dropped. */
const FOLLOWERS = 400;
const FRAMES_A_CONNECTION = 256;
/**
 * 1,000,000 frames in windows of 5 s are 160 strangers a second whose every frame is looked at, which is all that a core can do:
 * what others notice would be that of a herd.
 */
const MUTATED_LONGER = 2;
/** Intruders at a time. They come evenly over the window: all at once they would measure what a herd of joins costs. */
const MOST_INSIDE = 128;
/** The last one comes before the window is over. */
const HASTE = 1.1;
const TRY_AGAIN_MS = 50;

/** Each length comes first on a connection of its own, because the first one may already be the last that is read. */
const unknownTypes: Attack = {
  name: 'unknown-types',
  what: 'messages of types nobody registered, of every length from 0 to 4,096',
  unit: 'messages',
  accepts: 'its connection was still open after 2 s',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    const { round, rounds } = field.order;
    const all = Array.from({ length: LONGEST_TYPE + 1 }, (_, length) => length);
    const lengths = all.filter((length) => length % rounds === round - 1);
    const follower = batch(messageFrame('nobody registered this'), FOLLOWERS);
    await intrusions(field, score, lengths.length, (index) => {
      const frames = Buffer.concat([messageFrame('x'.repeat(lengths[index]!)), follower]);
      return intrude(field, score, frames, FOLLOWERS + 1);
    });
  },
};

const mutatedFrames: Attack = {
  name: 'mutated-frames',
  what: '1,000,000 random frames, and mutations of what an SDK sends (--frames)',
  unit: 'frames',
  accepts: 'its connection was still open after 2 s',
  measure: 'never',
  limit: 0,
  longer: MUTATED_LONGER,
  async run(field, score) {
    const most = Math.ceil(field.order.frames / field.order.rounds);
    const connections = Math.ceil(most / FRAMES_A_CONNECTION);
    // None gets so few that a client may send as many.
    const count = Math.ceil(most / connections);
    await intrusions(field, score, connections, () => {
      const frames = Array.from({ length: count }, () => rawFrame(mutatedFrame(field.recorded, field.random)));
      return intrude(field, score, Buffer.concat(frames), count);
    });
  },
};

/** So many, evenly over the window. Those that find no time are told. */
async function intrusions(
  field: Field,
  score: Score,
  count: number,
  one: (index: number) => Promise<void>,
): Promise<void> {
  let begun = 0;
  const perSecond = (count / field.order.seconds) * HASTE;
  await paced(field, { perSecond, most: MOST_INSIDE }, async (index) => {
    if (index >= count) return;
    begun++;
    await one(index);
  });
  for (let left = count - begun; left > 0; left--) score.end('not sent in time');
}

/** A stranger is let into a pen, sends all at once, and should be thrown out. */
async function intrude(field: Field, score: Score, frames: Buffer, count: number): Promise<void> {
  const room = field.random.pick(field.pens);
  const player = await AbusePlayer.enter({ port: field.port, from: field.stranger(), method: 'joinById', room });
  if (player === undefined) {
    score.end('not let in');
    await sleep(TRY_AGAIN_MS);
    return;
  }
  player.send(frames);
  score.offer(count);
  const code = await Promise.race([player.closed, sleep(LIMITED_WITHIN_MS)]);
  if (code === undefined) score.accept();
  score.end(code ?? 'still open');
  player.destroy();
}

export const FRAME_ATTACKS: readonly Attack[] = [unknownTypes, mutatedFrames];
