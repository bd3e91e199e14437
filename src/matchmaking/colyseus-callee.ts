/**
 * The other side of calls to a process: answers under its name with the value or with the error's code and message.
 * Colyseus's own responder (subscribeIPC of core 0.18.17) loses the code of what a promise was rejected with.
 */
import type { Presence } from '@colyseus/core';
import { messageOf } from '../kernel/invariant.ts';
import { type Answer, ERROR, processChannel, type Request, SUCCESS } from './calls.ts';

export type Handler = (...args: readonly unknown[]) => Promise<unknown>;

/** Answers calls to the process until it ends. */
export async function answerCalls(
  presence: Presence,
  processId: string,
  handlers: Readonly<Record<string, Handler>>,
): Promise<void> {
  const answer = async (method: string, args: readonly unknown[]): Promise<Answer> => {
    try {
      const handler = Object.hasOwn(handlers, method) ? handlers[method]! : () => Promise.reject(new Error(UNKNOWN));
      return [SUCCESS, await handler(...args)];
    } catch (thrown) {
      const { code } = (thrown ?? {}) as { code?: unknown };
      return [ERROR, JSON.stringify({ code, message: messageOf(thrown) })];
    }
  };
  await presence.subscribe(processChannel(processId), ([method, id, args]: Request) => {
    const answered = answer(method ?? '', args ?? []).then((told) => presence.publish(`ipc:${id}`, told));
    answered.catch(() => {}); // no answer: the caller goes by its time
  });
}

const UNKNOWN = 'no such method';
