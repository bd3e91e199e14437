/** Shots, rockets, what they do to whom, and who gets the points. */
import assert from 'node:assert/strict';
import { HEIGHT, WALLS, WIDTH } from '../../rooms/arena/map.ts';
import {
  BODY_RADIUS,
  Button,
  DASH_SPEED,
  GUN_DAMAGE,
  GUN_RANGE,
  MAX_HEALTH,
  RESPAWN_TICKS,
  ROCKET_LIFE_TICKS,
  SCORE_KILL,
  SCORE_SUICIDE,
  SELF_SPLASH_FACTOR,
  SPLASH_DAMAGE,
  SPLASH_RADIUS,
} from '../../rooms/arena/rules.ts';
import {
  act,
  advance,
  canSee,
  type Fighter,
  leaveMatch,
  type Match,
  raycastCircle,
  traceShot,
} from '../../rooms/arena/simulation.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { type ArenaEvent, inputOf, place, testMatch } from '../support/arena-match.ts';

/** A row without walls across the arena: nothing stands between 560 and 1440 at this height. */
const OPEN_Y = 480;

const SHOOT = inputOf({ buttons: Button.fire });
const ROCKET = inputOf({ buttons: Button.rocket });

const ofType = <T extends ArenaEvent['type']>(events: ArenaEvent[], type: T): Extract<ArenaEvent, { type: T }>[] =>
  events.filter((event): event is Extract<ArenaEvent, { type: T }> => event.type === type);

function fly(match: Match, ticks: number): void {
  for (let i = 0; i < ticks; i++) advance(match);
}

function flyUntilBurst(match: Match): number {
  let ticks = 0;
  for (; match.world.rockets.size > 0; ticks++) {
    assert.ok(ticks <= ROCKET_LIFE_TICKS, 'a rocket bursts within its life');
    advance(match);
  }
  return ticks;
}

describe('arena: lines', () => {
  it('a shot ends at the first wall, at the edge, or at its range', () => {
    const wall = WALLS[2]!;
    const y = wall.y + 10;
    assert.equal(traceShot(wall.x - 100, y, 0, GUN_RANGE), 100);
    assert.ok(Math.abs(traceShot(wall.x + wall.w + 100, y, Math.PI, GUN_RANGE) - 100) < 1e-9);
    assert.ok(Math.abs(traceShot(100, 50, Math.PI, GUN_RANGE) - 100) < 1e-9);
    assert.ok(Math.abs(traceShot(100, 50, 1.5 * Math.PI, GUN_RANGE) - 50) < 1e-9);
    assert.equal(traceShot(600, OPEN_Y, 0, 300), 300);
  });

  it('agrees with walking along the ray in small steps, from 300 random places at random angles', () => {
    const random = createRandom(5);
    const blocked = (x: number, y: number): boolean =>
      x <= 0 ||
      y <= 0 ||
      x >= WIDTH ||
      y >= HEIGHT ||
      WALLS.some((w) => x > w.x && x < w.x + w.w && y > w.y && y < w.y + w.h);
    for (let i = 0; i < 300; ) {
      const x = random.next() * WIDTH;
      const y = random.next() * HEIGHT;
      if (blocked(x, y)) continue;
      i++;
      const angle = random.next() * Math.PI * 2;
      const distance = traceShot(x, y, angle, GUN_RANGE);
      for (let d = 0; d < distance - 0.01; d += 1) {
        assert.ok(
          !blocked(x + Math.cos(angle) * d, y + Math.sin(angle) * d),
          `flew through a wall after ${d} of ${distance}`,
        );
      }
      if (distance === GUN_RANGE) continue;
      assert.ok(
        blocked(x + Math.cos(angle) * (distance + 0.01), y + Math.sin(angle) * (distance + 0.01)),
        'stopped early',
      );
    }
  });

  it('a circle is met at its near side, missed beside it and behind, and met at once from inside', () => {
    assert.equal(raycastCircle(0, 0, 1, 0, 100, 0, 20), 80);
    assert.equal(raycastCircle(0, 0, 1, 0, 100, 21, 20), Number.POSITIVE_INFINITY);
    assert.equal(raycastCircle(0, 0, 1, 0, -100, 0, 20), Number.POSITIVE_INFINITY);
    assert.equal(raycastCircle(0, 0, 1, 0, 10, 0, 20), 0);
  });

  it('sight goes through no wall, in either direction', () => {
    const wall = WALLS[2]!;
    const [left, right, y] = [wall.x - 40, wall.x + wall.w + 40, wall.y + wall.h / 2];
    assert.equal(canSee(left, y, right, y), false);
    assert.equal(canSee(right, y, left, y), false);
    assert.equal(canSee(left, y, left, y + 60), true);
  });
});

describe('arena: the gun', () => {
  it('takes health from whom it hits, and tells both', () => {
    const { match, events } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 900, OPEN_Y);
    act(match, 'a', shooter, SHOOT);
    assert.equal(victim.health, MAX_HEALTH - GUN_DAMAGE);
    assert.deepEqual(ofType(events, 'hit'), [
      { type: 'hit', by: 'a', victim: 'b', damage: GUN_DAMAGE, x: 900, y: OPEN_Y },
    ]);
    assert.deepEqual(ofType(events, 'hurt'), [
      { type: 'hurt', victim: 'b', by: 'a', damage: GUN_DAMAGE, x: 600, y: OPEN_Y },
    ]);
  });

  it('shows where the shot ended, whether it hit or not', () => {
    const { match } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    place(match, 'b', 900, OPEN_Y);
    act(match, 'a', shooter, SHOOT);
    assert.deepEqual([shooter.shots, shooter.shotX, shooter.shotY], [1, 900 - BODY_RADIUS, OPEN_Y]);
    shooter.gunCooldown = 0;
    shooter.shots = 255;
    act(match, 'a', shooter, inputOf({ buttons: Button.fire, aim: Math.PI }));
    assert.equal(shooter.shots, 0, 'the counter wraps');
    assert.equal(shooter.shotX, Math.round(600 - traceShot(600, OPEN_Y, Math.PI, GUN_RANGE)));
  });

  it('hits the first body in line only, never through a wall, never the dead, never beyond its range', () => {
    const { match } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const dead = place(match, 'dead', 700, OPEN_Y);
    dead.alive = false;
    const near = place(match, 'near', 800, OPEN_Y);
    const far = place(match, 'far', 900, OPEN_Y);
    act(match, 'a', shooter, SHOOT);
    assert.deepEqual([dead.health, near.health, far.health], [100, 88, 100]);

    const wall = WALLS[2]!;
    const behind = place(match, 'behind', wall.x + wall.w + 60, wall.y + 50);
    const blind = place(match, 'blind', wall.x - 60, wall.y + 50);
    act(match, 'blind', blind, SHOOT);
    assert.equal(behind.health, 100);

    const long = place(match, 'long', 400, 1330);
    const distant = place(match, 'distant', 400 + GUN_RANGE + BODY_RADIUS + 1, 1330);
    act(match, 'long', long, SHOOT);
    assert.equal(distant.health, 100);
  });

  it('is judged where the shooter saw the target, not where it is', () => {
    const { match } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const moved = place(match, 'b', 900, OPEN_Y + 200);
    act(match, 'a', shooter, SHOOT);
    assert.equal(moved.health, 100, 'it is not there now');
    shooter.gunCooldown = 0;
    const asked: [string, Fighter][] = [];
    act(match, 'a', shooter, SHOOT, (id, target) => {
      asked.push([id, target]);
      return { x: 900, y: OPEN_Y };
    });
    assert.equal(moved.health, 88, 'but it was there on the screen of the shooter');
    assert.deepEqual(asked, [['a', moved]]);
  });

  it('does nothing to a shield, and shooting gives up the own one', () => {
    const { match } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 900, OPEN_Y);
    shooter.shieldTicks = 30;
    victim.shieldTicks = 30;
    act(match, 'a', shooter, SHOOT);
    assert.deepEqual([victim.health, victim.shieldTicks, shooter.shieldTicks], [100, 30, 0]);
  });
});

describe('arena: the rocket', () => {
  it('flies from its owner, passes it by, and bursts at a body', () => {
    const { match, events } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 1000, OPEN_Y);
    act(match, 'a', shooter, ROCKET);
    flyUntilBurst(match);
    assert.equal(shooter.health, MAX_HEALTH);
    assert.ok(victim.health < MAX_HEALTH - 0.9 * SPLASH_DAMAGE, 'a direct hit does nearly all the splash can');
    assert.equal(ofType(events, 'boom').length, 1);
    assert.ok(victim.vx > 300, 'and throws the body away from it');
  });

  it('bursts at a wall, in front of it', () => {
    const { match, events } = testMatch();
    const wall = WALLS[2]!;
    act(match, 'a', place(match, 'a', wall.x - 180, wall.y + 100), ROCKET);
    flyUntilBurst(match);
    const [boom] = ofType(events, 'boom');
    assert.ok(boom && boom.x < wall.x && boom.x > wall.x - 20);
  });

  it('bursts where its life ends', () => {
    const { match, events } = testMatch();
    const owner = place(match, 'a', 600, OPEN_Y);
    act(match, 'a', owner, ROCKET);
    const [rocket] = [...match.world.rockets.values()];
    // Kept in place: no straight line in the arena is as long as its life.
    for (let i = 1; i < ROCKET_LIFE_TICKS; i++) {
      advance(match);
      rocket!.x = 700;
    }
    assert.equal(ofType(events, 'boom').length, 0);
    advance(match);
    assert.equal(ofType(events, 'boom').length, 1);
    assert.equal(match.rocketTicks.size, 0);
  });

  it('splash falls off with distance, ends at its radius, and walls shield from it', () => {
    const damageAt = (distance: number): number => {
      const { match } = testMatch();
      const owner = place(match, 'a', 1400, OPEN_Y + 500);
      act(match, 'a', owner, ROCKET);
      const [rocket] = [...match.world.rockets.values()];
      const victim = place(match, 'b', 800, OPEN_Y);
      Object.assign(rocket!, { x: 800 - BODY_RADIUS - distance, y: OPEN_Y, vx: 0, vy: 0 });
      match.rocketTicks.set('r0', 1);
      advance(match);
      return MAX_HEALTH - victim.health;
    };
    assert.equal(damageAt(30), Math.round(SPLASH_DAMAGE * (1 - 30 / SPLASH_RADIUS)));
    assert.ok(damageAt(20) > damageAt(60) && damageAt(60) > damageAt(100) && damageAt(100) > 0);
    assert.equal(damageAt(SPLASH_RADIUS), 0);

    const { match } = testMatch();
    const wall = WALLS[2]!;
    const y = wall.y + 100;
    act(match, 'a', place(match, 'a', wall.x - 300, y), ROCKET);
    const sheltered = place(match, 'b', wall.x + wall.w + BODY_RADIUS + 2, y);
    flyUntilBurst(match);
    assert.equal(sheltered.health, MAX_HEALTH);
  });

  it('hurts its own shooter less, and pushes nobody faster than a dash', () => {
    const { match } = testMatch();
    const wall = WALLS[2]!;
    const shooter = place(match, 'a', wall.x - BODY_RADIUS - 30, wall.y + 100);
    act(match, 'a', shooter, ROCKET);
    shooter.vx = -DASH_SPEED;
    flyUntilBurst(match);
    const lost = MAX_HEALTH - shooter.health;
    assert.ok(lost > 0 && lost <= SPLASH_DAMAGE * SELF_SPLASH_FACTOR, `lost ${lost}`);
    assert.ok(Math.hypot(shooter.vx, shooter.vy) <= DASH_SPEED + 0.01);
  });
});

describe('arena: deaths and points', () => {
  function shootDead(match: Match, shooter: Fighter): void {
    shooter.gunCooldown = 0;
    act(match, 'a', shooter, SHOOT);
  }

  it('a kill is credited to the shooter and told to all', () => {
    const { match, events } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 900, OPEN_Y);
    victim.health = 5;
    shootDead(match, shooter);
    assert.deepEqual([victim.alive, victim.health, victim.deaths, victim.respawnTicks], [false, 0, 1, RESPAWN_TICKS]);
    assert.deepEqual([shooter.kills, shooter.score], [1, SCORE_KILL]);
    assert.deepEqual(ofType(events, 'kill'), [{ type: 'kill', killer: 'a', victim: 'b', weapon: 'gun' }]);
    assert.equal(ofType(events, 'hit')[0]!.damage, 5, 'no more damage than there was health');
  });

  it('dying by the own rocket costs points and is nobody else’s kill', () => {
    const { match, events } = testMatch();
    const wall = WALLS[2]!;
    const shooter = place(match, 'a', wall.x - BODY_RADIUS - 5, wall.y + 100);
    shooter.health = 3;
    act(match, 'a', shooter, ROCKET);
    flyUntilBurst(match);
    assert.deepEqual([shooter.alive, shooter.score, shooter.kills, shooter.deaths], [false, SCORE_SUICIDE, 0, 1]);
    assert.deepEqual(ofType(events, 'kill'), [{ type: 'kill', killer: 'a', victim: 'a', weapon: 'rocket' }]);
    assert.equal(ofType(events, 'hit').length, 0);
  });

  it('a rocket whose owner has left kills in nobody’s name', () => {
    const { match, events } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 800, OPEN_Y);
    victim.health = 1;
    act(match, 'a', shooter, ROCKET);
    leaveMatch(match, 'a');
    flyUntilBurst(match);
    assert.equal(victim.alive, false);
    assert.deepEqual(ofType(events, 'kill'), [{ type: 'kill', killer: '', victim: 'b', weapon: 'rocket' }]);
  });

  it('one burst may kill several, and each counts', () => {
    const { match } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    for (const [id, dy] of [
      ['b', -25],
      ['c', 25],
    ] as const)
      place(match, id, 850, OPEN_Y + dy).health = 1;
    act(match, 'a', shooter, ROCKET);
    flyUntilBurst(match);
    assert.deepEqual([shooter.kills, shooter.score], [2, 2 * SCORE_KILL]);
  });

  it('the dead cannot be hurt again, nor shoot', () => {
    const { match, events } = testMatch();
    const shooter = place(match, 'a', 600, OPEN_Y);
    const victim = place(match, 'b', 900, OPEN_Y);
    victim.health = 1;
    shootDead(match, shooter);
    shootDead(match, shooter);
    act(match, 'b', victim, SHOOT);
    fly(match, 5);
    assert.equal(ofType(events, 'kill').length, 1);
    assert.equal(victim.shots, 0);
  });
});
