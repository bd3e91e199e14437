/** A player's copy of a room's state, kept as an SDK keeps it: by the stock decoder, from the frames as they come. */
import { type Decoder, Reflection, type Schema } from '@colyseus/schema';

const ROOM_STATE = 14;
const ROOM_STATE_PATCH = 15;
const CODE = 0x1f;
const TIMED = 0x80;

export class StateMirror {
  readonly #decoder: Decoder;
  wholeStates = 0;
  patches = 0;
  /** Time and input of the newest state frame that carried them. */
  told: { readonly timeMs: number; readonly inputSeq: number } | undefined;

  /** @param handshake the reflection in the join handshake, at its start. */
  constructor(handshake: Uint8Array) {
    this.#decoder = Reflection.decode(handshake);
  }

  get state(): Schema {
    return this.#decoder.state;
  }

  /** Takes a frame of the server; those that carry no state are passed over. */
  take(message: Buffer): void {
    const code = message[0]! & CODE;
    if (code !== ROOM_STATE && code !== ROOM_STATE_PATCH) return;
    const timed = (message[0]! & TIMED) !== 0;
    if (timed) this.told = { timeMs: message.readUInt32LE(1), inputSeq: message.readUInt32LE(5) };
    const it = { offset: timed ? 9 : 1 };
    if (code === ROOM_STATE_PATCH) {
      this.patches++;
      this.#decoder.decode(message, it);
    } else {
      this.wholeStates++;
      // As SchemaSerializer.setState of SDK 0.18 does.
      if (this.#decoder.root.refs.size > 1) this.#decoder.decodeResync(message, it);
      else this.#decoder.decode(message, it);
    }
  }
}

/** State as plain data whose order of keys says nothing. */
export function plain(state: Schema | object): unknown {
  return sorted((state as { toJSON(): unknown }).toJSON());
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
