/**
 * A subclass of a room class, made when the room is defined, in which an exception of any callback ends at that
 * callback: it is counted and logged, whoever asked gets a coded error, and the match goes on. It works on stock Room
 * classes as they are. A `ServerError` thrown to whoever asked (a refusal with a code) is no fault and passes unchanged.
 *
 * Colyseus's own `onUncaughtException` is hidden from it, because with that hook it answers failed requests with OK;
 * a room that defines one still gets every exception, in Colyseus's classes.
 */
import { type Client, type MessageContext, Room, ServerError } from '@colyseus/core';
import { CloseCodes, ERRORS } from '../kernel/errors.ts';
import { messageOf } from '../kernel/invariant.ts';
import { exceptionFor } from './colyseus-exceptions.ts';
import { guardFrames, reachedHandler } from './colyseus-frames.ts';
import { copyInputsLightly } from './colyseus-input-copies.ts';
import { internalsOf, override } from './colyseus-internals.ts';
import { codedSchema, isSchema } from './colyseus-schema.ts';
import type { FaultLog } from './fault-log.ts';
import { type Owner, Owners } from './node-owners.ts';

export type RoomClass = new () => Room;

/** A callback's arguments and result are the game's business. */
type Callback = (...args: unknown[]) => unknown;
type Hooks = { [name: string]: Callback | undefined };

/** What happens after a fault: the flow goes on as if the callback had returned, or whoever waits is refused. */
const LIFECYCLE: { readonly [hook: string]: 'go on' | 'refuse' } = {
  onCreate: 'refuse',
  onAuth: 'refuse',
  onJoin: 'refuse',
  onReconnect: 'refuse',
  onDrop: 'go on',
  onLeave: 'go on',
  onDispose: 'go on',
  onBeforePatch: 'go on',
  onBeforeShutdown: 'go on',
};

/** Where a game waits for a player to come back. */
const WAITING = ['onDrop', 'onLeave'];

/** What guards share: where faults go, and who knows for whom code runs. */
export interface GuardServices {
  readonly faults: FaultLog;
  readonly owners: Owners;
}

export function guardRoom<C extends RoomClass>(Base: C, faults: FaultLog, owners = new Owners()): C {
  const services = { faults, owners };
  const Guarded = { [Base.name]: class extends (Base as RoomClass) {} }[Base.name]!;
  const base = Base.prototype as Room;
  hideUncaughtException(Guarded, services);
  guardStaticAuth(Guarded, Base, services);
  override(Guarded, '__init', function init(this: Room) {
    const guard = guardOf(this, services);
    guard.takeUncaughtException(base);
    guard.begin('class fields', () => internalsOf(base).__init.call(this));
    guard.wrapLifecycle();
  });
  overrideCallbackTakers(Guarded, base, services);
  overrideFramework(Guarded, base, services);
  guardFrames(Guarded, base, faults);
  return guardConstructor(Guarded, services) as C;
}

/** The room's constructor and its fields. Whoever asked for the room hears nothing of what was thrown. */
function guardConstructor(Guarded: RoomClass, { faults, owners }: GuardServices): RoomClass {
  const owner: Owner = { kind: 'room', name: Guarded.name };
  return new Proxy(Guarded, {
    construct(target, args, newTarget): Room {
      try {
        return owners.run(owner, () => Reflect.construct(target, args, newTarget) as Room);
      } catch (thrown) {
        if (isRefusal(thrown)) throw thrown;
        faults.report(owner.name, 'constructor', thrown);
        throw refusal('constructor');
      }
    },
  });
}

const GUARD = Symbol('hypogeum.guard');

/** A room's guard, made at its first use: fields and constructors may set timers and register handlers before __init. */
function guardOf(room: Room & { [GUARD]?: Guard }, services: GuardServices): Guard {
  if (room[GUARD] === undefined) Object.defineProperty(room, GUARD, { value: new Guard(room, services) });
  return room[GUARD]!;
}

/**
 * Colyseus looks for this hook while constructing and registering; it must not find the game's. It looks first at the end
 * of Room's own constructor, when the clock is there and no field of the game is yet: the guard begins with that.
 */
function hideUncaughtException(Guarded: RoomClass, services: GuardServices): void {
  Object.defineProperty(Guarded.prototype, 'onUncaughtException', {
    get(this: Room): undefined {
      if (Object.hasOwn(this, 'clock')) guardOf(this, services);
    },
    set(this: Room, hook: Callback | undefined) {
      guardOf(this, services).onUncaught = hook;
    },
    configurable: true,
  });
}

function guardStaticAuth(Guarded: RoomClass, Base: RoomClass, { faults, owners }: GuardServices): void {
  const own = (Base as unknown as typeof Room).onAuth;
  if (own === Room.onAuth) return;
  const owner: Owner = { kind: 'room', name: Base.name };
  const onAuth = async (...args: Parameters<typeof own>): Promise<unknown> => {
    try {
      return await owners.run(owner, () => own.apply(Guarded, args));
    } catch (thrown) {
      if (isRefusal(thrown)) throw thrown;
      faults.report(Base.name, 'static onAuth', thrown);
      throw refusal('static onAuth');
    }
  };
  Object.defineProperty(Guarded, 'onAuth', { value: onAuth, writable: true, configurable: true });
}

/** The methods through which a room hands callbacks to Colyseus: each wraps the callback on its way. */
function overrideCallbackTakers(Guarded: RoomClass, base: Room, services: GuardServices): void {
  for (const method of ['setTimestep', 'setFixedTimestep'] as const) {
    override(Guarded, method, function take(this: Room, callback?: Callback, ...rest: unknown[]) {
      const wrapped = callback && guardOf(this, services).step(method, callback);
      return (base[method] as Callback).call(this, wrapped, ...rest);
    });
  }
  for (const method of ['onMessage', 'onMessageBytes'] as const) {
    override(Guarded, method, function take(this: Room, type: string | number, ...rest: unknown[]) {
      const callback = rest.pop();
      const guard = guardOf(this, services);
      const wrapped = typeof callback === 'function' ? guard.handler(type, callback as Callback) : callback;
      const schemas = rest.map((schema) => (isSchema(schema) ? codedSchema(schema) : schema));
      return (base[method] as Callback).call(this, type, ...schemas, wrapped);
    });
  }
  override(Guarded, 'defineInput', function take(this: Room, type: unknown, options?: InputOptions) {
    const sanitize = options?.sanitize;
    const guarded =
      typeof sanitize === 'function'
        ? { ...options, sanitize: guardOf(this, services).sanitizer(sanitize as Callback) }
        : options;
    const inputs = (internalsOf(base).defineInput as Callback).call(this, type, guarded);
    copyInputsLightly(internalsOf(this)._inputController!);
    return inputs;
  });
}

/** Of what a room may say about its inputs, the one callback that runs for each frame of a client. */
interface InputOptions {
  readonly sanitize?: unknown;
}

/** Colyseus's own entry points, where what remains would end the process: a driver that rejects, a serializer that throws. */
function overrideFramework(Guarded: RoomClass, base: Room, { faults }: GuardServices): void {
  const inside = internalsOf(base);
  override(Guarded, '_onLeave', async function onLeave(this: Room, client: Client, code?: number) {
    try {
      await inside._onLeave.call(this, client, code);
    } catch (thrown) {
      faults.report(this.roomName, 'leave', thrown);
    }
  });
  override(Guarded, 'broadcastPatch', function broadcastPatch(this: Room) {
    try {
      return inside.broadcastPatch.call(this);
    } catch (thrown) {
      faults.report(this.roomName, 'patch', thrown);
      return false;
    }
  });
}

/** One room's wrapping. */
class Guard {
  readonly #room: Room;
  readonly #faults: FaultLog;
  readonly #owners: Owners;
  #owner: Owner;
  /** The game's own hook. */
  onUncaught: Callback | undefined;

  constructor(room: Room, { faults, owners }: GuardServices) {
    this.#room = room;
    this.#faults = faults;
    this.#owners = owners;
    this.#owner = { kind: 'room', name: room.constructor.name };
    this.#wrapClock();
  }

  /** A room gets its name after its fields. */
  #asOwner(): Owner {
    const { roomName } = this.#room;
    if (roomName !== undefined && roomName !== this.#owner.name) this.#owner = { kind: 'room', name: roomName };
    return this.#owner;
  }

  /** Colyseus's own reading of the room before it is there: what it throws is for the log alone. */
  begin(name: string, run: () => void): void {
    try {
      this.#owners.run(this.#asOwner(), run);
    } catch (thrown) {
      if (isRefusal(thrown)) throw thrown;
      this.#faults.report(this.#owner.name, name, thrown);
      throw refusal(name);
    }
  }

  /** Keeps the game's own hook if it is a method or a class field, and hides it from Colyseus. */
  takeUncaughtException(base: Room): void {
    const field: unknown = Object.getOwnPropertyDescriptor(this.#room, 'onUncaughtException')?.value;
    delete this.#room.onUncaughtException;
    this.onUncaught ??= (field ?? base.onUncaughtException) as Callback | undefined;
  }

  /** Timers of the room's clock. Wrapped on the instance: the class belongs to another package. */
  #wrapClock(): void {
    const clock = this.#room.clock as unknown as Hooks;
    for (const name of ['setTimeout', 'setInterval']) {
      const original = clock[name]!;
      clock[name] = (callback, ...rest) =>
        original.call(
          clock,
          typeof callback === 'function' ? this.goOn(name, callback as Callback) : callback,
          ...rest,
        );
    }
  }

  /** Hooks of the class, of its fields and of plugins, all known by now. */
  wrapLifecycle(): void {
    const hooks = this.#room as unknown as Hooks;
    for (const [name, then] of Object.entries(LIFECYCLE)) {
      const hook = hooks[name];
      if (hook === undefined || hook === (Room.prototype as unknown as Hooks)[name]) continue;
      Object.defineProperty(hooks, name, { value: this.#hook(name, hook, then), writable: true, configurable: true });
    }
  }

  /** A callback nobody waits for: after a fault the flow goes on. */
  goOn(name: string, callback: Callback): Callback {
    return this.#wrap(callback, (thrown, args) => void this.#report(name, thrown, args));
  }

  /** As goOn, for what runs at every tick: one argument, and nothing allocated. */
  step(name: string, callback: Callback): Callback {
    const room = this.#room;
    const failed = (thrown: unknown): void => this.#report(name, thrown, []);
    const run = (told: unknown): unknown => callback.call(room, told);
    return (told) => {
      try {
        const result = this.#owners.run(this.#asOwner(), run, told);
        if (isThenable(result)) result.then(undefined, failed);
      } catch (thrown) {
        failed(thrown);
      }
    };
  }

  /**
   * A message handler: a failed request is answered with an error, a failed message is only reported. A handler for all
   * types answers no requests: its third argument is what the client sent, whatever that looks like.
   */
  handler(type: string | number, callback: Callback): Callback {
    const failed = (thrown: unknown, args: unknown[]): undefined => {
      if (!isRefusal(thrown)) this.#report('onMessage', thrown, args, type);
      if (type !== '*' && isRequest(args[2])) throw isRefusal(thrown) ? thrown : refusal(`onMessage ${type}`);
    };
    return this.#wrap(callback, failed, reachedHandler);
  }

  /** An input that cannot be made sane is not used: the frame counts as one that cannot be read. */
  sanitizer(callback: Callback): Callback {
    return this.#wrap(callback, (thrown, args) => {
      this.#report('sanitize', thrown, args);
      throw refusal('sanitize');
    });
  }

  #hook(name: string, hook: Callback, then: 'go on' | 'refuse'): Callback {
    return this.#wrap(hook, (thrown, args) => {
      if (then === 'refuse' && isRefusal(thrown)) throw thrown;
      if (!(WAITING.includes(name) && isEndOfWait(thrown))) this.#report(name, thrown, args);
      if (then === 'refuse') throw refusal(name);
      if (name === 'onBeforeShutdown') this.#disconnect();
      return undefined;
    });
  }

  /** What the room's own hook should have led to: the process waits for it. */
  #disconnect(): void {
    const failed = (thrown: unknown): void => this.#faults.report(this.#room.roomName, 'disconnect', thrown);
    this.#wrap(() => this.#room.disconnect(CloseCodes.mayTryReconnect), failed)();
  }

  /** Runs `callback` on the room; what it throws, now or by a promise, goes to `caught`. `begun` gets its first argument. */
  #wrap(
    callback: Callback,
    caught: (thrown: unknown, args: unknown[]) => unknown,
    begun?: (first: unknown) => void,
  ): Callback {
    const room = this.#room;
    const run = (args: unknown[]): unknown => callback.apply(room, args);
    return (...args) => {
      begun?.(args[0]);
      let result: unknown;
      try {
        result = this.#owners.run(this.#asOwner(), run, args);
      } catch (thrown) {
        return caught(thrown, args);
      }
      return isThenable(result) ? result.then(undefined, (thrown) => caught(thrown, args)) : result;
    };
  }

  #report(callback: string, thrown: unknown, args: unknown[], type?: string | number): void {
    const label = type === undefined ? callback : `${callback} ${type}`;
    this.#faults.report(this.#room.roomName, label, thrown);
    if (this.onUncaught === undefined) return;
    const failed = (again: unknown): void => this.#faults.report(this.#room.roomName, 'onUncaughtException', again);
    try {
      const result = this.onUncaught.call(this.#room, exceptionFor(callback, thrown, args, type), callback);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (again) {
      failed(again);
    }
  }
}

function refusal(callback: string): ServerError {
  return new ServerError(ERRORS.ROOM_FAILED.code, `${ERRORS.ROOM_FAILED.message} (${callback})`);
}

/** Thrown on purpose, with a code for the player who asked: no fault. */
function isRefusal(thrown: unknown): thrown is ServerError {
  return thrown instanceof ServerError;
}

/**
 * What a wait for a reconnection rejects with when it is over and nothing is wrong: nobody came back (`false`), the game
 * gave it up (nothing), the room ends, or the player had never joined (Colyseus puts these words where the code goes).
 */
function isEndOfWait(thrown: unknown): boolean {
  if (thrown === false || thrown === undefined) return true;
  if (thrown instanceof ServerError && String(thrown.code) === 'not joined') return true;
  return ['disposing', 'disconnecting'].includes(messageOf(thrown));
}

function isRequest(context: unknown): context is MessageContext {
  return typeof context === 'object' && context !== null && typeof (context as MessageContext).id === 'number';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}
