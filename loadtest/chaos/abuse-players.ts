/** The players' process of `chaos -- abuse`: bots in arenas, and others who come and go. */
import { TICK_RATE } from '../../rooms/arena/rules.ts';
import { SlotGrid } from '../slots.ts';
import { AbuseBot, PatchWatch } from './abuse-bots.ts';
import { Joiners } from './abuse-joiners.ts';
import type { FromPlayers, PlayersWindow, ToPlayers } from './abuse-messages.ts';

const JOINS_AT_A_TIME = 5;

const bots: AbuseBot[] = [];
const watch = new PatchWatch();
let joiners: Joiners | undefined;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (message: ToPlayers) => void obey(message));

async function obey(message: ToPlayers): Promise<void> {
  switch (message.type) {
    case 'join':
      await joinAll(message);
      play();
      joiners = new Joiners(message.port);
      return tell({ type: 'joined' });
    case 'measure':
      watch.begin(players(), performance.now());
      joiners?.begin();
      return;
    case 'report':
      return tell({ type: 'window', window: await report() });
  }
}

async function joinAll({ port, bots: count, seed }: Extract<ToPlayers, { type: 'join' }>): Promise<void> {
  const queue = Array.from({ length: count }, (_, index) => index).values();
  const lane = async (): Promise<void> => {
    for (const index of queue) bots.push(await AbuseBot.join(port, index, seed, watch));
  };
  await Promise.all(Array.from({ length: JOINS_AT_A_TIME }, lane));
}

function play(): void {
  const grid = new SlotGrid({
    bots: bots.length,
    periodMs: 1000 / TICK_RATE,
    startAt: performance.now(),
    maxBehind: TICK_RATE,
  });
  setInterval(() => grid.run(performance.now(), (bot) => bots[bot]!.play()), 1);
}

async function report(): Promise<PlayersWindow> {
  const intervals = watch.end(players(), performance.now());
  const joined = await joiners!.end();
  return { intervals, ...joined, lost: bots.filter(({ player }) => !player.open).length };
}

const players = () => bots.map(({ player }) => player);

function tell(message: FromPlayers): void {
  process.send?.(message);
}
