/**
 * Replicators that are broken on purpose, each in one way: what the fuzz does not catch of these it would not catch in the
 * real one either. They wrap a replicator that works.
 */
import type { Encoder, MapSchema, Schema } from '@colyseus/schema';
import type { Policy, Viewer } from '../../../src/replication/policies.ts';
import { UNIT_COLLECTIONS } from './collections.ts';
import type { Budget } from './model.ts';
import type { MakeReplicator, StateReplicator } from './replicator.ts';
import { type Section, WireReader } from './wire.ts';
import type { World } from './world.ts';

const [ADD, DELETE] = [128, 64];
const SWITCH = 255;

/** Does nothing itself; the broken ones override what they break. */
class Wrapped implements StateReplicator {
  protected readonly inner: StateReplicator;
  protected readonly encoder: Encoder;
  protected readonly world: World;

  constructor(make: MakeReplicator, encoder: Encoder, world: World) {
    this.inner = make(encoder, world);
    this.encoder = encoder;
    this.world = world;
  }

  replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void {
    this.inner.replicate(collection, policy);
  }
  addObserver(viewer: Viewer, budget?: Budget): unknown {
    return this.inner.addObserver(viewer, budget);
  }
  removeObserver(observer: unknown): void {
    this.inner.removeObserver(observer);
  }
  encode(nowMs: number): void {
    this.inner.encode(nowMs);
  }
  needsSnapshot(observer: unknown): boolean {
    return this.inner.needsSnapshot(observer);
  }
  patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    return this.inner.patch(observer, head);
  }
  snapshot(observer: unknown, head: Uint8Array): Buffer {
    return this.inner.snapshot(observer, head);
  }
  finish(): void {
    this.inner.finish();
  }
}

/** Rewrites frames, given the operations in them. */
abstract class Rewriting extends Wrapped {
  readonly #readers = new Map<unknown, WireReader>();

  protected abstract rewrite(frame: Buffer, sections: readonly Section[], head: number): Buffer;

  override patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    const frame = super.patch(observer, head);
    return frame && this.#rewrite(observer, frame, head);
  }
  override snapshot(observer: unknown, head: Uint8Array): Buffer {
    return this.#rewrite(observer, super.snapshot(observer, head), head);
  }

  #rewrite(observer: unknown, frame: Buffer, head: Uint8Array): Buffer {
    const reader = this.#readers.get(observer) ?? new WireReader(this.encoder);
    this.#readers.set(observer, reader);
    return this.rewrite(frame, reader.read(frame, head.length), head.length);
  }
}

class LosesRemovals extends Rewriting {
  protected rewrite(frame: Buffer, sections: readonly Section[]): Buffer {
    const removal = sections
      .filter(({ isSchema }) => !isSchema)
      .flatMap(({ operations }) => operations)
      .find(({ operation }) => operation === DELETE);
    return removal === undefined ? frame : cut(frame, removal.start, removal.end);
  }
}

class LosesChanges extends Rewriting {
  protected rewrite(frame: Buffer, sections: readonly Section[]): Buffer {
    const changes = sections.filter(({ isSchema, refId }) => isSchema && refId !== 0);
    const change = changes.at(-1)?.operations.findLast(({ adds }) => adds === undefined);
    return change === undefined ? frame : cut(frame, change.start, change.end);
  }
}

class LosesArrivals extends Rewriting {
  protected rewrite(frame: Buffer, sections: readonly Section[]): Buffer {
    const operations = sections.filter(({ isSchema }) => !isSchema).flatMap((section) => section.operations);
    const arrival = operations.findLast(({ adds }) => adds !== undefined);
    return arrival === undefined ? frame : cut(frame, arrival.start, arrival.end);
  }
}

/** Writes of an instance before the client was told of it. */
class MixesUpReferences extends Rewriting {
  protected rewrite(frame: Buffer, sections: readonly Section[], head: number): Buffer {
    const added = new Set(sections.flatMap(({ operations }) => operations.map(({ adds }) => adds)));
    const early = sections.find(({ refId }) => added.has(refId));
    if (early === undefined || frame[head] !== SWITCH) return frame;
    return Buffer.concat([
      frame.subarray(0, head),
      frame.subarray(early.start, early.end),
      frame.subarray(head, early.start),
      frame.subarray(early.end),
    ]);
  }
}

class FlipsAByte extends Wrapped {
  override patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    const frame = super.patch(observer, head);
    if (frame === undefined) return undefined;
    const at = Math.floor((head.length + frame.length) / 2);
    frame[at] = frame[at]! ^ 1;
    return frame;
  }
}

class ShowsTooMuch extends Wrapped {
  override replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void {
    const wider =
      typeof policy !== 'function' && policy.kind === 'area'
        ? { ...policy, radius: policy.leaveRadius, bounds: undefined }
        : policy;
    super.replicate(collection, wider);
  }
}

/** Right for every decoder, and yet the bytes tell what nobody should know: a value that is overwritten at once. */
class WhispersSecrets extends Wrapped {
  override snapshot(observer: unknown, head: Uint8Array): Buffer {
    const secret = this.world.staysIn(UNIT_COLLECTIONS.at(-1)!)[0]?.entity.name ?? '';
    const frame = super.snapshot(observer, head);
    const phase = (text: string): Buffer => {
      const bytes = Buffer.from(text);
      return Buffer.concat([Buffer.of(SWITCH, 0, ADD, 0xd9, bytes.length), bytes]);
    };
    const { phase: now } = this.world.state;
    return Buffer.concat([frame, phase(secret), phase(now)]);
  }
}

/** Takes what was skipped for sent. */
class ForgetsToCatchUp extends Wrapped {
  readonly #served = new Map<unknown, boolean>();

  override addObserver(viewer: Viewer, budget?: Budget): unknown {
    const observer = super.addObserver(viewer, budget);
    this.#served.set(observer, false);
    return observer;
  }
  override removeObserver(observer: unknown): void {
    this.#served.delete(observer);
    super.removeObserver(observer);
  }
  override patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    this.#served.set(observer, true);
    return super.patch(observer, head);
  }
  override snapshot(observer: unknown, head: Uint8Array): Buffer {
    this.#served.set(observer, true);
    return super.snapshot(observer, head);
  }
  override finish(): void {
    for (const [observer, served] of this.#served) {
      if (!served && !super.needsSnapshot(observer)) super.patch(observer, Buffer.of(0));
      this.#served.set(observer, false);
    }
    super.finish();
  }
}

/** Hands out memory that it goes on writing to. */
class ReusesFrames extends Wrapped {
  #last: Buffer | undefined;

  override patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    this.#last?.fill(0);
    this.#last = super.patch(observer, head);
    return this.#last;
  }
}

class IsATickLate extends Wrapped {
  readonly #held = new Map<unknown, Buffer | undefined>();

  override patch(observer: unknown, head: Uint8Array): Buffer | undefined {
    const before = this.#held.get(observer);
    this.#held.set(observer, super.patch(observer, head));
    return before;
  }
}

class LetsClientsWait extends Wrapped {
  override addObserver(viewer: Viewer, budget?: Budget): unknown {
    return super.addObserver(viewer, budget && { ...budget, maxStaleMs: 10 * budget.maxStaleMs });
  }
}

class Spends extends Wrapped {
  protected readonly share: number = 1;

  override addObserver(viewer: Viewer, budget?: Budget): unknown {
    return super.addObserver(viewer, budget && { ...budget, bytesPerSecond: this.share * budget.bytesPerSecond });
  }
}

class SpendsTooMuch extends Spends {
  protected override readonly share = 1.5;
}

class SpendsTooLittle extends Spends {
  protected override readonly share = 0.5;
}

/** By what is wrong with them. */
export const BROKEN: Readonly<Record<string, (make: MakeReplicator) => MakeReplicator>> = {
  'loses removals': breaking(LosesRemovals),
  'loses changes': breaking(LosesChanges),
  'loses arrivals': breaking(LosesArrivals),
  'writes of an instance before it is added': breaking(MixesUpReferences),
  'flips a byte': breaking(FlipsAByte),
  'shows too much': breaking(ShowsTooMuch),
  'whispers secrets': breaking(WhispersSecrets),
  'forgets to catch up': breaking(ForgetsToCatchUp),
  'writes to frames it sent': breaking(ReusesFrames),
  'is a tick late': breaking(IsATickLate),
  'lets clients wait too long': breaking(LetsClientsWait),
  'sends more than a budget allows': breaking(SpendsTooMuch),
  'lets clients wait while their budget lasts': breaking(SpendsTooLittle),
};

function breaking(
  Broken: new (make: MakeReplicator, encoder: Encoder, world: World) => StateReplicator,
): (make: MakeReplicator) => MakeReplicator {
  return (make) => (encoder, world) => new Broken(make, encoder, world);
}

function cut(frame: Buffer, start: number, end: number): Buffer {
  return Buffer.concat([frame.subarray(0, start), frame.subarray(end)]);
}
