import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { DeadlineHeap } from '../../src/tick/deadline-heap.ts';
import { FixedStepper } from '../../src/tick/fixed-stepper.ts';
import { PhaseSlots } from '../../src/tick/phase-slots.ts';
import { TickDriver, type TickedRoom, type WakeTimer } from '../../src/tick/tick-driver.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

const OPTIONS = { periodMs: 100, maxCatchUpSteps: 5, earlyMs: 0.75 };

describe('FixedStepper', () => {
  it('steps once a period and not before its deadline', () => {
    const stepper = new FixedStepper(OPTIONS, 1000);
    assert.equal(stepper.take(990), 0);
    assert.equal(stepper.take(1000), 1);
    assert.equal(stepper.take(1050), 0);
    assert.equal(stepper.take(1100), 1);
    assert.deepEqual([stepper.steps, stepper.caughtUp, stepper.skipped], [2, 0, 0]);
  });

  it('takes a deadline for reached within the grain of the timer', () => {
    const stepper = new FixedStepper(OPTIONS, 1000);
    assert.equal(stepper.take(999.3), 1);
    assert.equal(stepper.nextAt, 1100, 'and the grid does not move');
  });

  it('does not drift: lateness of one step is not carried to the next', () => {
    const stepper = new FixedStepper(OPTIONS, 0);
    for (let n = 0; n < 1000; n++) assert.equal(stepper.take(n * 100 + 30), 1);
    assert.equal(stepper.nextAt, 100_000);
  });

  it('catches up what it missed, up to the cap, and counts the rest as skipped', () => {
    const stepper = new FixedStepper(OPTIONS, 0);
    assert.equal(stepper.take(250), 3);
    assert.deepEqual([stepper.caughtUp, stepper.skipped, stepper.nextAt], [2, 0, 300]);
    assert.equal(stepper.take(1310), 5);
    assert.deepEqual([stepper.caughtUp, stepper.skipped, stepper.nextAt], [6, 6, 1400]);
  });

  it('gives up deadlines when it is put off, and stays on its grid', () => {
    const stepper = new FixedStepper(OPTIONS, 100);
    stepper.postponeTo(330);
    assert.deepEqual([stepper.nextAt, stepper.skipped], [400, 3]);
    stepper.postponeTo(50);
    assert.deepEqual([stepper.nextAt, stepper.skipped], [400, 3]);
  });

  it('accounts for every deadline of any sequence of visits: run or skipped, none twice', () => {
    const delays = fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(delays, (waits) => {
        const stepper = new FixedStepper(OPTIONS, 0);
        let now = 0;
        for (const wait of waits) {
          now += wait;
          assert.ok(stepper.take(now) <= OPTIONS.maxCatchUpSteps);
          assert.ok(stepper.nextAt > now, 'the next deadline lies ahead');
        }
        assert.equal((stepper.steps + stepper.skipped) * OPTIONS.periodMs, stepper.nextAt);
      }),
    );
  });
});

describe('DeadlineHeap', () => {
  it('gives the earliest first, whatever is pushed, moved and removed', () => {
    const operations = fc.array(fc.tuple(fc.constantFrom('push', 'move', 'remove'), fc.nat(1000), fc.nat(50)));
    fc.assert(
      fc.property(operations, (list) => {
        const heap = new DeadlineHeap<{ nextAt: number }>();
        const plain: { nextAt: number }[] = [];
        for (const [operation, nextAt, at] of list) applyToBoth(heap, plain, operation, nextAt, at);
      }),
    );
  });
});

function applyToBoth(
  heap: DeadlineHeap<{ nextAt: number }>,
  plain: { nextAt: number }[],
  operation: string,
  nextAt: number,
  at: number,
): void {
  const first = heap.peek();
  if (operation === 'push') {
    const item = { nextAt };
    heap.push(item);
    plain.push(item);
  } else if (operation === 'move' && first !== undefined) {
    first.nextAt += nextAt;
    heap.sinkFirst();
  } else if (operation === 'remove' && plain[at] !== undefined) {
    assert.ok(heap.remove(plain[at]));
    plain.splice(at, 1);
  }
  assert.equal(heap.size, plain.length);
  assert.equal(heap.peek()?.nextAt, plain.length > 0 ? Math.min(...plain.map((item) => item.nextAt)) : undefined);
}

describe('PhaseSlots', () => {
  it('spreads rooms evenly over the period', () => {
    const slots = new PhaseSlots(1000 / 30);
    const phases = Array.from({ length: 80 }, () => slots.firstAt(slots.take(), 0));
    const counts = new Map<number, number>();
    for (const phase of phases) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    assert.equal(counts.size, 8);
    assert.ok([...counts.values()].every((count) => count === 10));
  });

  it('fills the slots of rooms that ended first', () => {
    const slots = new PhaseSlots(40);
    const taken = Array.from({ length: 10 }, () => slots.take());
    slots.giveBack(taken[3]!);
    assert.equal(slots.take(), taken[3]);
  });

  it('starts after now, on one grid for all', () => {
    const slots = new PhaseSlots(100);
    for (const now of [0, 5, 1234.5]) {
      const at = slots.firstAt(2, now);
      assert.ok(at > now && at <= now + 100);
      assert.ok(Math.abs(((at / 100) % 1) - 2 / 16) < 1e-9);
    }
  });
});

/** A machine for the driver: time moves only when the test says so, and a wake-up fires when its time has come. */
class FakeMachine implements WakeTimer {
  time = 0;
  wakes = 0;
  #at: number | undefined;
  #wake: (() => void) | undefined;

  now(): number {
    return this.time;
  }
  wakeIn(delayMs: number, wake: () => void): void {
    this.#at = this.time + delayMs;
    this.#wake = wake;
  }
  cancel(): void {
    this.#at = undefined;
  }
  get sleeping(): boolean {
    return this.#at === undefined;
  }
  /** Lets the machine run until `end`; each wake-up comes `lateMs` late. */
  runUntil(end: number, lateMs = 0): void {
    while (this.#at !== undefined && Math.max(this.time, this.#at + lateMs) <= end) {
      this.time = Math.max(this.time, this.#at + lateMs);
      this.#at = undefined;
      this.wakes++;
      this.#wake!();
    }
    this.time = Math.max(this.time, end);
  }
}

class FakeRoom implements TickedRoom {
  readonly roomName: string;
  readonly roomId = 'id';
  readonly visits: { at: number; steps: number }[] = [];
  readonly #machine: FakeMachine;
  costMs = 0;
  constructor(machine: FakeMachine, roomName = 'fake') {
    this.#machine = machine;
    this.roomName = roomName;
  }
  visit(steps: number): void {
    this.visits.push({ at: this.#machine.time, steps });
    this.#machine.time += this.costMs;
  }
  get steps(): number {
    return this.visits.reduce((sum, visit) => sum + visit.steps, 0);
  }
}

describe('TickDriver', () => {
  const drive = (machine: FakeMachine, logger = silentLogger, meter = noMeter): TickDriver =>
    new TickDriver({ clock: machine, timer: machine, logger, meter });

  it('visits a room at its rate, exactly, over an hour', () => {
    const machine = new FakeMachine();
    const room = new FakeRoom(machine);
    drive(machine).add(room, 30);
    machine.runUntil(3_600_000, 0.4);
    assert.ok(Math.abs(room.steps - 108_000) <= 1);
    assert.ok(room.visits.every((visit) => visit.steps === 1));
  });

  it('has no timer without rooms, and one wake-up for rooms that share a phase', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    assert.ok(machine.sleeping);
    const ticking = Array.from({ length: 200 }, () => driver.add(new FakeRoom(machine), 30));
    machine.runUntil(1000);
    assert.ok(machine.wakes <= 8 * 31, `${machine.wakes} wake-ups for 6,000 steps`);
    for (const one of ticking) one.stop();
    assert.ok(machine.sleeping);
    assert.equal(driver.rooms, 0);
  });

  it('steps rooms of different rates each at its own', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = [10, 20, 30, 60].map((rate) => ({ rate, room: new FakeRoom(machine) }));
    for (const { rate, room } of rooms) driver.add(room, rate);
    machine.runUntil(10_000);
    for (const { rate, room } of rooms) assert.ok(Math.abs(room.steps - rate * 10) <= 1, `${rate}/s: ${room.steps}`);
  });

  it('catches up after a stall in one visit, capped and counted', () => {
    const machine = new FakeMachine();
    const counters = createCounters();
    const room = new FakeRoom(machine);
    drive(machine, silentLogger, counters).add(room, 10);
    machine.runUntil(1000);
    machine.time = 2050;
    machine.runUntil(2050);
    assert.equal(room.visits.at(-1)!.steps, 5);
    assert.equal(counters.total('hypogeum_tick_caught_up_total'), 4);
    assert.equal(counters.total('hypogeum_tick_skipped_total', { room: 'fake' }), 5);
  });

  it('names a room that is too heavy and leaves half of the time to the others', () => {
    const machine = new FakeMachine();
    const lines: LogLine[] = [];
    const driver = drive(machine, recordingLogger(lines));
    const heavy = new FakeRoom(machine, 'heavy');
    heavy.costMs = 80;
    const light = new FakeRoom(machine, 'light');
    driver.add(heavy, 30);
    driver.add(light, 30);
    machine.runUntil(30_000);
    const share = (heavy.visits.length * heavy.costMs) / 30_000;
    assert.ok(share > 0.3 && share <= 0.55, `the heavy room takes ${share} of the time`);
    assert.ok(light.steps > 30 * 30 * 0.95, `the light one makes its steps: ${light.steps}`);
    const named = lines.filter((line) => line.fields.room === 'heavy');
    assert.ok(named.length >= 1 && named.length <= 4, 'named at most every ten seconds');
  });

  it('hands the turn to the sockets when it gets long, and goes on after', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = Array.from({ length: 50 }, () => new FakeRoom(machine));
    for (const room of rooms) {
      room.costMs = 3;
      driver.add(room, 1);
    }
    machine.runUntil(5000);
    assert.ok(machine.wakes >= (50 * 3 * 4) / 13, 'no turn runs much over ten milliseconds');
    assert.ok(rooms.every((room) => room.steps >= 4));
  });

  it('keeps the others going when a room fails outside its callbacks, or stops itself in its step', () => {
    const machine = new FakeMachine();
    const lines: LogLine[] = [];
    const driver = drive(machine, recordingLogger(lines));
    driver.add({ roomName: 'broken', roomId: 'b', visit: () => assert.fail('broken') }, 30);
    const once = driver.add({ roomName: 'once', roomId: 'o', visit: () => once.stop() }, 30);
    const room = new FakeRoom(machine);
    driver.add(room, 30);
    machine.runUntil(1000);
    assert.ok(room.steps >= 29);
    assert.equal(driver.rooms, 2);
    assert.ok(lines.some((line) => line.fields.room === 'broken'));
    once.stop();
  });
});
