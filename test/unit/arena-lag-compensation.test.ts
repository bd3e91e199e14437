/** A shot hits what its shooter saw, up to 250 ms back: Colyseus's Rewind over the arena's simulation, time stepped. */
import assert from 'node:assert/strict';
import { Rewind } from '@colyseus/core';
import { Button, MAX_HEALTH, MAX_REWIND_MS, TICK_RATE } from '../../rooms/arena/rules.ts';
import { act, type SeenAt } from '../../rooms/arena/simulation.ts';
import type { Player } from '../../rooms/arena/state.ts';
import { inputOf, place, testMatch } from '../support/arena-match.ts';

const TICK_MS = 1000 / TICK_RATE;
/** A row with nothing in it, at the lower edge. */
const Y = 1330;
const SHOOT = inputOf({ buttons: Button.fire });

/** A target that runs away from the line of fire, recorded for a second as a room records it; the shooter does not move. */
function recorded() {
  const test = testMatch();
  const shooter = place(test.match, 'a', 600, Y);
  const target = place(test.match, 'b', 900, Y - 310) as Player;
  let renderTime = 0;
  const rewind = Rewind.get({}, { maxRewindMs: MAX_REWIND_MS });
  rewind.attachAll(test.state.players, { fields: ['x', 'y'] });
  rewind.bindRenderTime(() => renderTime);
  let now = 1000;
  for (; now < 2000; now += TICK_MS) {
    target.y += 10;
    rewind.record(now, TICK_MS);
  }
  const newest = now - TICK_MS;
  const seenAt: SeenAt = (id, other) => rewind.lastSeenBy(id).read(other, ['x', 'y']);

  /** Shoots at where the target was `agoMs` ago, having seen the world of `seenMs` ago; true if that hit. */
  const shoot = (agoMs: number, seenMs: number): boolean => {
    renderTime = newest - seenMs;
    target.health = MAX_HEALTH;
    shooter.gunCooldown = 0;
    const was = target.y - (10 * agoMs) / TICK_MS;
    const aim = Math.atan2(was - Y, target.x - shooter.x);
    act(test.match, 'a', shooter, { ...SHOOT, aim }, seenAt);
    return target.health < MAX_HEALTH;
  };
  return { shoot };
}

describe('arena: lag compensation', () => {
  for (const ms of [50, 100, 150, 200, 250]) {
    it(`hits the place where the target was seen ${ms} ms ago`, () => {
      assert.equal(recorded().shoot(ms, ms), true);
    });
  }

  it('misses that place when the shooter saw the present', () => {
    assert.equal(recorded().shoot(200, 0), false);
    assert.equal(recorded().shoot(0, 0), true);
  });

  it('looks no further back than 250 ms, whatever the shooter claims to have seen', () => {
    assert.equal(recorded().shoot(500, 500), false);
    assert.equal(recorded().shoot(250, 500), true, 'it is judged at the cap');
    assert.equal(recorded().shoot(250, 1e9), false, 'a render time before all time is not in step: judged now');
    assert.equal(recorded().shoot(0, 1e9), true);
  });

  it('a claim to see the future is judged at the present', () => {
    assert.equal(recorded().shoot(0, -10_000), true);
    assert.equal(recorded().shoot(200, -10_000), false);
  });
});
