/** Rooms that fail wherever the join options say: one written against stock Colyseus alone, one GameRoom, one with class fields. */
import { type Client, definePlugins, Room, type RoomException, RoomPlugin, ServerError } from '@colyseus/core';
import { NoneSerializer } from '@colyseus/core/serializer/NoneSerializer';
import { schema, t } from '@colyseus/schema';
import { GameRoom } from '../../../src/roomkit/index.ts';

export const CountState = schema({ count: t.uint32().default(0) }, 'CountState');

export interface FailOptions {
  /** The callback that fails. */
  readonly at?: string;
  /** By a rejected promise instead of a throw. */
  readonly later?: boolean;
  /** What is thrown, if not a plain Error. */
  readonly what?: 'nothing' | 'a refusal';
}

function failAt(callback: string, { at, later, what }: FailOptions): Promise<void> | undefined {
  if (at !== callback) return undefined;
  const words = `${callback} failed${later ? ' later' : ''}`;
  const thrown = { nothing: undefined, 'a refusal': new ServerError(600, words), error: new Error(words) };
  if (later) return Promise.reject(thrown[what ?? 'error']);
  throw thrown[what ?? 'error'];
}

const Stick = schema({ x: t.int8().default(0) }, 'FailingStick');

class FailingPlugin extends RoomPlugin {
  protected override onLeave() {
    return failAt('plugin', { at: 'plugin' });
  }
}

class FailingSerializer extends NoneSerializer {
  override applyPatches(): boolean {
    throw new Error('the patch failed');
  }
}

/** Knows nothing of Hypogeum. Its options come with `create`; those of a joining client with the join. */
export class FailingStockRoom extends Room {
  state = new CountState();
  #options: FailOptions = {};

  messages = {
    throw: () => failAt('message', { at: 'message' }),
    reject: () => failAt('message', { at: 'message', later: true }),
    echo: (_client: Client, payload: unknown) => payload,
    timers: (_client: Client, later: boolean) => {
      this.clock.setTimeout(() => failAt('timer', { at: 'timer', later }), 5);
      this.clock.setInterval(() => failAt('timer', { at: 'timer', later }), 5);
    },
    breakPatches: () => this.setSerializer(new FailingSerializer()),
  };

  onCreate(options: FailOptions) {
    this.#options = options;
    this.onMessage('dynamic', () => failAt('message', { at: 'message' }));
    this.onMessageBytes('bytes', () => failAt('message', { at: 'message' }));
    this.setSimulationInterval(() => {
      this.state.count++;
      return failAt('simulation', this.#options);
    }, 20);
    return failAt('onCreate', options);
  }
  onAuth(_client: Client, options: FailOptions) {
    return failAt('onAuth', options) ?? true;
  }
  onJoin(_client: Client, options: FailOptions) {
    return failAt('onJoin', options);
  }
  onBeforePatch() {
    return failAt('onBeforePatch', this.#options);
  }
  onDrop(client: Client) {
    if (this.#options.at === 'onReconnect') void this.allowReconnection(client, 5).catch(() => {});
    return failAt('onDrop', this.#options);
  }
  onReconnect() {
    return failAt('onReconnect', this.#options);
  }
  onLeave() {
    return failAt('onLeave', this.#options);
  }
  onDispose() {
    return failAt('onDispose', this.#options);
  }
}

/** The same failures through hooks that are class fields, and with Colyseus's own hook for exceptions. */
export class FailingFieldsRoom extends Room {
  static readonly reported: [string, string, unknown][] = [];
  state = new CountState();
  onJoin = (_client: Client, options: FailOptions) => failAt('onJoin', options);
  onLeave = () => failAt('onLeave', { at: 'onLeave' });
  onBeforePatch = () => failAt('onBeforePatch', { at: 'onBeforePatch', later: true });
  messages = { throw: () => failAt('message', { at: 'message' }) };

  onCreate() {
    this.clock.setInterval(() => this.state.count++, 20);
  }
  onUncaughtException(error: RoomException, method: string) {
    FailingFieldsRoom.reported.push([method, error.constructor.name, error.cause]);
    throw new Error('and the hook itself fails');
  }
}

/** What stock allows besides: a handler for all types, timers set by a class field, a hook for exceptions set at run time. */
export class FailingOddRoom extends Room {
  static reported = 0;
  state = new CountState();
  early = this.clock.setInterval(() => {
    throw new Error('an early timer failed');
  }, 5);
  messages = {
    echo: (_client: Client, payload: unknown) => payload,
    _: (_client: Client, type: string) => failAt('any', { at: 'any', later: type === 'later' }),
  };

  onCreate() {
    this.clock.setInterval(() => this.state.count++, 20);
    this.onUncaughtException = async () => {
      FailingOddRoom.reported++;
      throw new Error('and the hook itself fails later');
    };
  }
}

/** Fails before it is there, or in what is not a hook of the room. */
export class FailingEarlyRoom extends Room {
  static at = '';
  static override onAuth(_token: string, options: FailOptions): Promise<unknown> {
    return failAt('static onAuth', options) ?? Promise.resolve(true);
  }
  field = failAt('field', FailingEarlyRoom);
  state = new CountState();
  inputs = this.defineInput(Stick, { sanitize: () => void failAt('sanitize', FailingEarlyRoom) });
  reply = () => failAt('message', { at: 'message' });
  messages = { arrow: this.reply, echo: (_client: Client, payload: unknown) => payload };
  plugins = definePlugins({ extra: new FailingPlugin() });

  constructor() {
    super();
    void failAt('constructor', FailingEarlyRoom);
  }
  onCreate() {
    this.setSimulationInterval(() => this.state.count++, 20);
  }
  onBeforeShutdown() {
    void this.disconnect();
    return failAt('onBeforeShutdown', { at: 'onBeforeShutdown' });
  }
}

export class FailingGameRoom extends GameRoom {
  tickRate = 50;
  state = new CountState();
  #options: FailOptions = {};

  onCreate(options: FailOptions) {
    this.#options = options;
  }
  step() {
    this.state.count++;
    void failAt('step', this.#options);
  }
}
