/** A process of players of `chaos -- slow`: those who go on, or those who stall. */
import { Protocol } from '@colyseus/sdk';
import { DurationHistogram } from '../histograms.ts';
import { decodeHistories, FrameStore } from './history.ts';
import { Player, takeSeat } from './player.ts';
import type { Comparison, FromClients, ToClients, Truth } from './slow-messages.ts';
import { differences } from './slow-truth.ts';

const JOINS_AT_A_TIME = 10;

interface Watched {
  readonly player: Player;
  readonly frames: Buffer[];
  patchedAt: number;
  patches: number;
}

const store = new FrameStore();
const watched: Watched[] = [];
const intervals = new DurationHistogram();
let measuring = false;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (message: ToClients) => void obey(message));

async function obey(message: ToClients): Promise<void> {
  switch (message.type) {
    case 'join':
      await joinAll(message);
      return tell({ type: 'joined' });
    case 'measure':
      measuring = true;
      for (const one of watched) one.patchedAt = performance.now();
      return;
    case 'intervals':
      for (const one of watched) noteInterval(one);
      measuring = false;
      return tell({ type: 'intervals', intervals: intervals.toWire() });
    case 'stall':
      for (const { player } of watched) player.stall(message.pongs);
      return;
    case 'read':
      for (const { player } of watched) player.read();
      return;
    case 'compare':
      return tell({ type: 'compared', comparison: await compare(message.truth) });
  }
}

async function joinAll({ port, roomId, clients }: Extract<ToClients, { type: 'join' }>): Promise<void> {
  const queue = Array.from({ length: clients }).values();
  const lane = async (): Promise<void> => {
    for (const _ of queue) await join(port, roomId);
  };
  await Promise.all(Array.from({ length: JOINS_AT_A_TIME }, lane));
}

async function join(port: number, roomId: string): Promise<void> {
  const player = new Player(await takeSeat(port, roomId), (_, frame) => take(one, frame));
  const one: Watched = { player, frames: [], patchedAt: 0, patches: 0 };
  watched.push(one);
  await player.join();
}

function take(one: Watched, frame: Buffer): void {
  const code = frame[0];
  if (code === Protocol.ROOM_STATE || code === Protocol.ROOM_STATE_PATCH) {
    one.patches++;
    noteInterval(one);
  }
  one.frames.push(store.keep(frame));
}

function noteInterval(one: Watched): void {
  if (!measuring) return;
  const now = performance.now();
  intervals.record(now - one.patchedAt);
  one.patchedAt = now;
}

async function compare(truth: Truth): Promise<Comparison> {
  const decoded = await decodeHistories(watched.map(({ frames }) => frames));
  const wrong = decoded.map(({ held }, i) => differences(truth, watched[i]!.player.sessionId, held));
  return {
    clients: watched.length,
    patches: watched.reduce((sum, { patches }) => sum + patches, 0) / watched.length,
    wrong: wrong.filter((entities) => entities > 0),
    lost: watched.reduce((sum, { player }) => sum + player.lost, 0),
    complaints: decoded.reduce((sum, { complaints }) => sum + complaints, 0),
  };
}

function tell(message: FromClients): void {
  process.send?.(message);
}
