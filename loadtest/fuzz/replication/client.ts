/**
 * A player's end of a fuzz run: the stock decoder, set up from the handshake and fed as the Colyseus 0.18 SDK does it
 * (SchemaSerializer.ts, Room.ts). It shares no class with the server. What the decoder complains about on the console,
 * and what it left behind, counts as wrong.
 */
import { $refId, ArraySchema, type Decoder, type Iterator, MapSchema, Reflection, Schema } from '@colyseus/schema';
import { REPLICATED_FIELDS } from './chronicle.ts';
import { COLLECTIONS } from './collections.ts';
import type { Holdings } from './model.ts';
import { fieldsOf, fieldValue, plainOf } from './plain.ts';
import type { FuzzState } from './state.ts';

/** @colyseus/shared-types Protocol.ts. */
export const ROOM_DATA = 13;
export const ROOM_STATE = 14;
export const ROOM_STATE_PATCH = 15;
const TIMED = 0x80;
const TIMED_PREFIX_BYTES = 8;

export class FuzzClient {
  readonly #decoder: Decoder<Schema>;
  readonly messages: string[] = [];
  /** Whether a whole state came over an older one; the decoder then keeps replaced instances (Resync.ts). */
  #resynced = false;

  constructor(handshake: Uint8Array) {
    this.#decoder = Reflection.decode(handshake, { offset: 0 });
    // As long as somebody listens to changes the decoder goes another way.
    this.#decoder.triggerChanges = () => {};
  }

  #holdings: Holdings | undefined;

  /** Takes a frame as the SDK would. Returns what went wrong, one line each. */
  receive(frame: Buffer): string[] {
    this.#holdings = undefined;
    const code = frame[0]! & ~TIMED;
    const it = { offset: 1 + (frame[0]! & TIMED ? TIMED_PREFIX_BYTES : 0) };
    switch (code) {
      case ROOM_DATA:
        this.messages.push(frame.toString('utf8', it.offset));
        return [];
      case ROOM_STATE:
        return complaintsOf(() => this.#setState(frame, it));
      case ROOM_STATE_PATCH:
        return complaintsOf(() => this.#decoder.decode(frame, it));
      default:
        return [`a frame with the unknown code ${code}`];
    }
  }

  #setState(frame: Buffer, it: Iterator): void {
    if (this.#decoder.root.refs.size > 1) {
      this.#resynced = true;
      this.#decoder.decodeResync(frame, it);
    } else this.#decoder.decode(frame, it);
  }

  holdings(): Holdings {
    this.#holdings ??= this.#readHoldings();
    return this.#holdings;
  }

  #readHoldings(): Holdings {
    const state = this.#decoder.state as FuzzState;
    const collections = COLLECTIONS.map(({ name, of }) => {
      const map = state.zone === undefined ? undefined : of(state);
      return [name, map === undefined ? {} : plainOf(map)];
    });
    return { shared: plainOf(state, undefined, REPLICATED_FIELDS), collections: Object.fromEntries(collections) };
  }

  /**
   * What is wrong inside the decoder, one line each, whatever its state says. Collections in `lost` need not be known. What
   * `lags` behind may hold what is gone for others.
   */
  damages(lost: ReadonlySet<string>, lags: boolean): string[] {
    const { lost: missing, leaked } = this.strayReferences();
    return [
      ...this.#unknownCollections()
        .filter((name) => !lost.has(name))
        .map((name) => `${name}: the client does not know the collection`),
      ...(lags ? [] : missing).map((refId) => `refId ${refId} is lost to the decoder`),
      ...(this.#resynced ? [] : leaked.map((refId) => `refId ${refId} is kept by the decoder for nothing`)),
    ];
  }

  /** Declared collections that the client does not know at all: an empty one is a map, too. */
  #unknownCollections(): string[] {
    const state = this.#decoder.state as FuzzState;
    const declared = COLLECTIONS.filter(({ policy }) => policy !== undefined);
    return declared.filter(({ of }) => state.zone === undefined || of(state) === undefined).map(({ name }) => name);
  }

  /** Instances the decoder does not find by their id any more, and ids it keeps of instances nobody can reach. */
  strayReferences(): { lost: number[]; leaked: number[] } {
    const reached = new Map<number, Set<object>>();
    collectReferences(this.#decoder.state, reached);
    const { refs } = this.#decoder.root;
    // Of a collection in several places decoders make copies, and know the last one even when its place is gone.
    const isLost = ([refId, found]: [number, Set<object>]): boolean => {
      const known = refs.get(refId);
      return known instanceof Schema ? found.size > 1 || !found.has(known) : known === undefined;
    };
    return {
      lost: [...reached].filter(isLost).map(([refId]) => refId),
      leaked: [...refs.keys()].filter((refId) => !reached.has(refId)),
    };
  }
}

function collectReferences(value: unknown, reached: Map<number, Set<object>>): void {
  const refId = (value as { [$refId]?: number } | undefined)?.[$refId];
  if (refId === undefined) return;
  const found = reached.get(refId);
  if (found === undefined) reached.set(refId, new Set([value as object]));
  else found.add(value as object);
  if (value instanceof Schema)
    for (const field of fieldsOf(value)) collectReferences(fieldValue(value, field), reached);
  else if (value instanceof MapSchema || value instanceof ArraySchema)
    for (const item of value.values()) collectReferences(item, reached);
}

/** The decoder writes its errors to the console and goes on. */
function complaintsOf(decode: () => unknown): string[] {
  const complaints: string[] = [];
  const { warn, error } = console;
  console.warn = console.error = (...words: unknown[]) => complaints.push(words.map(String).join(' '));
  try {
    decode();
  } catch (thrown) {
    complaints.push(`the decoder failed: ${thrown instanceof Error ? thrown.stack : thrown}`);
  } finally {
    console.warn = warn;
    console.error = error;
  }
  return complaints;
}
