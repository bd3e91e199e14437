import assert from 'node:assert/strict';
import { checkLookups, formatLookups, summarizeLookups } from '../../loadtest/bench/matchmaking-figures.ts';
import type { LookupRound, LookupRounds } from '../../loadtest/bench/matchmaking-lookups.ts';

const machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 };

/** Lookups of so many microseconds of CPU each, half of it in Redis. */
function round(us: number, times: number, clients = 15 * times, missed = 0): LookupRound {
  const looks = { times, cpuUs: (us * times) / 2, wallMs: (us * times) / 1000, clients, missed };
  return { looks, redisCpuUs: (us * times) / 2 };
}

function size(rooms: number, indexUs: readonly number[], stockUs: readonly number[]): LookupRounds['sizes'][number] {
  return { rooms, rounds: indexUs.map((us, i) => ({ index: round(us, 100), stock: round(stockUs[i]!, 4) })) };
}

const failing = (rounds: LookupRounds): string[] =>
  checkLookups(summarizeLookups(rounds)).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('bench matchmaking: figures of lookups', () => {
  it('are the medians of the rounds; ratios are taken within a round', () => {
    const figures = summarizeLookups({ sizes: [size(10_000, [200, 400, 600], [40_000, 40_000, 60_000])], machine });
    const [{ index, stock, cheaper }] = figures.sizes as [(typeof figures.sizes)[number]];
    assert.deepEqual(index, { clientUs: 200, redisUs: 200, cpuUs: 400, timeUs: 400 });
    assert.equal(stock.cpuUs, 40_000);
    assert.equal(cheaper, 100);
    assert.equal(figures.growth, undefined);
  });

  it('miss what is promised: 100 times at 10,000 rooms, growth, equal rooms', () => {
    const good = [size(100, [300], [600]), size(10_000, [300], [30_000]), size(100_000, [450], [600_000])];
    assert.deepEqual(failing({ sizes: good, machine }), []);
    const dear = [size(100, [300], [600]), size(10_000, [301], [30_000]), size(100_000, [451], [600_000])];
    assert.deepEqual(failing({ sizes: dear, machine }), ['lookup-10000', 'lookup-growth']);
    const different = { rooms: 100, rounds: [{ index: round(300, 100), stock: round(600, 4, 4) }] };
    assert.deepEqual(failing({ sizes: [different], machine }), ['lookup-same']);
    const empty = { rooms: 100, rounds: [{ index: round(300, 100, 0, 100), stock: round(600, 4, 0, 4) }] };
    assert.deepEqual(failing({ sizes: [empty], machine }), ['lookup-found'], 'to find nothing is cheap');
  });

  it('are told for every size', () => {
    const text = formatLookups(summarizeLookups({ sizes: [size(100, [300], [600])], machine }));
    assert.match(text, /100 rooms {2}claim and release {2}CPU 300 us/);
    assert.match(text, /stock findOne .* 2 times the CPU/);
  });
});
