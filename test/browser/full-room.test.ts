/** A full arena on the page: everybody fights, everybody is shown. What a frame of it costs is `npm run bench -- page`. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import type { Snapshot } from '../../clients/web/hook.ts';
import { PagePlayer } from '../../loadtest/bench/page-player.ts';
import { ArenaBot, type ArenaRoom, joinArena } from '../../loadtest/bots/arena.ts';
import { MAX_PLAYERS, TICK_RATE } from '../../rooms/arena/rules.ts';
import type { ArenaState } from '../../rooms/arena/state.ts';
import { GamePage, launchBrowser } from '../support/browser.ts';
import { disposedAfterwards, passive, startServerProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const TIMEOUT_MS = 20_000;

describe('the page in a full room', function () {
  this.timeout(60_000);
  const stack = disposedAfterwards();

  it(`shows all ${MAX_PLAYERS} players as they fight`, async () => {
    const server = await startServerProcess();
    stack.defer(() => server.child.stop('SIGKILL'));
    const bots = await joinBots(server.origin, MAX_PLAYERS - 1);
    const timer = setInterval(() => bots.forEach((bot) => void bot.play(performance.now())), 1000 / TICK_RATE);
    stack.defer(() => clearInterval(timer));
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const { state, roomId } = bots[0]!.room;

    const game = await GamePage.open(browser, `${server.origin}/?room=${roomId}`);
    await until('the page shows everybody', async () => isFull(await game.snapshot()), TIMEOUT_MS);
    const entered = (await game.playing()).players;
    const { frames } = await game.net();
    const own = state.players.get((await game.playing()).sessionId)!;
    const deadline = performance.now() + TIMEOUT_MS;
    const bloody = () => own.shots > 0 && [...state.players.values()].some(({ deaths }) => deaths > 0);
    await new PagePlayer(game.page).play(() => bloody() || performance.now() > deadline);
    assert.ok(bloody(), 'the page shot, and somebody died');
    await game.keep('desktop-sixteen');

    const { players } = await game.playing();
    assert.deepEqual(players.map(({ id }) => id).toSorted(), [...state.players.keys()].toSorted());
    const still = players.filter(({ id, x, y }) => entered.some((was) => was.id === id && was.x === x && was.y === y));
    assert.ok(still.length < MAX_PLAYERS / 2, `${still.length} players did not move`);
    const numbers = await game.net();
    assert.ok(numbers.frames > frames, 'frames are counted');
    assert.ok(0 < numbers.frameP95Ms && numbers.frameP50Ms <= numbers.frameP95Ms, 'and timed');
    assert.deepEqual(game.mistakes, []);
  });
});

function isFull(shown: Snapshot | undefined): boolean {
  return shown?.self !== undefined && shown.players.length === MAX_PLAYERS;
}

/** All into one room: the first opens it. */
async function joinBots(origin: string, count: number): Promise<ArenaBot[]> {
  const client = new Client(origin);
  const first = await joinArena(client, 'arena', { name: 'Bot 1', seed: 1 });
  const others = Array.from({ length: count - 1 }, async (_, i) => {
    const room: ArenaRoom = await client.joinById<ArenaState>(first.room.roomId, { name: `Bot ${i + 2}` });
    return new ArenaBot(passive(room), i + 2);
  });
  return [first, ...(await Promise.all(others))];
}
