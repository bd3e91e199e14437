/**
 * Listeners that a game puts on what `define` returns (`define('arena', Room).on('join', ...)`) run in the middle of
 * Colyseus's own steps of a room, which does not expect them to throw: an exception of one is counted and logged, and the
 * step goes on.
 */
import type { RegisteredHandler } from '@colyseus/core';
import type { FaultLog } from './fault-log.ts';

export function guardHandlerEvents(handler: RegisteredHandler, faults: FaultLog): RegisteredHandler {
  const emit = handler.emit.bind(handler) as (event: string, ...args: unknown[]) => boolean;
  const guarded: typeof emit = (event, ...args) => {
    try {
      return emit(event, ...args);
    } catch (thrown) {
      faults.report(handler.name, `on ${event}`, thrown);
      return true;
    }
  };
  return Object.assign(handler, { emit: guarded });
}
