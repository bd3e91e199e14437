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

const CountState = schema({ count: t.uint32().default(0) }, 'CountState');
const EVERY_MS = 50;
const RECONNECT_SECONDS = 5;

function throwAt(callback: string, { at, later }: ThrowOptions): Promise<never> | undefined {
  if (at !== callback) return undefined;
  const thrown = new Error(`${SECRET} in ${callback}`);
  if (later === true) return Promise.reject(thrown);
  throw thrown;
}

/** What both kinds do when a client sends it. */
const handlers = {
  throw: (_client: Client, later: unknown) => throwAt('message', { at: 'message', later: later === true }),
};

export class Thrower extends Room<{ state: InstanceType<typeof CountState> }> {
  override state = new CountState();
  override messages = handlers;
  #options: ThrowOptions = {};

  static override async onAuth(_token: string, options?: ThrowOptions): Promise<boolean> {
    await throwAt('static onAuth', options ?? {});
    return true;
  }

  override onCreate(options: ThrowOptions) {
    this.#options = options;
    const { later } = options;
    this.onMessage('any-time', () => throwAt('message', { at: 'message', later }));
    this.onMessageBytes('bytes', () => throwAt('message', { at: 'message', later }));
    if (options.at === 'timeout') this.clock.setTimeout(() => throwAt('timeout', options), 1);
    if (options.at === 'interval') this.clock.setInterval(() => throwAt('interval', options), EVERY_MS);
    this.setSimulationInterval(() => {
      this.state.count++;
      return throwAt('simulation', this.#options);
    }, EVERY_MS);
    return throwAt('onCreate', options);
  }
  override onJoin(_client: Client, options?: ThrowOptions) {
    return throwAt('onJoin', options ?? {});
  }
  override onBeforePatch() {
    return throwAt('onBeforePatch', this.#options);
  }
  override onDrop(client: Client) {
    if (this.#options.at === 'onReconnect') this.allowReconnection(client, RECONNECT_SECONDS).catch(() => {});
    return throwAt('onDrop', this.#options);
  }
  override onReconnect() {
    return throwAt('onReconnect', this.#options);
  }
  override onLeave() {
    return throwAt('onLeave', this.#options);
  }
  override onDispose() {
    return throwAt('onDispose', this.#options);
  }
}

export class GameThrower extends GameRoom<{ state: InstanceType<typeof CountState> }> {
  override tickRate = 1000 / EVERY_MS;
  override state = new CountState();
  override messages = { throw: validate(z.unknown(), handlers.throw) };
  #options: ThrowOptions = {};

  override onCreate(options: ThrowOptions) {
    this.#options = options;
    return throwAt('onCreate', options);
  }
  override onAuth(_client: Client, options?: ThrowOptions) {
    return throwAt('onAuth', options ?? {}) ?? true;
  }
  override step(): void {
    this.state.count++;
    void throwAt('step', { at: this.#options.at });
  }
  override onJoin(_client: Client, options?: ThrowOptions) {
    return throwAt('onJoin', options ?? {});
  }
  override onLeave() {
    return throwAt('onLeave', this.#options);
  }
  override onDispose() {
    return throwAt('onDispose', this.#options);
  }
}
