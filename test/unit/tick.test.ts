import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { FixedStepper } from '../../src/tick/fixed-stepper.ts';
import { type Phase, Phases } from '../../src/tick/phases.ts';
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
    assert.equal(stepper.skipped, 0);
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
    assert.deepEqual([stepper.skipped, stepper.nextAt], [0, 300]);
    assert.equal(stepper.take(1310), 5);
    assert.deepEqual([stepper.skipped, stepper.nextAt], [6, 1400]);
  });

  it('accounts for every deadline of any sequence of visits: run or skipped, none twice', () => {
    const delays = fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(delays, (waits) => {
        const stepper = new FixedStepper(OPTIONS, 0);
        let now = 0;
        let steps = 0;
        for (const wait of waits) {
          now += wait;
          const run = stepper.take(now);
          steps += run;
          assert.ok(run <= OPTIONS.maxCatchUpSteps);
          assert.ok(stepper.nextAt > now, 'the next deadline lies ahead');
        }
        assert.equal((steps + stepper.skipped) * OPTIONS.periodMs, stepper.nextAt);
      }),
    );
  });
});

describe('Phases', () => {
  const phases = () => new Phases<string>({ ...OPTIONS, periodMs: 1000 / 30 });
  /** Lets a phase run, each run taking so many milliseconds; returns how many rooms moved away. */
  const run = (all: Phases<string>, phase: Phase<string>, costs: number[]): number => {
    let moved = 0;
    for (const cost of costs) {
      phase.running = cost;
      phase.ran();
      moved += all.balance(phase, 0)?.rooms.length ?? 0;
    }
    return moved;
  };

  it('gathers rooms in one phase as long as they are quick together', () => {
    const all = phases();
    const used = new Set(Array.from({ length: 80 }, (_, i) => all.add(`room ${i}`, 0)));
    assert.equal(used.size, 1);
  });

  it('puts new rooms elsewhere when a phase is full', () => {
    const all = phases();
    const first = all.add('a', 0);
    first.cost = 5;
    const second = all.add('b', 0);
    assert.notEqual(second, first);
    assert.ok(second.stepper.nextAt > 0);
  });

  it('starts after now, on one grid for all, also when a phase stood empty', () => {
    const all = phases();
    const before = all.add('first', 0).stepper.nextAt;
    all.earliest()!.remove('first');
    const phase = all.add('second', 123_456.7);
    assert.ok(phase.stepper.nextAt > 123_456.7 && phase.stepper.nextAt < 123_456.7 + 35);
    const periods = ((phase.stepper.nextAt - before) * 30) / 1000;
    assert.ok(Math.abs(periods - Math.round(periods)) < 1e-6);
  });

  it('moves rooms for a load that lasts, not for single slow runs', () => {
    const all = phases();
    const phase = all.add('a', 0);
    all.add('b', 0);
    const spiky = Array.from({ length: 300 }, (_, i) => (i % 30 === 29 ? 20 : 0.8));
    assert.equal(run(all, phase, spiky), 0);
    assert.equal(run(all, phase, new Array(50).fill(3)), 1);
  });

  it('waits longer after each move of a phase', () => {
    const all = phases();
    const phase = all.add('a', 0);
    for (const room of ['b', 'c', 'd', 'e', 'f']) all.add(room, 0);
    const runsUntilMove = (): number => {
      for (let runs = 1; ; runs++) if (run(all, phase, [phase.rooms.length]) > 0) return runs;
    };
    const waits = [runsUntilMove(), runsUntilMove(), runsUntilMove()];
    assert.ok(waits[1]! >= 20 && waits[2]! >= 40, waits.join(', '));
  });

  it('gives the phase that is due first; one that was interrupted comes before all', () => {
    const all = phases();
    const first = all.add('a', 0);
    first.cost = 5;
    const second = all.add('b', 0);
    assert.equal(all.earliest(), first.dueAt < second.dueAt ? first : second);
    const later = first.dueAt < second.dueAt ? second : first;
    later.steps = 1;
    assert.equal(all.earliest(), later);
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
  onVisit: (() => void) | undefined;
  constructor(machine: FakeMachine, roomName = 'fake') {
    this.#machine = machine;
    this.roomName = roomName;
  }
  visit(steps: number): void {
    this.visits.push({ at: this.#machine.time, steps });
    this.#machine.time += this.costMs;
    this.onVisit?.();
    this.onVisit = undefined;
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

  it('has no timer without rooms, and one wake-up a period for all that are idle', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    assert.ok(machine.sleeping);
    const ticking = Array.from({ length: 200 }, () => driver.add(new FakeRoom(machine), 30));
    machine.runUntil(1000);
    assert.ok(machine.wakes <= 31, `${machine.wakes} wake-ups for 6,000 steps`);
    for (const one of ticking) one.stop();
    assert.ok(machine.sleeping);
    assert.equal(driver.rooms, 0);
  });

  it('spreads rooms that cost time over the period, each keeping its rate, and lets them be then', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = Array.from({ length: 200 }, () => new FakeRoom(machine));
    for (const room of rooms) {
      room.costMs = 0.1;
      driver.add(room, 30);
    }
    machine.runUntil(20_000);
    const phaseOf = (room: FakeRoom): number => Math.round(((room.visits.at(-1)!.at * 30) / 1000) * 8) % 8;
    const before = rooms.map((room) => room.visits.length);
    const shares = new Map<number, number>();
    for (const room of rooms) shares.set(phaseOf(room), (shares.get(phaseOf(room)) ?? 0) + 1);
    assert.ok(shares.size >= 6, `${shares.size} phases`);
    for (const room of rooms) assert.ok(Math.abs(room.steps - 600) <= 6, `${room.steps} steps in 20 s`);
    machine.runUntil(60_000);
    rooms.forEach((room, i) => {
      const settled = room.visits.slice(before[i]! + 1);
      const intervals = settled.slice(1).map((visit, n) => visit.at - settled[n]!.at);
      assert.ok(
        intervals.every((ms) => Math.abs(ms - 1000 / 30) < 3),
        'and is not moved again',
      );
    });
  });

  it('brings rooms together again when they have become idle', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = Array.from({ length: 100 }, () => new FakeRoom(machine));
    for (const room of rooms) {
      room.costMs = 0.2;
      driver.add(room, 30);
    }
    machine.runUntil(20_000);
    for (const room of rooms) room.costMs = 0;
    machine.runUntil(40_000);
    const before = machine.wakes;
    machine.runUntil(50_000);
    assert.ok(machine.wakes - before <= 301, `${machine.wakes - before} wake-ups in 10 s`);
    for (const room of rooms) assert.ok(Math.abs(room.steps - 1500) <= 8, `${room.steps} steps in 50 s`);
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

  it('lets a room that is too heavy go on at once when it is alone', () => {
    const machine = new FakeMachine();
    const heavy = new FakeRoom(machine, 'heavy');
    heavy.costMs = 60;
    drive(machine).add(heavy, 20);
    machine.runUntil(10_000);
    assert.ok(heavy.visits.length * heavy.costMs > 9500, `${heavy.visits.length} visits`);
    assert.ok(Math.abs(heavy.steps - 200) <= 3, `and makes its steps: ${heavy.steps}`);
    assert.ok(machine.wakes >= heavy.visits.length, 'with a turn for the sockets after each visit');
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

  it('lets rooms that are due go before other work of the same turn, once', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const room = new FakeRoom(machine);
    driver.add(room, 10);
    machine.runUntil(250);
    const before = room.steps;
    // Sockets bring work of 5 ms a piece, and no timer fires meanwhile.
    for (let piece = 0; piece < 40; piece++) {
      driver.goFirst();
      machine.time += 5;
    }
    const [first, second] = room.visits.slice(before);
    assert.ok(second !== undefined && second.at - first!.at <= 105, JSON.stringify(room.visits.slice(before)));
    assert.ok(first!.steps === 1 && second.steps === 1);
    machine.runUntil(1000);
    assert.ok(Math.abs(room.steps - 10) <= 1, `${room.steps}`);
  });

  it('keeps the turn of the sockets for the sockets, who ask before each piece', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = Array.from({ length: 50 }, () => new FakeRoom(machine));
    for (const room of rooms) {
      room.costMs = 3;
      driver.add(room, 10);
    }
    machine.runUntil(1000);
    const visits = () => rooms.reduce((sum, room) => sum + room.visits.length, 0);
    const before = visits();
    for (let piece = 0; piece < 100; piece++) driver.goFirst();
    assert.ok(visits() - before <= 5, `${visits() - before} visits before 100 pieces of work`);
  });

  it('gives sockets as long as the rooms had, at most a turn, also when rooms are due at once', () => {
    for (const [rateHz, costMs, waitsMs] of [
      [20, 47, 10],
      [20, 150, 10],
      [200, 4, 4],
    ] as const) {
      const machine = new FakeMachine();
      const driver = drive(machine);
      const room = new FakeRoom(machine);
      room.costMs = costMs;
      driver.add(room, rateHz);
      machine.runUntil(1000);
      const [visits, from] = [room.visits.length, machine.time];
      // So much was sent meanwhile that sockets could go on for long.
      while (room.visits.length === visits) {
        machine.time += 1;
        driver.goFirst();
      }
      const waited = room.visits[visits]!.at - from;
      assert.ok(Math.abs(waited - waitsMs) <= 1, `at ${rateHz} a second, each ${costMs} ms, after ${waited} ms`);
    }
  });

  it('is not woken from within a visit', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const room = new FakeRoom(machine);
    driver.add(room, 10);
    machine.runUntil(50);
    room.onVisit = () => {
      machine.time += 500;
      driver.goFirst();
    };
    machine.runUntil(150);
    assert.equal(room.visits.length, 1);
  });

  it('visits each room once a deadline, whoever joins or leaves in the middle of a turn', () => {
    const machine = new FakeMachine();
    const driver = drive(machine);
    const rooms = Array.from({ length: 60 }, () => new FakeRoom(machine));
    const ticking = rooms.map((room) => driver.add(room, 30));
    const extra: FakeRoom[] = [];
    rooms[7]!.onVisit = () => {
      ticking[0]!.stop();
      ticking[7]!.stop();
      ticking[59]!.stop();
      extra.push(new FakeRoom(machine));
      driver.add(extra[0]!, 30);
    };
    machine.runUntil(1000);
    const expected = new Set([rooms[0], rooms[7], rooms[59]]);
    for (const room of rooms) {
      if (expected.has(room)) assert.ok(room.steps <= 1);
      else assert.ok(Math.abs(room.steps - 30) <= 1, `${room.steps} steps`);
    }
    assert.ok(Math.abs(extra[0]!.steps - 29) <= 1);
    assert.ok(extra[0]!.visits.every((visit) => visit.steps === 1));
    assert.equal(driver.rooms, 58);
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

  it('lets no room step while the process is held up, and goes on as soon as it is not', async () => {
    const machine = new FakeMachine();
    const gate = Promise.withResolvers<void>();
    const held = { up: undefined as Promise<void> | undefined };
    const deps = { clock: machine, timer: machine, logger: silentLogger, meter: noMeter };
    const driver = new TickDriver({ ...deps, heldUp: () => held.up });
    const room = new FakeRoom(machine);
    driver.add(room, 10);
    machine.runUntil(1000);
    held.up = gate.promise;
    machine.time = 5000;
    machine.runUntil(5100);
    const other = driver.add(new FakeRoom(machine), 60);
    machine.runUntil(5200);
    other.stop();
    assert.ok(room.visits.every(({ at }) => at <= 1000));
    held.up = undefined;
    gate.resolve();
    await gate.promise;
    machine.runUntil(5201);
    assert.deepEqual(room.visits.at(-1), { at: 5200, steps: 5 });
    machine.runUntil(6000);
    assert.ok(room.steps >= 10 + 5 + 7);
  });

  it('steps after a quarter of a second, whatever holds it up, and does not wait for the same thing again', async () => {
    const machine = new FakeMachine();
    const gate = Promise.withResolvers<void>();
    const held = { up: undefined as Promise<void> | undefined };
    const deps = { clock: machine, timer: machine, logger: silentLogger, meter: noMeter };
    const room = new FakeRoom(machine);
    new TickDriver({ ...deps, heldUp: () => held.up }).add(room, 10);
    machine.runUntil(1000);
    held.up = gate.promise;
    machine.runUntil(3000);
    assert.equal(room.visits.at(-1)?.at, 3000);
    assert.deepEqual(
      room.visits.filter(({ at }) => at > 1000 && at < 1500).map(({ at }) => at),
      [1350, 1400],
    );
    gate.resolve();
    await gate.promise;
    const before = room.steps;
    machine.runUntil(4000);
    assert.equal(room.steps - before, 10, 'and its end changes nothing any more');
  });
});
