/**
 * A server with arenas of several kinds, and players in them: to be called in a describe block, ends with it. Gives tests
 * the server's own state beside what players see, to compare, and to set a scene.
 */
import { matchMaker } from '@colyseus/core';
import { ArenaRoom } from '../../rooms/arena/room.ts';
import { FILL, MAX_HEALTH } from '../../rooms/arena/rules.ts';
import type { Input } from '../../rooms/arena/simulation.ts';
import type { ArenaState, Player } from '../../rooms/arena/state.ts';
import { ArenaPlayer, type ArenaPlayerOptions } from './arena-player.ts';
import { startTestServer, type TestServer } from './server.ts';
import { until } from './until.ts';

/** `arena` is as in the game; a `duel` has no AI players, `sparring` has one for one person and keeps seats for a moment only; `short` has one-second rounds. */
export type ArenaKind = 'arena' | 'duel' | 'sparring' | 'short';

type Environment = Readonly<Record<string, string>>;

export class ArenaServer {
  #server!: TestServer;
  readonly #env: Environment;
  readonly #players: ArenaPlayer[] = [];

  get url(): string {
    return this.#server.url;
  }

  constructor(env: Environment = {}) {
    this.#env = env;
  }

  async start(): Promise<void> {
    this.#server = await startTestServer({
      env: this.#env,
      rooms: (define) => {
        define('arena', ArenaRoom, { fill: FILL, seed: 1 });
        define('duel', ArenaRoom, { fill: 0, seed: 2 });
        define('sparring', ArenaRoom, { fill: 2, seed: 3, reconnectSeconds: 0.3 });
        define('short', ArenaRoom, { fill: 3, seed: 4, roundSeconds: 1, resultSeconds: 1 });
      },
    });
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async join(roomName: ArenaKind, options: ArenaPlayerOptions = {}): Promise<ArenaPlayer> {
    const player = await ArenaPlayer.join(this.#server.client, { ...options, roomName });
    this.#players.push(player);
    return player;
  }

  async allLeave(): Promise<void> {
    await Promise.all(this.#players.splice(0).map((player) => player.leave()));
    await until('the rooms to end', () => matchMaker.stats.local.roomCount === 0);
  }

  /** The player's room; the one of that id in this process. */
  roomOf(player: ArenaPlayer): ArenaRoom {
    return matchMaker.getLocalRoomById(player.room.roomId) as ArenaRoom;
  }

  stateOf(player: ArenaPlayer): ArenaState {
    return this.roomOf(player).state;
  }

  /** The player as the server holds it. */
  bodyOf(player: ArenaPlayer): Player {
    return this.stateOf(player).players.get(player.id)!;
  }

  /** Puts a player somewhere, unshielded, and waits until its client knows. */
  async put(player: ArenaPlayer, x: number, y: number): Promise<void> {
    Object.assign(this.bodyOf(player), { x, y, vx: 0, vy: 0, shieldTicks: 0, health: MAX_HEALTH });
    await until('the new place to arrive', () => {
      player.frame(standStill);
      return player.own.state.x === x && player.own.state.y === y;
    });
  }
}

export function standStill(input: Input): void {
  Object.assign(input, { moveX: 0, moveY: 0, buttons: 0 });
}

/** Starts the server before the block's tests and stops it after them; all players leave after each. `env`: settings that differ. */
export function arenaServer(env?: Environment): ArenaServer {
  const server = new ArenaServer(env);
  // The SDK tells the terminal about reconnections, and the decoder about every body that it cannot read.
  const { info, warn, error } = console;
  const quiet = (): void => {};
  before(() => {
    Object.assign(console, { info: quiet, warn: quiet, error: quiet });
    return server.start();
  });
  afterEach(() => server.allLeave());
  after(() => {
    Object.assign(console, { info, warn, error });
    return server.stop();
  });
  return server;
}
