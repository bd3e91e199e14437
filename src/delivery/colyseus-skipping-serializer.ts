/**
 * Colyseus's serializer for a room's whole state, sent through the players' lines: changes are encoded and framed once
 * for all; a player whose line is congested is skipped, and when the line is free again gets the whole state in place,
 * encoded right after a patch, when nothing is pending (SDK 0.18 removes what it does not mention). Views, and the time
 * that rooms with inputs tell, are as in stock (@colyseus/core 0.18.17, SchemaSerializer). A whole state holds nothing of
 * streams, so in a room that has some nothing is skipped: its state frames wait like messages.
 */
import { type Client, type ClientPrivate, ClientState, SchemaSerializer, type Serializer } from '@colyseus/core';
import type { PatchTimingContext } from '@colyseus/core/serializer/Serializer';
import { OPERATION, Schema, type StateView } from '@colyseus/schema';
import { absentFields, isShown } from './colyseus-absent-fields.ts';
import { Patch, type SharedMessage, shared } from './colyseus-patch.ts';
import { type Framed, frameTimed, messageOf } from './frames.ts';
import { GameClient, lineOf } from './ws-game-client.ts';

/** Colyseus's own serializer becomes a skipping one; a room's own stays. To be called before its reset. */
export function skipping(chosen: Serializer<unknown>): Serializer<unknown> {
  return chosen.constructor === SchemaSerializer ? new SkippingSerializer() : chosen;
}

const AS_STATE = Object.freeze({ isState: true });

export class SkippingSerializer<T extends Schema> extends SchemaSerializer<T> {
  /** Who missed a patch. */
  readonly #behind = new Set<Client>();

  /** Lets go of the recorded changes, whoever was sent them. */
  override applyPatches(clients: Client[], state?: unknown, timing?: PatchTimingContext): boolean {
    if (this.#behind.size > 0) this.#forgetGone();
    if (clients.length === 0) return super.applyPatches(clients, state, timing);
    const changed = this.encoder.hasChanges;
    if (changed) this.needFullEncode = true;
    const patch = new Patch(this.encoder, { changed, filtered: this.hasFilters, timed: timing !== undefined });
    const all = changed || timing !== undefined || this.hasFilters;
    const stale = this.#send(all ? clients : [...this.#behind], patch, timing);
    if (changed) this.encoder.discardChanges();
    if (stale.length > 0) this.#resync(stale, timing);
    return changed;
  }

  /** What a player who joins is sent at once; one who comes back has state already. */
  override getFullState(client?: Client, timing?: PatchTimingContext): Uint8Array {
    const back = client instanceof GameClient && client.isBack;
    const message = back ? this.#wholeState(client) : this.#fullEncode(client);
    return timing && client ? messageOf(frameTimed(message, timing.sNow, ackOf(client))) : message;
  }

  /** From the last client to the first, as stock. Returns those that are ready and missed a patch before. */
  #send(clients: readonly Client[], patch: Patch, timing?: PatchTimingContext): GameClient[] {
    const stale: GameClient[] = [];
    const hasStreams = this.encoder.root.streamTrees.size > 0;
    for (let i = clients.length - 1; i >= 0; i--) {
      const client = clients[i]!;
      if (client.state !== ClientState.JOINED) continue;
      if (!patch.concerns(client) && !this.#behind.has(client)) continue;
      const line = lineOf(client);
      if (line === undefined) client.raw(messageOf(framedFor(client, patch.messageFor(client), timing)));
      else if (hasStreams) line.sendMessage(framedFor(client, patch.messageFor(client), timing), AS_STATE);
      else if (!line.ready()) this.#behind.add(client);
      else if (line.state === 'resyncing') stale.push(client as GameClient);
      else line.sendFramedState(framedFor(client, patch.messageFor(client), timing));
    }
    return stale;
  }

  /** To be called when no change is pending. */
  #resync(stale: readonly GameClient[], timing?: PatchTimingContext): void {
    let forAll: SharedMessage | undefined;
    for (const client of stale) {
      this.#behind.delete(client);
      const view = this.hasFilters ? client.view : undefined;
      let whole: SharedMessage;
      if (view === undefined) {
        forAll ??= shared(this.#wholeState());
        whole = forAll;
      } else {
        whole = shared(this.#wholeState(client));
        this.#keepFieldDeletes(view);
      }
      client.line.sendFramedState(framedFor(client, whole, timing));
    }
  }

  /** The full encode and what it leaves out, for who has state. */
  #wholeState(client?: Client): Uint8Array {
    const view = this.hasFilters ? client?.view : undefined;
    if (view !== undefined) this.#dropShownDeletes(view);
    return Buffer.concat([this.#fullEncode(client), absentFields(this.encoder.state, view)]);
  }

  /** Valid until the next change: a view of the encoder's buffer, or what a view adds to it. */
  #fullEncode(client?: Client): Uint8Array {
    if (this.needFullEncode || this.encoder.hasChanges) {
      this.sharedOffsetCache = { offset: 1 };
      this.fullEncodeCache = this.encoder.encodeAll(this.sharedOffsetCache, this.fullEncodeBuffer);
      // The encoder took a larger buffer if it needed one: kept, or it would be looked for again at every join.
      this.fullEncodeBuffer = new Uint8Array(this.fullEncodeCache.buffer);
      this.needFullEncode = false;
    }
    if (!this.hasFilters || client?.view === undefined) return this.fullEncodeCache;
    const at = this.sharedOffsetCache.offset;
    return this.encoder.encodeAllView(client.view, at, { offset: at }, this.fullEncodeBuffer);
  }

  /** Of what a view noted, a whole state covers all but the fields that it hid. */
  #keepFieldDeletes({ changes }: StateView): void {
    for (const [refId, ops] of changes) {
      const isInstance = Schema.isSchema(this.encoder.root.changeTrees[refId]?.ref);
      for (const [key, op] of ops) if (!isInstance || op !== OPERATION.DELETE) ops.delete(key);
      if (ops.size === 0) changes.delete(refId);
    }
  }

  /**
   * A view that hides a field notes a delete, and keeps the note when it shows the field again without a value. A value
   * set since is in the whole state, and the note, sent after it, would take it away (@colyseus/schema 5.0.34). Others
   * with this view lose nothing: a field that is shown is told by a patch's changes.
   */
  #dropShownDeletes(view: StateView): void {
    for (const [refId, ops] of view.changes) {
      const ref = this.encoder.root.changeTrees[refId]?.ref;
      if (!Schema.isSchema(ref)) continue;
      for (const [key, op] of ops) {
        if (op === OPERATION.DELETE && typeof key === 'number' && isShown(ref, key, view)) ops.delete(key);
      }
    }
  }

  #forgetGone(): void {
    for (const client of this.#behind) if (lineOf(client)?.state === 'gone') this.#behind.delete(client);
  }
}

function framedFor(client: Client, { message, framed }: SharedMessage, timing?: PatchTimingContext): Framed {
  return timing === undefined ? framed() : frameTimed(message, timing.sNow, ackOf(client));
}

/** The last input of this player that the state has taken in. */
export function ackOf(client: Client): number {
  return (client as Client & ClientPrivate)._inputBuffer?.ackSeq ?? 0;
}
