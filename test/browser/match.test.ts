/**
 * Two whole rounds against AI players in a real browser: a scripted player fights, falls, comes back, loses its line. The
 * server runs in this process, so that every number on the screen is compared with the very state of the room.
 */
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import type { Snapshot } from '../../clients/web/hook.ts';
import type { ArenaRoom } from '../../rooms/arena/room.ts';
import { GUN_DAMAGE } from '../../rooms/arena/rules.ts';
import type { ArenaState, Player } from '../../rooms/arena/state.ts';
import { defineRooms } from '../../rooms/index.ts';
import { buildPage } from '../../src/http/esbuild-page.ts';
import { page as pageHandler } from '../../src/http/page.ts';
import { GamePage, launchBrowser, PAGES_ROOT } from '../support/browser.ts';
import { Line } from '../support/line.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { ScriptedPlayer } from '../support/scripted-player.ts';
import { startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const ROUND_SECONDS = 12;
const RESULT_SECONDS = 3;
/** Few enough to be fought one by one, enough to be found at once. */
const FILL = 6;
const NAME = 'Spartacus';
/** AI players within this distance of the player are down to their last hit, in world units. */
const NEAR = 600;
/** AI players decide for themselves whom they fight: a round in which they fight others is followed by another. */
const ROUNDS_TIMEOUT_MS = 4 * (ROUND_SECONDS + RESULT_SECONDS) * 1000;
/** So long before a round's end there is still time to look at what just happened in it. */
const LOOK_SECONDS = 3;

describe('a match in the browser', function () {
  this.timeout(ROUNDS_TIMEOUT_MS + 20_000);
  const stack = disposedAfterwards();
  let line: Line;
  let game: GamePage;
  let robot: ScriptedPlayer;
  let room: ArenaRoom;
  let state: ArenaState;
  let sessionId: string;

  /** The page's own player as the server has it. */
  const truth = (): Player => state.players.get(sessionId)!;

  before(async () => {
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const assets = await buildPage(PAGES_ROOT);
    const arena = { roundSeconds: ROUND_SECONDS, resultSeconds: RESULT_SECONDS, fill: FILL };
    const server = await startTestServer({
      rooms: (define) => defineRooms(define, { arena }),
      deps: { page: pageHandler(assets) },
    });
    // Before the browser: a room that has lost its player keeps the seat, and this process, for a while.
    stack.defer(() => server.stop());
    line = stack.use(await Line.to(server.port));
    game = await GamePage.open(browser, `${line.origin}/?rooms`);
    robot = new ScriptedPlayer(game);
    await until('the list of rooms is live', async () => (await game.text('#rooms-state')) === 'Live');
    await game.keep('desktop-start');
    await game.quickPlay(NAME);
    const playing = await game.playing();
    sessionId = playing.sessionId;
    room = matchMaker.getLocalRoomById(playing.roomId) as ArenaRoom;
    state = room.state;
  });

  it('is joined at once, with AI players, in the room the link names', async () => {
    const { players } = await game.playing();
    assert.equal(new URL(game.page.url()).searchParams.get('room'), room.roomId);
    assert.equal(players.filter(({ ai }) => ai).length, FILL - 1, 'AI players fill the room');
    assert.deepEqual(
      await game.misplaced('.plaque', '.standing', '.tools', '#health', '#gauge-rocket', '#gauge-dash'),
      [],
    );
  });

  it('moves the body by keys, at once and where the server has it', async () => {
    const before = (await game.playing()).self!;
    const key = before.x < 1000 ? 'KeyD' : 'KeyA';
    await game.page.keyboard.down(key);
    await until('the body has moved', async () => Math.abs((await game.playing()).self!.x - before.x) > 60);
    await game.page.keyboard.up(key);
    await until('page and server agree on where it stands', async () => {
      const { self } = await game.playing();
      return Math.hypot(self!.x - truth().x, self!.y - truth().y) < 1 && truth().vx === 0;
    });
  });

  it('shoots, and brings an AI player down', async () => {
    await robot.play('the first kill', killed, ROUNDS_TIMEOUT_MS);
    await game.keep('desktop-play');
    assert.ok(truth().shots > 0);
    await agree('after a kill');
  });

  it('falls to an AI player in the same round, is told to which, and comes back', async () => {
    await robot.play('a death after a kill', killedAndFell, ROUNDS_TIMEOUT_MS);
    await game.keep('desktop-fallen');
    await comesBack();
    await agree('after a death');
  });

  it('shows every score in the board that Tab holds open', async () => {
    await game.page.keyboard.down('Tab');
    await until('the board agrees with the server', async () => boardDiffers('#board-rows').then((is) => !is));
    await game.keep('desktop-scoreboard');
    await game.page.keyboard.up('Tab');
    assert.equal(await game.visible('#board'), false);
  });

  it('shows the result of the round, and plays the next one from zero', async () => {
    robot.mood = 'fight';
    await result();
    await agree('at the start of a round');
  });

  it('kills, falls and comes back in the second round too', async () => {
    await robot.play('a death after a kill', killedAndFell, ROUNDS_TIMEOUT_MS);
    await comesBack();
    robot.mood = 'fight';
  });

  it('sits out a lost connection, and goes on in the same match', async () => {
    line.cut();
    await until('the page says so', () => game.visible('#reconnecting'));
    assert.match(await game.text('#reconnecting-line'), /^Reconnecting \(\d+\)…$/);
    await until('the server knows', () => !truth().connected);
    await game.keep('desktop-reconnecting');
    line.mend();
    await until('the overlay is gone', async () => !(await game.visible('#reconnecting')), 10_000);
    await until('the server knows', () => truth().connected);
    const back = await game.playing();
    assert.deepEqual([back.sessionId, back.roomId], [sessionId, room.roomId]);
    await until('the body is there', async () => (await game.playing()).self!.alive, 10_000);
    const { shots } = truth();
    await robot.play('shooting again', () => truth().shots !== shots, ROUNDS_TIMEOUT_MS);
    await agree('after coming back');
  });

  it('plays the second round to its end', async () => {
    await result();
  });

  it('predicted well, hit what it showed to be hit, and made no mistakes', async () => {
    const { patchesPerSecond, corrections, reconciles, hitsSeen, hitsGiven } = await game.net();
    assert.ok(patchesPerSecond > 15, `${patchesPerSecond} patches a second`);
    assert.ok(reconciles > 300, `${reconciles} answers`);
    assert.ok(corrections < reconciles * 0.05, `${corrections} corrections in ${reconciles} answers`);
    assert.ok(hitsGiven >= hitsSeen * 0.6 - 3, `${hitsGiven} of ${hitsSeen} hits on the screen were hits`);
    assert.deepEqual(game.mistakes, []);
  });

  /** Sends the robot after a kill. Its aim has to be true once, not nine times in a row: how fast a machine is must not matter. */
  function killed(): boolean {
    const self = truth();
    robot.mood = 'fight';
    for (const player of state.players.values()) {
      if (player.ai && Math.hypot(player.x - self.x, player.y - self.y) < NEAR) leaveLastHit(player);
    }
    return self.kills > 0;
  }

  /**
   * Sends the robot after a kill, then to its own end; true once both came about in one round, the end through an AI
   * player, and the page says so. All is looked at here: two seconds later the body is back.
   */
  async function killedAndFell({ phase, self, secondsLeft }: Snapshot): Promise<boolean> {
    if (!killed()) return false;
    robot.mood = 'seek';
    leaveLastHit(truth());
    if (phase !== 'play' || self?.alive !== false || secondsLeft < LOOK_SECONDS) return false;
    if (!(await game.visible('#fallen')) || (await game.text('#health-number')) !== '0') return false;
    const [, by] = /^You fell to (.+)$/.exec(await game.text('#fallen-by')) ?? [];
    return [...state.players.values()].some(({ name, ai }) => ai && name === by);
  }

  function leaveLastHit(player: Player): void {
    player.health = Math.min(player.health, GUN_DAMAGE);
  }

  async function comesBack(): Promise<void> {
    await until('the body is back', async () => (await game.playing()).self!.alive);
    await until('the page says so', async () => !(await game.visible('#fallen')));
  }

  /** Plays to the end of the round, looks at the result, and waits for the next one. */
  async function result(): Promise<void> {
    await robot.play('the result', ({ phase }) => phase === 'result', ROUNDS_TIMEOUT_MS);
    const { round } = state;
    const title = expectedTitle();
    await until('the result agrees with the server', async () => boardDiffers('#result-rows').then((is) => !is));
    assert.equal(await game.text('#result-round'), `Round ${round}`);
    assert.equal(await game.text('#result-title'), title);
    assert.deepEqual(await game.misplaced('#result', '.tools'), []);
    await game.keep('desktop-result');
    await until('the next round', async () => (await game.playing()).round === round + 1);
    await until('the result is gone', async () => !(await game.visible('#result')));
  }

  /** Every number around the arena is the server's, at some moment within the deadline. */
  async function agree(when: string): Promise<void> {
    let differs = '';
    await until(`page and server agree ${when}`, async () => {
      differs = (await hudDiffers()) || (await listDiffers());
      return differs === '';
    }).catch(async (error) => {
      throw new Error(`${differs}`, { cause: error });
    });
  }

  async function hudDiffers(): Promise<string> {
    const shown = {
      round: await game.text('#round'),
      timer: await game.text('#timer'),
      health: await game.text('#health-number'),
    };
    const { round, secondsLeft } = state;
    const timer = `${Math.floor(secondsLeft / 60)}:${String(secondsLeft % 60).padStart(2, '0')}`;
    const said = { round: `Round ${round}`, timer, health: String(truth().health) };
    return JSON.stringify(shown) === JSON.stringify(said)
      ? ''
      : `shown ${JSON.stringify(shown)}, said ${JSON.stringify(said)}`;
  }

  /** The standing beside the arena: leaders with their scores, and the player with rank and score. */
  async function listDiffers(): Promise<string> {
    const rows = await game.page.$$eval('#standing li:not([hidden])', (lines) =>
      lines.map((line) => ({
        rank: Number(line.querySelector('.rank')!.textContent),
        name: line.querySelector('.who')!.textContent,
        score: Number(line.querySelector('.score')!.textContent),
      })),
    );
    const players = [...state.players.values()].map(({ name, score }) => ({ name, score }));
    const scores = players.map(({ score }) => score).sort((a, b) => b - a);
    const wrong = rows.find(({ rank, name, score }) => {
      return scores[rank - 1] !== score || !players.some((player) => player.name === name && player.score === score);
    });
    const own = rows.some(({ name }) => name === NAME);
    return !wrong && own ? '' : `standing ${JSON.stringify(wrong ?? rows)} against ${JSON.stringify(players)}`;
  }

  async function boardDiffers(table: string): Promise<boolean> {
    const rows = await game.page.$$eval(`${table} tr:not([hidden])`, (lines) =>
      lines.map((line) => ({
        id: (line as HTMLElement).dataset.player,
        name: line.querySelector('.who')!.textContent,
        numbers: [2, 3, 4].map((cell) => Number(line.children[cell]!.textContent)),
      })),
    );
    const { players } = state;
    if (rows.length !== players.size) return true;
    return rows.some(({ id, name, numbers }) => {
      const player = players.get(id!);
      return player?.name !== name || numbers.join() !== [player.score, player.kills, player.deaths].join();
    });
  }

  function expectedTitle(): string {
    const { winner, players } = state;
    if (winner === '') return 'A draw';
    return players.get(winner)!.name === NAME ? 'Victory' : `${players.get(winner)!.name} wins`;
  }
});
