/**
 * Calls of our matchmaking to other processes and their rooms, in the words of Colyseus's own (IPC.ts of core 0.18): a
 * stock process answers them, and we answer stock ones. What carries them, and tells how many listened, is a small port
 * that Redis and one process's memory implement. Rules: SPEC.md (C1 to C3).
 */
import type { Logger, Meter } from '../kernel/ports.ts';
import type { Timers } from './timers.ts';

/** `[method, id, args]`, as stock responders read it. */
export type Request = readonly [method: string | undefined, id: string, args: readonly unknown[] | undefined];

/** What came back: Colyseus's IpcProtocol, and the value or the error. */
export type Answer = readonly [code: number, data: unknown];
export const SUCCESS = 0;
export const ERROR = 1;

export interface SentCall {
  /** Resolves soon with how many listened. @throws when the way there is away; nothing was heard then, as far as is known. */
  readonly heard: Promise<number>;
  /** No answer is wanted any more. */
  forget(): void;
}

export interface CallTransport {
  /** Sends a call; `answered` is told its first answer, never before this returns, and nothing after `forget`. */
  send(
    channel: string,
    method: string | undefined,
    args: readonly unknown[] | undefined,
    answered: (answer: Answer) => void,
  ): SentCall;
}

/** A process, or a room of it. */
export interface Callee {
  readonly processId: string;
  readonly roomId?: string | undefined;
}

/**
 * dead: nobody listens there. timeout: heard, and not answered in time. away: what carries calls could not be reached, or
 * did not say in time. refused: answered with an error, which is this error's message and code.
 */
export type CallFailure = 'dead' | 'timeout' | 'away' | 'refused';

export class CallError extends Error {
  override readonly name = 'CallError';
  readonly failure: CallFailure;
  readonly callee: Callee;
  /** The callee's own, when it refused with one. Stock responders tell none of methods that return a promise. */
  readonly code: number | string | undefined;

  constructor(failure: CallFailure, callee: Callee, message: string, code?: number | string) {
    super(message);
    this.failure = failure;
    this.callee = callee;
    this.code = code;
  }

  /** Whether the same call may succeed later, or at another process. Of a refusal the callee's code tells. */
  get retryable(): boolean {
    return this.failure !== 'refused';
  }
}

export interface CallsDeps {
  readonly transport: CallTransport;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly meter: Meter;
}

export interface CallOptions {
  readonly timeoutMs: number;
}

/** While a call is not answered, it is looked so often whether the process is still there. */
const PROBE_EVERY_MS = 250;
/** After so many probes of which nobody says whether they were heard the way there is away. */
const PROBES_IN_VAIN = 3;
/** A process that does not answer is called by many: it is named once in this time. */
const NAMED_EVERY_MS = 5000;

export class Calls {
  readonly #deps: CallsDeps;
  readonly #named = new Set<string>();
  /** Probes under way, by process. */
  readonly #probes = new Map<string, Promise<number>>();

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  /**
   * Calls a method of a room, or reads a property of it (without `args`), or asks a process (colyseus-callee.ts).
   * What goes there and comes back is JSON. @throws CallError
   */
  async call<T>(
    callee: Callee,
    method: string | undefined,
    args: readonly unknown[] | undefined,
    options: CallOptions,
  ): Promise<T> {
    const outcome = await this.#outcome(callee, method, args, options);
    const failure = outcome instanceof CallError ? outcome.failure : undefined;
    this.#deps.meter.count('hypogeum_match_calls_total', 1, { outcome: failure ?? 'ok' });
    if (!(outcome instanceof CallError)) return outcome.value as T;
    if (failure === 'dead' || failure === 'timeout') this.#name(outcome, method);
    throw outcome;
  }

  /** Whichever comes first: the answer, that nobody listens, or the time. What comes after it changes nothing (C3). */
  #outcome(
    callee: Callee,
    method: string | undefined,
    args: readonly unknown[] | undefined,
    { timeoutMs }: CallOptions,
  ): Promise<{ readonly value: unknown } | CallError> {
    return new Promise((resolve) => {
      let heard = false;
      const end = (outcome: { readonly value: unknown } | CallError): void => {
        cancel();
        stopProbing();
        sent.forget();
        resolve(outcome);
      };
      const stopProbing = this.#probe(callee, end);
      const sent = this.#deps.transport.send(channelOf(callee), method, args, (answer) => end(read(answer, callee)));
      const cancel = this.#deps.timers.after(timeoutMs, () => end(heard ? timedOut(callee, timeoutMs) : away(callee)));
      sent.heard.then(
        (listeners) => {
          heard = true;
          if (listeners === 0) end(dead(callee));
        },
        () => end(away(callee)),
      );
    });
  }

  /**
   * Ends a call when its process goes, or the way there does, before it is answered: a process that was killed as it was
   * called was still listening. Returns what stops that.
   */
  #probe(callee: Callee, end: (failure: CallError) => void): () => void {
    let inVain = 0;
    let cancel = (): void => {};
    const probe = (): void => {
      if (inVain === PROBES_IN_VAIN) {
        end(away(callee));
        return;
      }
      inVain++;
      plan();
      this.#listeners(callee).then(
        (listeners) => {
          inVain = 0;
          if (listeners === 0) end(dead(callee));
        },
        () => end(away(callee)),
      );
    };
    const plan = (): void => {
      cancel = this.#deps.timers.after(PROBE_EVERY_MS, probe);
    };
    plan();
    return () => cancel();
  }

  /** How many listen for calls to the process. Many calls wait for one that stands still: they ask together. */
  #listeners({ processId }: Callee): Promise<number> {
    const asked = this.#probes.get(processId);
    if (asked !== undefined) return asked;
    const { heard, forget } = this.#deps.transport.send(processChannel(processId), 'alive', [], () => {});
    forget();
    this.#probes.set(processId, heard);
    const over = (): void => void this.#probes.delete(processId);
    heard.then(over, over);
    return heard;
  }

  #name({ callee, failure, message }: CallError, method: string | undefined): void {
    const { processId, roomId } = callee;
    const kind = `${failure} ${processId}`;
    if (this.#named.has(kind)) return;
    this.#named.add(kind);
    this.#deps.timers.after(NAMED_EVERY_MS, () => this.#named.delete(kind));
    this.#deps.logger.warn('a call to another process failed', { processId, roomId, method, failure, message });
  }
}

/** Where a process listens for calls of ours. */
export function processChannel(processId: string): string {
  return `hypogeum:${processId}`;
}

/** Rooms listen where Colyseus has them listen. */
function channelOf({ processId, roomId }: Callee): string {
  return roomId === undefined ? processChannel(processId) : `$${roomId}`;
}

function dead(callee: Callee): CallError {
  return new CallError('dead', callee, `nobody listens at ${describe(callee)}`);
}

function timedOut(callee: Callee, timeoutMs: number): CallError {
  return new CallError('timeout', callee, `${describe(callee)} did not answer within ${timeoutMs} ms`);
}

function away(callee: Callee): CallError {
  return new CallError('away', callee, `the way to ${describe(callee)} is away`);
}

function describe({ processId, roomId }: Callee): string {
  return roomId === undefined ? `process ${processId}` : `room ${roomId} of process ${processId}`;
}

function read([code, data]: Answer, callee: Callee): { readonly value: unknown } | CallError {
  return code === SUCCESS ? { value: data } : refusal(data, callee);
}

/** Stock responders send an error as JSON of `{ code, message }` or of a string, or, of a promise, its bare message. */
function refusal(data: unknown, callee: Callee): CallError {
  const error = parsed(data);
  if (typeof error !== 'object' || error === null)
    return new CallError('refused', callee, String(error ?? 'no reason'));
  const { code, message } = error as { code?: unknown; message?: unknown };
  const known = typeof code === 'number' || typeof code === 'string' ? code : undefined;
  return new CallError('refused', callee, String(message ?? 'no reason'), known);
}

function parsed(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** As much of Colyseus's LocalPresence as calls within one process need. */
export interface LocalTopics {
  readonly subscriptions: { listenerCount(topic: string): number };
  subscribe(topic: string, listener: (message: Answer) => void): unknown;
  unsubscribe(topic: string): unknown;
  publish(topic: string, message: Request): unknown;
}

/** Calls within one process. They pass through JSON as well, so that nobody comes to share what only memory can share. */
export function localTransport(topics: LocalTopics): CallTransport {
  let calls = 0;
  return {
    send(channel, method, args, answered) {
      const id = `~${++calls}`;
      const topic = `ipc:${id}`;
      const forget = (): void => void topics.unsubscribe(topic);
      topics.subscribe(topic, (answer) => {
        const copy = asJson(answer);
        forget();
        answered(copy);
      });
      const heard = Promise.resolve().then(() => {
        const listeners = topics.subscriptions.listenerCount(channel);
        topics.publish(channel, asJson<Request>([method, id, args]));
        return listeners;
      });
      return { heard, forget };
    },
  };
}

function asJson<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T;
}
