/**
 * The serializer of hosted rooms: delivery's, which sends the whole state past congested players, and, once a collection
 * is handed to `replicate`, replication's frames instead, one for each player. A player's first state then comes with the
 * patch after the join, and so does the next one after congestion: encoded when no change is pending.
 */
import {
  type Client,
  ClientState,
  Protocol,
  ProtocolModifier,
  type Room,
  SchemaSerializer,
  type Serializer,
} from '@colyseus/core';
import type { PatchTimingContext } from '@colyseus/core/serializer/Serializer';
import type { MapSchema, Schema } from '@colyseus/schema';
import { ackOf, SkippingSerializer } from '../delivery/colyseus-skipping-serializer.ts';
import { type Framed, frameFirst, IN_PLACE, messageOf } from '../delivery/frames.ts';
import type { Line } from '../delivery/line.ts';
import { lineOf } from '../delivery/ws-game-client.ts';
import { internalsOf } from '../isolation/colyseus-internals.ts';
import type { Clock, Labels, Meter } from '../kernel/ports.ts';
import type { ByteBudgetOptions } from '../replication/byte-budget.ts';
import { ReplicationError } from '../replication/colyseus-declaration.ts';
import { type Observer, type ReplicationStats, Replicator } from '../replication/colyseus-replicator.ts';
import type { Policy } from '../replication/policies.ts';

export interface ReplicationDeps {
  readonly clock: Clock;
  readonly meter: Meter;
  readonly labels: Labels;
}

/** Bytes of a state frame before the state: the code alone, or with the room's time and the last input used. */
const CODE_BYTES = 1;
const TIMED_BYTES = 9;

export class ReplicatingSerializer<T extends Schema = Schema> extends SkippingSerializer<T> {
  readonly #deps: ReplicationDeps;
  #replicator: Replicator | undefined;
  readonly #observers = new Map<Client, Observer>();
  /** This tick's frames and who they are for: so many from the front. */
  readonly #receivers: (Line | undefined)[] = [];
  readonly #ready: (Framed | undefined)[] = [];
  #frames = 0;
  readonly #head = Buffer.alloc(TIMED_BYTES);
  readonly #codeOnly = this.#head.subarray(0, CODE_BYTES);

  constructor(deps: ReplicationDeps) {
    super();
    this.#deps = deps;
  }

  get replicates(): boolean {
    return this.#replicator !== undefined;
  }

  get replicationStats(): ReplicationStats | undefined {
    return this.#replicator?.stats;
  }

  /** @throws ReplicationError when the collection cannot be replicated. */
  replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void {
    this.#replicator ??= new Replicator(this.encoder, { ...this.#deps, pack: IN_PLACE });
    this.#replicator.replicate(collection, policy);
  }

  /** A player has joined, or come back, and waits for the state. */
  observe(client: Client, budget: ByteBudgetOptions | undefined): void {
    const replicator = this.#replicator;
    if (replicator === undefined) throw new ReplicationError('nothing is replicated in this room');
    const before = this.#observers.get(client);
    if (before !== undefined) replicator.removeObserver(before);
    this.#observers.set(client, replicator.addObserver(client, budget));
    lineOf(client)?.resync();
  }

  /** How many replicated entities a player has been sent and still sees. */
  knownTo(client: Client): number {
    const observer = this.#observers.get(client);
    return observer === undefined ? 0 : this.#replicator!.knownCount(observer);
  }

  override applyPatches(clients: Client[], state?: unknown, timing?: PatchTimingContext): boolean {
    const replicator = this.#replicator;
    if (replicator === undefined) return super.applyPatches(clients, state, timing);
    if (this.#observers.size > 0) this.#forgetGone(replicator, clients);
    const changed = this.encoder.hasChanges;
    replicator.encode(this.#deps.clock.now());
    for (const observer of this.#observers.values()) this.#assemble(replicator, observer, timing);
    replicator.finish();
    this.#sendAll();
    return changed;
  }

  /** After all are assembled: the kernel's work for a frame pushes what frames are made of out of the caches. */
  #sendAll(): void {
    for (let i = 0; i < this.#frames; i++) {
      this.#receivers[i]!.sendFramedState(this.#ready[i]!);
      this.#receivers[i] = undefined;
      this.#ready[i] = undefined;
    }
    this.#frames = 0;
  }

  #post(client: Client, line: Line | undefined, framed: Framed): void {
    if (line === undefined) {
      client.raw(messageOf(framed));
      return;
    }
    this.#receivers[this.#frames] = line;
    this.#ready[this.#frames++] = framed;
  }

  #assemble(replicator: Replicator, observer: Observer, timing: PatchTimingContext | undefined): void {
    const client = observer.viewer as Client;
    const line = lineOf(client);
    if (client.state !== ClientState.JOINED || line?.ready() === false) return;
    const whole = replicator.needsSnapshot(observer);
    const head = this.#headFor(client, whole ? Protocol.ROOM_STATE : Protocol.ROOM_STATE_PATCH, timing);
    const framed = whole ? replicator.snapshot(observer, head) : replicator.patch(observer, head);
    if (framed !== undefined) this.#post(client, line, framed as Framed);
    // The time is told also when there is nothing else to tell.
    else if (timing !== undefined) this.#post(client, line, frameFirst(head, head.length));
  }

  #headFor(client: Client, code: number, timing: PatchTimingContext | undefined): Buffer {
    if (timing === undefined) {
      this.#head[0] = code;
      return this.#codeOnly;
    }
    this.#head[0] = code | ProtocolModifier.TIMED;
    this.#head.writeUInt32LE(timing.sNow >>> 0, CODE_BYTES);
    this.#head.writeUInt32LE(ackOf(client) >>> 0, CODE_BYTES + 4);
    return this.#head;
  }

  #forgetGone(replicator: Replicator, clients: readonly Client[]): void {
    // A player who left while another came is found when that one has joined; nothing is sent on a line that is gone.
    if (this.#observers.size <= clients.length) return;
    const here = new Set(clients);
    for (const [client, observer] of this.#observers) {
      if (here.has(client)) continue;
      replicator.removeObserver(observer);
      this.#observers.delete(client);
    }
  }
}

/** For a hosted room: ours in place of Colyseus's own; a serializer that the room chose itself stays. */
export function chooseSerializer(chosen: Serializer<unknown>, deps: ReplicationDeps): Serializer<unknown> {
  return chosen.constructor === SchemaSerializer ? new ReplicatingSerializer(deps) : chosen;
}

/** The serializer of a room whose state is a schema. @throws ReplicationError for a room without one. */
export function replicationOf(room: Room): ReplicatingSerializer {
  const serializer = internalsOf(room)._serializer;
  if (serializer instanceof ReplicatingSerializer) return serializer;
  throw new ReplicationError('replicate: give the room its state first; it must be a schema');
}

/** A room with replicated collections sends a player's first state with its next patch. */
export function sendStateWithPatch(room: Room, budgetOf: () => ByteBudgetOptions | undefined): void {
  const stock = internalsOf(room).sendFullState;
  internalsOf(room).sendFullState = (client) => {
    const serializer = internalsOf(room)._serializer;
    if (serializer instanceof ReplicatingSerializer && serializer.replicates) serializer.observe(client, budgetOf());
    else stock.call(room, client);
  };
}
