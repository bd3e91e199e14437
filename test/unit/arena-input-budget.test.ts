/** One step a tick, whatever is sent; late inputs are made up for, silence is not. */
import assert from 'node:assert/strict';
import {
  BURST_TICKS,
  EARLY_INPUTS,
  INPUT_BUFFER_SIZE,
  InputBudget,
  type InputQueue,
} from '../../rooms/arena/input-budget.ts';
import { createRandom } from '../../src/kernel/random.ts';

/** Stands for Colyseus's accessor: numbered inputs, the oldest dropped when it is full. */
class Queue implements InputQueue<number> {
  readonly #items: number[] = [];
  #sent = 0;

  send(count: number): void {
    for (let i = 0; i < count; i++) this.#items.push(this.#sent++);
    while (this.#items.length > INPUT_BUFFER_SIZE) this.#items.shift();
  }

  get size(): number {
    return this.#items.length;
  }

  next(): number | undefined {
    return this.#items.shift();
  }
}

interface Ran {
  used: number[];
  idle: number;
}

class Line {
  readonly queue = new Queue();
  readonly budget = new InputBudget();
  used: number[] = [];
  idle = 0;

  /** One tick into which `arriving` inputs came. */
  tick(arriving: number): Ran {
    const ran: Ran = { used: [], idle: 0 };
    this.queue.send(arriving);
    this.budget.grant(this.queue);
    for (let input = this.budget.take(this.queue); input !== undefined; input = this.budget.take(this.queue)) {
      ran.used.push(input);
    }
    if (this.budget.takeIdle()) ran.idle++;
    this.used.push(...ran.used);
    this.idle += ran.idle;
    return ran;
  }

  ticks(count: number, arriving: number): void {
    for (let i = 0; i < count; i++) this.tick(arriving);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('arena: the input budget', () => {
  it('uses one input a tick, in order, as it comes', () => {
    const line = new Line();
    for (let i = 0; i < 100; i++) assert.deepEqual(line.tick(1), { used: [i], idle: 0 });
  });

  it('ten times the inputs make not one step more', () => {
    const line = new Line();
    line.ticks(300, 10);
    assert.equal(line.used.length, 300);
    assert.ok(line.queue.size <= EARLY_INPUTS, 'and what is too much does not pile up');
  });

  it('uses every input of a line that delivers in bunches', () => {
    const line = new Line();
    for (let i = 0; i < 50; i++) {
      line.ticks(BURST_TICKS - 1, 0);
      line.tick(BURST_TICKS);
    }
    assert.deepEqual(line.used, upTo(50 * BURST_TICKS));
    assert.equal(line.idle, 0);
  });

  it('uses every input of a random jitter up to the burst, each once and in order', () => {
    const random = createRandom(3);
    const line = new Line();
    let owed = 0;
    let gap = 0;
    for (let i = 0; i < 2000; i++) {
      owed++;
      const delivers = gap === BURST_TICKS || random.next() < 0.4;
      line.tick(delivers ? owed : 0);
      gap = delivers ? 0 : gap + 1;
      if (delivers) owed = 0;
    }
    line.tick(owed);
    assert.deepEqual(line.used, upTo(2000));
    assert.equal(line.idle, 0);
  });

  it('lets an early bunch wait for its ticks', () => {
    const line = new Line();
    line.ticks(10, 1);
    line.tick(1 + EARLY_INPUTS);
    line.ticks(EARLY_INPUTS, 0);
    assert.deepEqual(line.used, upTo(11 + EARLY_INPUTS));
  });

  it('steps a silent body without inputs, but only once the burst is over', () => {
    const line = new Line();
    line.ticks(10, 1);
    for (let i = 0; i < BURST_TICKS; i++) assert.equal(line.tick(0).idle, 0);
    for (let i = 0; i < 100; i++) assert.equal(line.tick(0).idle, 1);
  });

  it('steps taken in silence are not taken again when the inputs come after all', () => {
    const line = new Line();
    line.ticks(10, 1);
    const silent = BURST_TICKS + 4;
    line.ticks(silent, 0);
    line.tick(silent + 1);
    line.ticks(80, 1);
    const ticks = 10 + silent + 1 + 80;
    assert.equal(line.used.length + line.idle, ticks, 'as many steps as ticks');
    assert.equal(line.used.at(-1), ticks - 1, 'and no latency is left behind');
  });

  it('never makes more steps than ticks, whatever comes', () => {
    const random = createRandom(9);
    const line = new Line();
    for (let tick = 1; tick <= 5000; tick++) {
      line.tick(random.next() < 0.3 ? random.int(30) : 0);
      assert.ok(line.used.length + line.idle <= tick);
    }
  });

  it('a queue that stands is not kept as latency', () => {
    const line = new Line();
    line.ticks(5, 1);
    line.tick(2);
    assert.equal(line.queue.size, 1);
    line.ticks(60, 1);
    assert.equal(line.queue.size, 0);
  });
});
