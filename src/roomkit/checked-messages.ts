/**
 * Handlers of a GameRoom say what they take: `validate(schema, handler)` in `messages`, or `onMessage(type, schema,
 * handler)`. Colyseus checks each message against the schema before the room sees it. A handler without one is a mistake
 * told to whoever makes the room, not a hole found later; one that takes anything says so with `z.unknown()`. A handler for
 * all types cannot have a schema, and is none of a GameRoom's. Plugins come with handlers of their own, and are let be.
 */
import { type Room, ServerError } from '@colyseus/core';
import { internalsOf, override } from '../isolation/colyseus-internals.ts';
import { ERRORS } from '../kernel/errors.ts';

type Register = (type: string | number, ...rest: readonly unknown[]) => unknown;

/** `Hosted` is a class made for this process, which is changed: its rooms throw ROOM_FAILED when they are made, or at the call. */
export function insistOnSchemas(Hosted: new () => Room): void {
  const base = Hosted.prototype as Room;
  const { __init } = internalsOf(base);
  /** Rooms whose declared messages were checked: Colyseus registers them, and what plugins bring. */
  const wiring = new WeakSet<Room>();
  override(Hosted, '__init', function init(this: Room) {
    for (const [type, handler] of Object.entries(this.messages ?? {})) {
      if (type === '_') throw unchecked('*');
      if (typeof handler === 'function') throw unchecked(type);
    }
    wiring.add(this);
    __init.call(this);
    wiring.delete(this);
  });
  for (const method of ['onMessage', 'onMessageBytes'] as const) {
    const register = base[method] as Register;
    override(Hosted, method, function take(this: Room, type: string | number, ...rest: readonly unknown[]) {
      if (!wiring.has(this) && (`${type}` === '*' || typeof rest[0] === 'function')) throw unchecked(`${type}`);
      return register.call(this, type, ...rest);
    });
  }
}

function unchecked(type: string): ServerError {
  const what =
    type === '*'
      ? 'a GameRoom has no handler for all types, which no schema could check'
      : `the handler of "${type}" has no schema: use validate(schema, handler), with z.unknown() for what may be anything`;
  return new ServerError(ERRORS.ROOM_FAILED.code, what);
}
