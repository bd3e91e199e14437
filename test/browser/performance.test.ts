/** What a frame costs in a full arena, and what the page weighs. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import { ArenaBot, type ArenaRoom } from '../../loadtest/bots/arena.ts';
import { MAX_PLAYERS, TICK_RATE } from '../../rooms/arena/rules.ts';
import { GamePage, launchBrowser } from '../support/browser.ts';
import { disposedAfterwards, startServerProcess } from '../support/processes.ts';
import { ScriptedPlayer } from '../support/scripted-player.ts';

const BUDGET_MS = 8;
/** The meter keeps the newest 512 frames. */
const WINDOW_MS = 6000;
/** The machine may be busy with something else in one of them. */
const WINDOWS = 3;

describe('a frame of the page', function () {
  this.timeout(60_000);
  const stack = disposedAfterwards();

  it(`takes under ${BUDGET_MS} ms of script in 95 of 100 frames with ${MAX_PLAYERS} players fighting`, async () => {
    const server = await startServerProcess();
    stack.defer(() => server.child.stop('SIGKILL'));
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const game = await GamePage.open(browser, `${server.origin}/?rooms`);
    await game.quickPlay('Watched');
    const { roomId } = await game.playing();
    const bots = await Promise.all(
      Array.from({ length: MAX_PLAYERS - 1 }, (_, i) => joinBot(server.origin, roomId, i)),
    );
    const timer = setInterval(() => bots.forEach((bot) => void bot.play(performance.now())), 1000 / TICK_RATE);
    stack.defer(() => clearInterval(timer));
    stack.defer(async () => void (await Promise.all(bots.map(({ room }) => room.leave()))));
    const robot = new ScriptedPlayer(game);
    const measured: number[] = [];
    for (let i = 0; i < WINDOWS && !(Math.min(...measured) < BUDGET_MS); i++) {
      const end = performance.now() + WINDOW_MS;
      await robot.play('a window of frames', () => performance.now() > end, WINDOW_MS * 2);
      assert.equal((await game.playing()).players.length, MAX_PLAYERS);
      measured.push((await game.net()).frameP95Ms);
    }
    await game.keep('desktop-sixteen');
    assert.ok(Math.min(...measured) < BUDGET_MS, `p95 of ${measured.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    assert.deepEqual(game.mistakes, []);
  });
});

async function joinBot(origin: string, roomId: string, index: number): Promise<ArenaBot> {
  const room: ArenaRoom = await new Client(origin).joinById(roomId, { name: `Bot ${index + 1}` });
  room.reconnection.enabled = false;
  room.onMessage('*', () => {});
  return new ArenaBot(room, index);
}
