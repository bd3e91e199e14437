/** Two whole rounds in a real browser: a scripted player fights, falls, comes back, loses its line; every number is checked. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import type { Player } from '../../rooms/arena/state.ts';
import { ArenaPlayer } from '../support/arena-player.ts';
import { GamePage, launchBrowser } from '../support/browser.ts';
import { Line } from '../support/line.ts';
import { disposedAfterwards, startServerProcess } from '../support/processes.ts';
import { ScriptedPlayer } from '../support/scripted-player.ts';
import { SparringPartner } from '../support/sparring-partner.ts';
import { until } from '../support/until.ts';

const ROUND_SECONDS = 12;
const RESULT_SECONDS = 3;
const NAME = 'Spartacus';
/** A round and its result, and time for a slow machine. */
const ROUND_TIMEOUT_MS = (ROUND_SECONDS + RESULT_SECONDS) * 1000 + 20_000;

describe('a match in the browser', function () {
  this.timeout(ROUND_TIMEOUT_MS);
  const stack = disposedAfterwards();
  let line: Line;
  let game: GamePage;
  let robot: ScriptedPlayer;
  /** Another client in the same room, whose decoded state is what the server says. */
  let witness: ArenaPlayer;
  let partner: SparringPartner;

  /** The page's own player as the server has it. */
  const truth = (): Player => {
    const player = [...witness.room.state.players.values()].find(({ name }) => name === NAME);
    assert.ok(player, 'the witness knows the player');
    return player;
  };

  before(async () => {
    const server = await startServerProcess({
      HYPOGEUM_ARENA_ROUND_SECONDS: String(ROUND_SECONDS),
      HYPOGEUM_ARENA_RESULT_SECONDS: String(RESULT_SECONDS),
    });
    stack.defer(() => server.child.stop('SIGKILL'));
    line = stack.use(await Line.to(server.port));
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    game = await GamePage.open(browser, `${line.origin}/?rooms`);
    robot = new ScriptedPlayer(game);
    await game.keep('desktop-start');
    await game.quickPlay(NAME);
    witness = await ArenaPlayer.join(new Client(server.origin), { join: { name: 'Witness' } });
    stack.defer(() => witness.leave());
    partner = stack.use(new SparringPartner(witness, truth));
  });

  it('is joined at once, with AI players, in the room the link names', async () => {
    const { roomId, players } = await game.playing();
    assert.equal(roomId, witness.room.roomId);
    assert.equal(new URL(game.page.url()).searchParams.get('room'), roomId);
    assert.ok(players.filter(({ ai }) => ai).length >= 6, 'AI players fill the room');
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

  it('shoots, and brings somebody down', async () => {
    partner.part = 'offer';
    await robot.play('the first kill', () => truth().kills > 0, ROUND_TIMEOUT_MS);
    partner.part = 'rest';
    await game.keep('desktop-play');
    assert.ok(truth().shots > 0);
    await agree('after a kill');
  });

  it('falls, is told who did it, and comes back', async () => {
    robot.mood = 'seek';
    partner.part = 'attack';
    await robot.play(
      'the first death',
      ({ self, phase }) => phase === 'play' && self?.alive === false,
      ROUND_TIMEOUT_MS,
    );
    await game.keep('desktop-fallen');
    assert.match(await game.text('#fallen-by'), /^You fell/i);
    assert.equal(await game.text('#health-number'), '0');
    await until('the body is back', async () => (await game.playing()).self!.alive);
    await until('the page says so', async () => !(await game.visible('#fallen')));
    robot.mood = 'fight';
    partner.part = 'rest';
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
    const { round } = witness.room.state;
    await robot.play('the result', ({ phase }) => phase === 'result', ROUND_TIMEOUT_MS);
    await until('the result agrees with the server', async () => boardDiffers('#result-rows').then((is) => !is));
    await game.keep('desktop-result');
    assert.equal(await game.text('#result-round'), `Round ${round}`);
    assert.equal(await game.text('#result-title'), expectedTitle());
    await until('the next round', async () => (await game.playing()).round === round + 1);
    await until('the result is gone', async () => !(await game.visible('#result')));
    await agree('at the start of a round');
  });

  it('sits out a lost connection, and goes on in the same match', async () => {
    const { sessionId, roomId } = await game.playing();
    line.cut();
    await until('the page says so', () => game.visible('#reconnecting'));
    assert.match(await game.text('#reconnecting-line'), /^Reconnecting \(\d+\)…$/);
    await until('the server knows', () => !truth().connected);
    await game.keep('desktop-reconnecting');
    line.mend();
    await until('the overlay is gone', async () => !(await game.visible('#reconnecting')), 10_000);
    await until('the server knows', () => truth().connected);
    const back = await game.playing();
    assert.deepEqual([back.sessionId, back.roomId], [sessionId, roomId]);
    await until('the body is there', async () => (await game.playing()).self!.alive, 10_000);
    const { shots } = truth();
    await robot.play('shooting again', () => truth().shots !== shots, ROUND_TIMEOUT_MS);
    await agree('after coming back');
  });

  it('plays the second round to its end', async () => {
    await robot.play('the second result', ({ phase }) => phase === 'result', ROUND_TIMEOUT_MS);
    await until('the result agrees with the server', async () => boardDiffers('#result-rows').then((is) => !is));
    const { round } = witness.room.state;
    await until('the third round', async () => (await game.playing()).round === round + 1);
  });

  it('predicted well, hit what it showed to be hit, and made no mistakes', async () => {
    const { patchesPerSecond, corrections, reconciles, hitsSeen, hitsGiven } = await game.net();
    assert.ok(patchesPerSecond > 15, `${patchesPerSecond} patches a second`);
    assert.ok(reconciles > 300, `${reconciles} answers`);
    assert.ok(corrections < reconciles * 0.05, `${corrections} corrections in ${reconciles} answers`);
    assert.ok(hitsGiven >= hitsSeen * 0.6 - 3, `${hitsGiven} of ${hitsSeen} hits on the screen were hits`);
    assert.deepEqual(game.mistakes, []);
  });

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
    const { round, secondsLeft } = witness.room.state;
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
    const players = [...witness.room.state.players.values()].map(({ name, score }) => ({ name, score }));
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
    const { players } = witness.room.state;
    if (rows.length !== players.size) return true;
    return rows.some(({ id, name, numbers }) => {
      const player = players.get(id!);
      return player?.name !== name || numbers.join() !== [player.score, player.kills, player.deaths].join();
    });
  }

  function expectedTitle(): string {
    const { winner, players } = witness.room.state;
    if (winner === '') return 'A draw';
    return players.get(winner)!.name === NAME ? 'Victory' : `${players.get(winner)!.name} wins`;
  }
});
