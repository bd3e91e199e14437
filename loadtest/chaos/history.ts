/**
 * What arrived at a player, frame by frame, to be decoded when somebody asks: with 200 players in one process decoding
 * on arrival would make this process the slow one. Frames that many players get are kept once, and players with the
 * same frames are decoded once.
 */

import { crc32 } from 'node:zlib';
import { decode, MapSchema } from '@colyseus/schema';
import { Protocol, SchemaSerializer } from '@colyseus/sdk';
import type { Held } from './slow-truth.ts';

/** Smaller ones are cheaper kept than compared. */
const SHARED_FROM_BYTES = 4096;
/** Decoding pauses after so many frames: a process that answers no pings for seconds would lose its connections. */
const FRAMES_AT_A_TIME = 50;

/** Large frames by their bytes. */
export class FrameStore {
  readonly #kept = new Map<number, Buffer[]>();

  /** The first frame with these bytes: the same object for equal ones. */
  keep(frame: Buffer): Buffer {
    if (frame.length < SHARED_FROM_BYTES) return frame;
    const sum = crc32(frame);
    const alike = this.#kept.get(sum);
    const same = alike?.find((kept) => kept.equals(frame));
    if (same !== undefined) return same;
    if (alike === undefined) this.#kept.set(sum, [frame]);
    else alike.push(frame);
    return frame;
  }
}

export interface Decoded {
  readonly held: Held;
  /** Exceptions of the decoder and what it wrote to the console. */
  readonly complaints: number;
}

/** Decodes each list of frames, as it is now, like the SDK does. Lists of the same frames are decoded once. */
export async function decodeHistories(histories: readonly (readonly Buffer[])[]): Promise<Decoded[]> {
  const now = histories.map((frames) => [...frames]);
  const done: { readonly frames: readonly Buffer[]; readonly decoded: Decoded }[] = [];
  const all: Decoded[] = [];
  for (const frames of now) {
    const before = done.find((one) => isSame(one.frames, frames));
    const decoded = before?.decoded ?? (await decodeHistory(frames));
    if (before === undefined) done.push({ frames, decoded });
    all.push(decoded);
  }
  return all;
}

function isSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  if (some.length !== others.length) return false;
  // The session's token is in the first frame, the join.
  for (let i = 1; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

async function decodeHistory(frames: readonly Buffer[]): Promise<Decoded> {
  const serializer = new SchemaSerializer();
  let complaints = 0;
  for (let from = 0; from < frames.length; from += FRAMES_AT_A_TIME) {
    complaints += decodeSome(serializer, frames.slice(from, from + FRAMES_AT_A_TIME));
    await new Promise(setImmediate);
  }
  return { held: heldBy(serializer), complaints };
}

function decodeSome(serializer: SchemaSerializer, frames: readonly Buffer[]): number {
  let complaints = 0;
  const quiet = hearConsole(() => complaints++);
  for (const frame of frames) {
    try {
      apply(serializer, frame);
    } catch {
      complaints++;
    }
  }
  quiet();
  return complaints;
}

function apply(serializer: SchemaSerializer, frame: Buffer): void {
  const it = { offset: 1 };
  if (frame[0] === Protocol.JOIN_ROOM) handshake(serializer, frame);
  else if (frame[0] === Protocol.ROOM_STATE) serializer.setState(frame, it);
  else if (frame[0] === Protocol.ROOM_STATE_PATCH) serializer.patch(frame, it);
}

/** `10, token, serializer, reflection`, the first two as length and bytes, the last after its length as a number. A rejoin has no reflection. */
function handshake(serializer: SchemaSerializer, frame: Buffer): void {
  const it = { offset: 1 };
  it.offset += 1 + frame[it.offset]!;
  it.offset += 1 + frame[it.offset]!;
  const length = decode.number(frame, it);
  if (length > 0) serializer.handshake(frame.subarray(0, it.offset + length), it);
}

/** What an entity is told as that cannot be told, because it holds itself: a broken decoder links anything to anything. */
export const ENDLESS = 'endless';

/** The entities of all maps of the state, by key. */
function heldBy(serializer: SchemaSerializer): Held {
  const held = new Map<string, string>();
  const state = (serializer.getState() ?? {}) as Readonly<Record<string, unknown>>;
  for (const map of Object.values(state)) {
    if (!(map instanceof MapSchema)) continue;
    for (const [key, entity] of map.entries()) held.set(String(key), textOf(entity));
  }
  return held;
}

function textOf(entity: unknown): string {
  try {
    return JSON.stringify(entity) ?? '';
  } catch {
    return ENDLESS;
  }
}

/** The decoder tells of broken bytes on the console only. */
function hearConsole(heard: () => void): () => void {
  const { warn, error } = console;
  console.warn = heard;
  console.error = heard;
  return () => Object.assign(console, { warn, error });
}
