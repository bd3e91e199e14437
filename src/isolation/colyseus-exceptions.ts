/** Colyseus's exception classes for a room's own `onUncaughtException`, made from what was thrown and the callback's arguments. */
import {
  OnAuthException,
  OnCreateException,
  OnDisposeException,
  OnJoinException,
  OnLeaveException,
  OnMessageException,
  TimedEventException,
  TimestepException,
} from '@colyseus/core';
import { OnDropException, OnReconnectException } from '@colyseus/core/errors/RoomExceptions';
import { messageOf } from '../kernel/invariant.ts';

type ExceptionClass = new (cause: Error, message: string, ...args: never[]) => Error;

const CLASSES: { readonly [callback: string]: ExceptionClass } = {
  onCreate: OnCreateException,
  onAuth: OnAuthException,
  onJoin: OnJoinException,
  onLeave: OnLeaveException,
  onDrop: OnDropException,
  onReconnect: OnReconnectException,
  onDispose: OnDisposeException,
  setTimeout: TimedEventException,
  setInterval: TimedEventException,
};

/** Callbacks without a class of their own in Colyseus (the step, onBeforePatch ...) come as a TimestepException. */
export function exceptionFor(callback: string, thrown: unknown, args: unknown[], type?: string | number): Error {
  const cause = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  if (type !== undefined) return messageException(cause, args, type);
  const Class = CLASSES[callback] ?? TimestepException;
  return new Class(cause, cause.message, ...(args as never[]));
}

/** A handler for all types ('*') is called with (client, type, payload), others with (client, payload). */
function messageException(cause: Error, args: unknown[], type: string | number): Error {
  const any = type === '*';
  const [client, payload, received] = any ? [args[0], args[2], args[1]] : [args[0], args[1], type];
  return new OnMessageException(cause, cause.message, client as never, payload as never, received as never);
}
