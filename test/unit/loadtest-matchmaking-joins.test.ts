import assert from 'node:assert/strict';
import { checkJoins, doubtJoins, formatJoins, summarizeJoins } from '../../loadtest/bench/matchmaking-join-figures.ts';
import type { HalfTurn, JoinRound, JoinRounds } from '../../loadtest/bench/matchmaking-joins.ts';

const machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 };

function half(seatsPerSecond: number, joiner = 0.1): HalfTurn {
  return {
    joins: {
      seats: seatsPerSecond * 3,
      refused: 0,
      wallMs: 3000,
      p50: 500 / seatsPerSecond,
      p99: 2000 / seatsPerSecond,
    },
    cpu: { server: 0.9, redis: 0.2, joiner },
  };
}

/** Seats a second, sequential and concurrent. */
function round(stock: readonly [number, number], hypogeum: readonly [number, number]): JoinRound {
  const turn = ([sequential, concurrent]: readonly [number, number]) => ({
    sequential: half(sequential),
    concurrent: half(concurrent),
  });
  return { stock: turn(stock), hypogeum: turn(hypogeum) };
}

const LISTED = { stock: 5000, hypogeum: 5000 };

function joins(rounds: readonly JoinRound[], listed = LISTED): JoinRounds {
  return { openRooms: 5000, warmUp: round([20, 100], [100, 200]), rounds, listed, machine };
}

const failing = (rounds: JoinRounds): string[] =>
  checkJoins(summarizeJoins(rounds)).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('bench matchmaking: figures of joins', () => {
  it('are the medians of the rounds, the warm-up apart; ratios are taken within a round', () => {
    const rounds = [round([40, 400], [800, 4000]), round([50, 400], [500, 800]), round([20, 400], [600, 1200])];
    const { halves, warmUp } = summarizeJoins(joins(rounds));
    assert.equal(halves.sequential.stock.seatsPerSecond, 40);
    assert.equal(halves.sequential.hypogeum.seatsPerSecond, 600);
    assert.equal(halves.sequential.times, 20);
    assert.equal(halves.concurrent.times, 3);
    assert.equal(halves.sequential.stock.p99Ms, 50);
    assert.equal(warmUp.sequential.times, 5);
  });

  it('miss what is promised: 15 times stock one by one, no less than stock at once, no refusals, no new rooms', () => {
    assert.deepEqual(failing(joins([round([40, 400], [600, 400])])), []);
    assert.deepEqual(failing(joins([round([40, 400], [597, 399])])), ['joins-sequential', 'joins-concurrent']);
    for (const listed of [
      { ...LISTED, stock: 5001 },
      { stock: 4999, hypogeum: 5001 },
    ])
      assert.deepEqual(failing(joins([round([40, 400], [600, 400])], listed)), ['joins-rooms']);
    const good = round([40, 400], [600, 400]);
    const { concurrent } = good.hypogeum;
    const refused = { ...concurrent, joins: { ...concurrent.joins, refused: 2, refusal: '503 {}' } };
    const bad = joins([{ ...good, hypogeum: { ...good.hypogeum, concurrent: refused } }]);
    assert.deepEqual(failing(bad), ['joins-refused']);
    assert.match(formatJoins(summarizeJoins(bad)), /2 refused: 503 \{\}/);
  });

  it('are doubted where the joiner was at its limit', () => {
    const good = round([40, 400], [600, 4000]);
    const busy = { ...good, hypogeum: { ...good.hypogeum, concurrent: half(4000, 0.9) } };
    assert.deepEqual(doubtJoins(summarizeJoins(joins([good]))), []);
    assert.match(doubtJoins(summarizeJoins(joins([busy])))[0]!, /^concurrent joins at Hypogeum: the joiner/);
  });

  it('are told with what the warm-up did', () => {
    const text = formatJoins(summarizeJoins(joins([round([40, 400], [800, 4000])])));
    assert.match(text, /warm-up +joinOrCreate, 1 at once +stock +20 seats\/s/);
    assert.match(text, /5000 open rooms +joinOrCreate, 1 at once +stock +40 seats\/s +p50 12.5 ms +p99 50.0 ms/);
    assert.match(text, /Hypogeum +4000 seats\/s .* 10.0 times/);
  });
});
