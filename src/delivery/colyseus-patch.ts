/**
 * One tick's changes of a room as messages: encoded when the first player needs them, once for all who see the same.
 * What stock Colyseus sends (@colyseus/core 0.18.17, SchemaSerializer.applyPatches), without the sending.
 */
import type { Client } from '@colyseus/core';
import type { Encoder, Iterator, StateView } from '@colyseus/schema';
import { type Framed, frameApart, ROOM_STATE_PATCH } from './frames.ts';

/** A message that several players are sent. Valid during the tick: it may be a view of the encoder's buffer. */
export interface SharedMessage {
  readonly message: Uint8Array;
  /** A framed copy, made when it is first asked for. */
  framed(): Framed;
}

export interface PatchOptions {
  /** Fields changed since the last patch. */
  readonly changed: boolean;
  /** The state has fields that only views show. */
  readonly filtered: boolean;
  /** Players are told the time with every patch, and so also when there is nothing else to tell. */
  readonly timed: boolean;
}

export class Patch {
  readonly #encoder: Encoder;
  readonly #options: PatchOptions;
  readonly #it: Iterator = { offset: 1 };
  readonly #views = new Map<StateView, SharedMessage>();
  #shared: SharedMessage | undefined;
  #sharedEnd = 1;

  constructor(encoder: Encoder, options: PatchOptions) {
    this.#encoder = encoder;
    this.#options = options;
  }

  /** Whether this player is to be told anything. */
  concerns({ view }: Client): boolean {
    const { changed, timed, filtered } = this.#options;
    return changed || timed || (filtered && view !== undefined && (view.changes.size > 0 || this.#views.has(view)));
  }

  /** What this player is to be told; lets go of what its view noted. */
  messageFor({ view }: Client): SharedMessage {
    this.#shared ??= this.#encodeShared();
    if (!this.#options.filtered || view === undefined) return this.#shared;
    let message = this.#views.get(view);
    if (message === undefined) {
      message = shared(this.#encoder.encodeView(view, this.#sharedEnd, this.#it));
      this.#views.set(view, message);
    }
    return message;
  }

  #encodeShared(): SharedMessage {
    this.#encoder.sharedBuffer[0] = ROOM_STATE_PATCH;
    if (!this.#options.changed) return shared(Uint8Array.of(ROOM_STATE_PATCH));
    const message = this.#encoder.encode(this.#it);
    this.#sharedEnd = this.#it.offset;
    return shared(message);
  }
}

export function shared(message: Uint8Array): SharedMessage {
  let copy: Framed | undefined;
  return {
    message,
    framed() {
      copy ??= frameApart(message);
      return copy;
    },
  };
}
