/**
 * A process of the replication bench: one half of the comparison, with a world of its own that is the same in both,
 * because it comes from the same seed. Each half in a process, so that neither lives with the other's heap.
 */

import { median } from '../statistics.ts';
import { CpuGauge, HeapGauge } from './replication-gauges.ts';
import type { HypogeumHalf } from './replication-hypogeum.ts';
import type {
  FromHalf,
  Half,
  HeapResult,
  RoundResult,
  SightChanges,
  ToHalf,
  WorldWanted,
} from './replication-messages.ts';
import type { StockHalf } from './replication-stock.ts';
import { Witness } from './replication-witness.ts';

interface Prepared {
  readonly side: HypogeumHalf | StockHalf;
  /** The players that decode, by walker number. */
  readonly witnesses: ReadonlyMap<number, Witness>;
}

let prepared: Prepared | undefined;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (message: ToHalf) => void obey(message));

async function obey(message: ToHalf): Promise<void> {
  switch (message.type) {
    case 'prepare':
      prepared = undefined; // the world before goes before the next one comes
      prepared = await prepare(message.half, message.world);
      return tell({ type: 'ready' });
    case 'run':
      return tell({ type: 'round', round: run(current(), message.changes), changes: message.changes });
    case 'weigh':
      return tell({ type: 'heap', heap: weigh(current(), message.changes), changes: message.changes });
  }
}

/** Each half loads only its own. */
async function prepare(half: Half, world: WorldWanted): Promise<Prepared> {
  if (half === 'hypogeum') {
    const side = new (await import('./replication-hypogeum.ts')).HypogeumHalf(world);
    return { side, witnesses: witnessesOf(side, world) };
  }
  const side = new (await import('./replication-stock.ts')).StockHalf(world);
  const witnesses = witnessesOf(side, world);
  const joined = side.fullState();
  for (const witness of witnesses.values()) witness.take(joined);
  return { side, witnesses };
}

function current(): Prepared {
  if (prepared === undefined) throw new Error('a round was asked for before a world was made');
  return prepared;
}

/** Evenly spread over the walkers. */
function witnessesOf({ field }: HypogeumHalf | StockHalf, { players, decoded }: WorldWanted): Map<number, Witness> {
  const count = Math.min(players, decoded);
  const walkers = Array.from({ length: count }, (_, i) => Math.floor((i * players) / count));
  return new Map(walkers.map((walker) => [walker, new Witness(field)]));
}

function run({ side, witnesses }: Prepared, changes: readonly SightChanges[]): RoundResult {
  const gauge = new CpuGauge();
  const ticks = changes.map((change) => {
    side.field.step();
    const cost = side.tick(change, gauge);
    for (const [walker, witness] of witnesses) witness.take(side.frames[walker]);
    return cost;
  });
  const all = [...witnesses.values()];
  return {
    ticks,
    visible: side.visible,
    held: all.map((witness) => witness.held()),
    wrong: all.reduce((sum, witness) => sum + witness.wrong(), 0),
  };
}

/** A tick in which garbage was collected all the same (the heap shrank) does not count. */
function weigh({ side, witnesses }: Prepared, changes: readonly SightChanges[]): HeapResult {
  const gauge = new HeapGauge();
  const weighed = changes.map((change) => {
    side.field.step();
    const { frames, interest } = side.tick(change, gauge);
    for (const [walker, witness] of witnesses) witness.take(side.frames[walker]);
    const sizes = side.frames.map((frame) => frame?.length ?? 0);
    const copies = new Array<Uint8Array | undefined>(sizes.length).fill(undefined);
    gauge.start();
    for (let i = 0; i < sizes.length; i++) if (sizes[i]! > 0) copies[i] = side.allocate(sizes[i]!);
    return { tick: frames + interest, frames: gauge.lap() };
  });
  const counted = weighed.filter(({ tick, frames }) => tick >= 0 && frames >= 0);
  return { tick: median(counted.map(({ tick }) => tick)), frames: median(counted.map(({ frames }) => frames)) };
}

function tell(message: FromHalf): void {
  process.send?.(message);
}
