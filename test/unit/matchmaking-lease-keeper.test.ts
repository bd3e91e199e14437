import assert from 'node:assert/strict';
import { LeaseKeeper, REMEMBERED_MS, RENEWAL_WITHIN_MS } from '../../src/matchmaking/lease-keeper.ts';
import {
  LEASE_MS,
  type ProcessRegistry,
  type ProcessReport,
  RENEW_EVERY_MS,
  type Renewal,
} from '../../src/matchmaking/process-registry.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

const ME: ProcessReport = {
  ...{ processId: 'me', address: '127.0.0.1:1', players: 3, rooms: 1, busyShare: 0.1, takesRooms: true },
};
const OTHER: ProcessReport = { ...ME, processId: 'other' };
const HELD: Renewal = { held: true, processes: [ME, OTHER] };
const NOT_HELD: Renewal = { held: false, processes: [ME] };

/** A registry whose answers the test gives. */
class FakeRegistry implements ProcessRegistry {
  /** What it answers; 'silence' leaves the renewal among `open`. */
  mode: Renewal | Error | 'silence' = HELD;
  readonly reports: { at: number; report: ProcessReport }[] = [];
  readonly open: PromiseWithResolvers<Renewal>[] = [];
  readonly left: string[] = [];
  readonly #time: SteppedTime;
  constructor(time: SteppedTime) {
    this.#time = time;
  }
  async renew(report: ProcessReport): Promise<Renewal> {
    this.reports.push({ at: this.#time.now(), report });
    if (this.mode instanceof Error) throw this.mode;
    if (this.mode !== 'silence') return this.mode;
    const answer = Promise.withResolvers<Renewal>();
    this.open.push(answer);
    return answer.promise;
  }
  async leave(processId: string): Promise<void> {
    this.left.push(processId);
    if (this.mode === 'silence') await new Promise(() => {});
    if (this.mode instanceof Error) throw this.mode;
  }
}

function setUp() {
  const time = new SteppedTime();
  const registry = new FakeRegistry(time);
  const meter = createCounters();
  const lines: LogLine[] = [];
  const world = { lost: 0, onLost: async (): Promise<void> => {} };
  const keeper = new LeaseKeeper({
    ...{ registry, clock: time, timers: time, meter, logger: recordingLogger(lines), report: () => ME },
    lost: () => {
      world.lost++;
      return world.onLost();
    },
  });
  return { time, registry, meter, lines, world, keeper };
}

async function started() {
  const all = setUp();
  await all.keeper.start();
  all.registry.reports.length = 0;
  return all;
}

describe('LeaseKeeper', () => {
  it('L1: renews every quarter of a second, with what the process says of itself then', async () => {
    const { time, registry } = await started();
    await time.pass(2000);
    assert.deepEqual(
      registry.reports.map(({ at }) => at),
      Array.from({ length: 8 }, (_, i) => 1000 + (i + 1) * RENEW_EVERY_MS),
    );
    assert.deepEqual(registry.reports[0]!.report, ME);
  });

  it('L1: knows all processes from the answer, from the first one on', async () => {
    const { time, registry, keeper } = setUp();
    assert.deepEqual(keeper.processes, []);
    await keeper.start();
    assert.deepEqual(keeper.processes, [ME, OTHER]);
    registry.mode = { held: true, processes: [ME] };
    await time.pass(RENEW_EVERY_MS);
    assert.deepEqual(keeper.processes, [ME]);
  });

  it('L7: looks around at once, and tells a process that came a moment ago', async () => {
    const { registry, keeper } = await started();
    const young: ProcessReport = { ...ME, processId: 'young' };
    registry.mode = { held: true, processes: [ME, OTHER, young] };
    assert.deepEqual(await keeper.lookAround(), { held: ['me', 'other', 'young'], lost: [] });
    assert.equal(registry.reports.length, 1);
  });

  it('L7: tells for a while who held a lease and holds none', async () => {
    const { time, registry, keeper } = await started();
    registry.mode = { held: true, processes: [ME] };
    assert.deepEqual(await keeper.lookAround(), { held: ['me'], lost: ['other'] });
    await time.pass(REMEMBERED_MS);
    assert.deepEqual((await keeper.lookAround()).lost, ['other']);
    await time.pass(RENEW_EVERY_MS);
    assert.deepEqual((await keeper.lookAround()).lost, []);
  });

  it('L7: looks around while Redis is away as of the last time', async () => {
    const { registry, keeper } = await started();
    registry.mode = new Error('away');
    assert.deepEqual(await keeper.lookAround(), { held: ['me', 'other'], lost: [] });
  });

  it('L1: sends one renewal at a time; the next one comes after the answer', async () => {
    const { time, registry } = await started();
    registry.mode = 'silence';
    await time.pass(RENEW_EVERY_MS + 600);
    assert.equal(registry.reports.length, 1);
    registry.open[0]!.resolve(HELD);
    await settled();
    await time.pass(RENEW_EVERY_MS - 1);
    assert.equal(registry.reports.length, 1);
    await time.pass(1);
    assert.equal(registry.reports.length, 2);
  });

  it('L1: gives up a renewal that is not answered, and sends the next', async () => {
    const { time, registry, meter } = await started();
    registry.mode = 'silence';
    await time.pass(RENEW_EVERY_MS + 3 * RENEWAL_WITHIN_MS);
    assert.equal(registry.reports.length, 4);
    assert.equal(meter.total('hypogeum_match_renewals_total', { outcome: 'failed' }), 3);
  });

  it('does not start without a lease, and leaves nothing behind then', async () => {
    const { time, registry, keeper } = setUp();
    registry.mode = new Error('away');
    await assert.rejects(keeper.start(), /no lease/);
    registry.mode = 'silence';
    const late = setUp();
    late.registry.mode = 'silence';
    const starting = assert.rejects(late.keeper.start(), /no lease/);
    await late.time.pass(RENEWAL_WITHIN_MS);
    await starting;
    await Promise.all([time.pass(5000), late.time.pass(5000)]);
    assert.equal(registry.reports.length, 1);
    assert.equal(time.timers + late.time.timers, 0);
  });

  it('L4: says when the lease was not held, and only then', async () => {
    const { time, registry, world } = await started();
    await time.pass(1000);
    assert.equal(world.lost, 0);
    registry.mode = NOT_HELD;
    await time.pass(RENEW_EVERY_MS);
    registry.mode = HELD;
    await time.pass(1000);
    assert.equal(world.lost, 1);
  });

  it('L4: hears that it was not held from an answer that comes after the renewal was given up', async () => {
    const { time, registry, world, keeper } = await started();
    registry.mode = 'silence';
    await time.pass(RENEW_EVERY_MS + 3 * RENEWAL_WITHIN_MS + 1);
    const [first, ...others] = registry.open;
    first!.resolve(NOT_HELD);
    for (const other of others) other.resolve(HELD);
    await settled();
    assert.equal(world.lost, 1, 'only the first of them says so');
    assert.deepEqual(keeper.processes, [ME, OTHER], 'and the list is the newest');
  });

  it('L4: counts as not held when an answer that may have said so got lost', async () => {
    const { time, registry, world } = await started();
    registry.mode = new Error('the connection was lost');
    await time.pass(RENEW_EVERY_MS);
    registry.mode = HELD;
    await time.pass(2 * RENEW_EVERY_MS);
    assert.equal(world.lost, 1);
  });

  it('L4: goes on when rooms could not be listed again, and says so', async () => {
    const { time, registry, world, lines } = await started();
    world.onLost = () => Promise.reject(new Error('away again'));
    registry.mode = NOT_HELD;
    await time.pass(RENEW_EVERY_MS);
    registry.mode = HELD;
    await time.pass(2 * RENEW_EVERY_MS);
    assert.equal(world.lost, 3, 'tried again with each renewal');
    assert.ok(lines.some(({ level }) => level === 'error'));
    world.onLost = async () => {};
    await time.pass(2 * RENEW_EVERY_MS);
    assert.equal(world.lost, 4, 'until it is done');
  });

  it('L3: is in doubt about rooms that are not listed while Redis is away, and for a lease from its return on', async () => {
    const { time, registry, keeper } = await started();
    assert.equal(keeper.inDoubt(time.now()), false, 'what there was before it came is listed');
    registry.mode = new Error('away');
    await time.pass(RENEW_EVERY_MS);
    assert.equal(keeper.inDoubt(time.now()), true);
    for (const back of [HELD, NOT_HELD]) {
      registry.mode = back;
      await time.pass(RENEW_EVERY_MS);
      registry.mode = HELD;
      await time.pass(LEASE_MS - 1);
      assert.equal(keeper.inDoubt(time.now()), true);
      await time.pass(1);
      assert.equal(keeper.inDoubt(time.now()), false);
    }
  });

  it('P3: knows for a while that it stood still, whoever asks first', async () => {
    const { time, keeper } = await started();
    assert.equal(keeper.stoodStill(time.now()), false);
    time.stall(LEASE_MS + RENEW_EVERY_MS);
    assert.equal(keeper.stoodStill(time.now()), true);
    await time.pass(400);
    assert.equal(keeper.stoodStill(time.now()), true);
    await time.pass(200);
    assert.equal(keeper.stoodStill(time.now()), false);
  });

  it('L5: keeps trying while Redis is away; nothing holds the steps up, and one line is logged', async () => {
    const { time, registry, keeper, lines } = await started();
    registry.mode = new Error('away');
    for (let ms = 0; ms < 60_000; ms += 10) {
      await time.pass(10);
      assert.equal(keeper.heldUp(time.now()), undefined);
    }
    assert.equal(registry.reports.length, 240);
    assert.equal(lines.length, 1);
  }).timeout(30_000);

  it('L5: nothing holds the steps up while Redis does not answer, either', async () => {
    const { time, registry, keeper } = await started();
    registry.mode = 'silence';
    for (let ms = 0; ms < 10_000; ms += 10) {
      await time.pass(10);
      assert.equal(keeper.heldUp(time.now()), undefined);
    }
  });

  it('L5: renews before the next step after a stall, whoever comes first', async () => {
    for (const first of ['the ticks', 'its own timer'] as const) {
      const { time, registry, keeper, meter } = await started();
      await time.pass(100);
      registry.mode = 'silence';
      time.stall(LEASE_MS + 500);
      if (first === 'its own timer') await time.pass(0);
      const held = keeper.heldUp(time.now());
      assert.ok(held !== undefined, first);
      assert.equal(keeper.heldUp(time.now()), held, 'the same until it is answered');
      assert.equal(registry.reports.length, 1, 'sent once');
      registry.open[0]!.resolve(HELD);
      await held;
      assert.equal(keeper.heldUp(time.now()), undefined);
      assert.equal(meter.total('hypogeum_match_stalls_total'), 1);
      await time.pass(RENEW_EVERY_MS);
      assert.equal(registry.reports.length, 2, 'and renewals go on as before');
    }
  });

  it('L5: the answer to a renewal from before the stall does not count', async () => {
    const { time, registry, keeper } = await started();
    registry.mode = 'silence';
    await time.pass(RENEW_EVERY_MS);
    time.stall(LEASE_MS + RENEWAL_WITHIN_MS);
    registry.open[0]!.resolve(HELD);
    await settled();
    assert.equal(registry.reports.length, 2);
    assert.notEqual(keeper.heldUp(time.now()), undefined);
  });

  it('L5: a shorter stall counts when the lease ended in it; one within the lease does not', async () => {
    const late = await started();
    await late.time.pass(240);
    late.time.stall(LEASE_MS - 100);
    assert.notEqual(late.keeper.heldUp(late.time.now()), undefined);
    const short = await started();
    await short.time.pass(240);
    short.time.stall(LEASE_MS - 500);
    assert.equal(short.keeper.heldUp(short.time.now()), undefined);
  });

  it('L5: steps go on when Redis is away after the stall', async () => {
    const { time, registry, keeper } = await started();
    registry.mode = new Error('away');
    time.stall(2 * LEASE_MS);
    await keeper.heldUp(time.now());
    assert.equal(keeper.heldUp(time.now()), undefined);
  });

  it('L4, L5: rooms are listed again before they step, if the lease was lost in the stall', async () => {
    const { time, registry, keeper, world } = await started();
    const listing = Promise.withResolvers<void>();
    world.onLost = () => listing.promise;
    registry.mode = NOT_HELD;
    time.stall(2 * LEASE_MS);
    let over = false;
    const held = keeper.heldUp(time.now())!.then(() => {
      over = true;
    });
    await settled();
    assert.equal(over, false);
    listing.resolve();
    await held;
  });

  it('L6: says first that it takes no rooms, keeps its lease, and ends it at last', async () => {
    const { time, registry, keeper } = await started();
    await keeper.retire();
    assert.deepEqual(registry.reports.at(-1)!.report, { ...ME, takesRooms: false });
    await time.pass(1000);
    assert.equal(registry.reports.length, 5);
    assert.ok(registry.reports.every(({ report }) => !report.takesRooms));
    assert.deepEqual(registry.left, []);
    await Promise.all([keeper.stop(), keeper.stop()]);
    assert.deepEqual(registry.left, ['me']);
    await time.pass(5000);
    assert.equal(registry.reports.length, 5, 'and renews no more');
    assert.equal(time.timers, 0);
  });

  it('L6: stopping says so first on its own, also while another renewal is under way', async () => {
    const { time, registry, keeper } = await started();
    registry.mode = 'silence';
    await time.pass(RENEW_EVERY_MS);
    registry.mode = HELD;
    await keeper.stop();
    assert.equal(registry.reports.at(-1)!.report.takesRooms, false);
    registry.open[0]!.resolve(NOT_HELD);
    await time.pass(5000);
    assert.deepEqual([registry.reports.length, registry.left.length], [2, 1]);
  });

  it('L6: stops in bounded time when Redis is away, or silent', async () => {
    const away = await started();
    away.registry.mode = new Error('away');
    await away.keeper.stop();
    const silent = await started();
    silent.registry.mode = 'silence';
    const stopping = silent.keeper.stop();
    await silent.time.pass(RENEWAL_WITHIN_MS);
    await silent.time.pass(RENEWAL_WITHIN_MS);
    await stopping;
    assert.equal(silent.time.timers, 0);
  });
});
