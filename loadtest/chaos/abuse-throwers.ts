/** Rooms whose every callback can be made to throw, now or by a rejected promise: a stock class and a GameRoom. */
import { type Client, Room, validate } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { GameRoom } from '../../src/roomkit/index.ts';

/** What is thrown; it must reach no client. */
export const SECRET = 'the gladiator has fallen on his sword';

/** Set at the creation of the room, or by the join of one player. */
export interface ThrowOptions {
  readonly at?: string;
  readonly later?: boolean;
}

export const ThrowStick = schema({ x: t.int8().default(0) }, 'ThrowStick');
const CountState = schema({ count: t.uint32().default(0) }, 'CountState');
const EVERY_MS = 50;
const RECONNECT_SECONDS = 5;

/** How often each callback threw, by kind of room. */
const THROWN: Readonly<Record<string, Record<string, number>>> = { stock: {}, game: {} };

type Kind = 'stock' | 'game';

function throwAt(kind: Kind, callback: string, { at, later }: ThrowOptions): Promise<never> | undefined {
  if (at !== callback) return undefined;
  const thrownHere = THROWN[kind]!;
  thrownHere[callback] = (thrownHere[callback] ?? 0) + 1;
  const thrown = new Error(`${SECRET} in ${callback}`);
  if (later === true) return Promise.reject(thrown);
  throw thrown;
}

/** What a client may send to both kinds: throw, and say what was thrown. */
function handlersOf(kind: Kind) {
  return {
    throw: (_client: Client, later: unknown) => throwAt(kind, 'message', { at: 'message', later: later === true }),
    thrown: (client: Client) => client.send('thrown', JSON.stringify(THROWN[kind])),
  };
}

const stock = handlersOf('stock');
const game = handlersOf('game');

export class Thrower extends Room<{ state: InstanceType<typeof CountState> }> {
  override state = new CountState();
  override messages = stock;
  #options: ThrowOptions = {};

  static override async onAuth(_token: string, options?: ThrowOptions): Promise<boolean> {
    await throwAt('stock', 'static onAuth', options ?? {});
    return true;
  }

  override onCreate(options: ThrowOptions) {
    this.#options = options;
    const { later } = options;
    this.onMessage('any-time', () => throwAt('stock', 'message', { at: 'message', later }));
    this.onMessageBytes('bytes', () => throwAt('stock', 'message', { at: 'message', later }));
    if (options.at === 'timeout') this.clock.setTimeout(() => throwAt('stock', 'timeout', options), 1);
    if (options.at === 'interval') this.clock.setInterval(() => throwAt('stock', 'interval', options), EVERY_MS);
    this.setSimulationInterval(() => {
      this.state.count++;
      return throwAt('stock', 'simulation', this.#options);
    }, EVERY_MS);
    return throwAt('stock', 'onCreate', options);
  }
  override onJoin(_client: Client, options?: ThrowOptions) {
    return throwAt('stock', 'onJoin', options ?? {});
  }
  override onBeforePatch() {
    return throwAt('stock', 'onBeforePatch', this.#options);
  }
  override onDrop(client: Client) {
    if (this.#options.at === 'onReconnect') this.allowReconnection(client, RECONNECT_SECONDS).catch(() => {});
    return throwAt('stock', 'onDrop', this.#options);
  }
  override onReconnect() {
    return throwAt('stock', 'onReconnect', this.#options);
  }
  override onLeave() {
    return throwAt('stock', 'onLeave', this.#options);
  }
  override onDispose() {
    return throwAt('stock', 'onDispose', this.#options);
  }
}

interface GameTypes {
  state: InstanceType<typeof CountState>;
  input: InstanceType<typeof ThrowStick>;
}

export class GameThrower extends GameRoom<GameTypes> {
  override tickRate = 1000 / EVERY_MS;
  override state = new CountState();
  override messages = { throw: validate(z.unknown(), game.throw), thrown: validate(z.unknown(), game.thrown) };
  override inputs = this.defineInput(ThrowStick, {
    sanitize: () => void throwAt('game', 'sanitize', { at: this.#options.at }),
  });
  #options: ThrowOptions = {};

  override onCreate(options: ThrowOptions) {
    this.#options = options;
    if (options.at === 'timeout') this.clock.setTimeout(() => throwAt('game', 'timeout', options), 1);
    if (options.at === 'interval') this.clock.setInterval(() => throwAt('game', 'interval', options), EVERY_MS);
    return throwAt('game', 'onCreate', options);
  }
  override onAuth(_client: Client, options?: ThrowOptions) {
    return throwAt('game', 'onAuth', options ?? {}) ?? true;
  }
  override step(): void {
    this.state.count++;
    void throwAt('game', 'step', { at: this.#options.at });
  }
  override onBeforePatch() {
    return throwAt('game', 'onBeforePatch', this.#options);
  }
  override onJoin(_client: Client, options?: ThrowOptions) {
    return throwAt('game', 'onJoin', options ?? {});
  }
  override onDrop(client: Client) {
    if (this.#options.at === 'onReconnect') this.allowReconnection(client, RECONNECT_SECONDS).catch(() => {});
    return throwAt('game', 'onDrop', this.#options);
  }
  override onReconnect() {
    return throwAt('game', 'onReconnect', this.#options);
  }
  override onLeave() {
    return throwAt('game', 'onLeave', this.#options);
  }
  override onDispose() {
    return throwAt('game', 'onDispose', this.#options);
  }
}
