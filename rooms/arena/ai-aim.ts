/**
 * Eyes and hands of an AI player: which enemy it looks at, where it believes that one is, how it turns there and when
 * it pulls a trigger. All its faults are here, and are what makes it beatable: it takes in a new enemy late, its eye
 * trails a mover, its hand wanders and turns only so fast, and it fires in bursts.
 */
import type { Mind } from './ai-mind.ts';
import { canSee, clamp, length } from './geometry.ts';
import { wrapAngle } from './movement.ts';
import { Button, GUN_RANGE, ROCKET_SPEED, SPLASH_RADIUS } from './rules.ts';
import type { Fighter, World } from './world.ts';

const SIGHT = GUN_RANGE - 100;
const TURN_PER_TICK = 0.28;
/** The hand's unsteadiness: pulled back by a share each tick and pushed by chance, so it wanders around 0. */
const STEADYING = 0.09;
const UNSTEADINESS = 0.055;
const ROCKET_CHANCE = 0.025;
const ROCKET_REACH = 620;

/** Picks the enemy to look at: the nearest in sight, staying with the current one if there is not much in it. */
export function lookAround(mind: Mind, id: string, self: Fighter, world: World): void {
  let best = '';
  let bestCost = SIGHT;
  for (const [otherId, other] of world.players) {
    if (otherId === id || !other.alive) continue;
    const distance = length(other.x - self.x, other.y - self.y);
    const cost = distance * (otherId === mind.target ? 0.7 : 1) * (other.shieldTicks > 0 ? 1.5 : 1);
    if (cost >= bestCost || !canSee(self.x, self.y, other.x, other.y)) continue;
    best = otherId;
    bestCost = cost;
  }
  if (best !== mind.target) notice(mind, best, world);
}

function notice(mind: Mind, id: string, world: World): void {
  mind.target = id;
  mind.rocketTicks = 0;
  const target = world.players.get(id);
  if (target === undefined) return;
  mind.noticeTicks = 9 + mind.random.int(9);
  mind.trackX = target.x + 60 * (mind.random.next() - 0.5);
  mind.trackY = target.y + 60 * (mind.random.next() - 0.5);
}

/** The enemy it fights now: seen, alive, and taken in. */
export function opponent(mind: Mind, world: World): Fighter | undefined {
  const target = world.players.get(mind.target);
  return target?.alive && mind.noticeTicks === 0 ? target : undefined;
}

/** Lets the eye follow the target, turns the hand, and pulls the triggers. */
export function aimAndFire(mind: Mind, self: Fighter, world: World): void {
  if (mind.noticeTicks > 0) mind.noticeTicks--;
  mind.aimError += (mind.random.next() - 0.5) * 2 * UNSTEADINESS - mind.aimError * STEADYING;
  const target = opponent(mind, world);
  if (target === undefined) {
    lookAhead(mind, self);
    return;
  }
  follow(mind, target);
  const off = turnTowards(mind, self, target);
  pullTrigger(mind, off);
  lineUpRocket(mind, self, target, off);
}

/** With nobody to fight, the eyes are where the feet go. */
function lookAhead(mind: Mind, self: Fighter): void {
  const { moveX, moveY } = mind.input;
  mind.input.aim = moveX === 0 && moveY === 0 ? self.aim : turn(self.aim, Math.atan2(moveY, moveX));
}

function follow(mind: Mind, target: Fighter): void {
  const share = 0.2 + 0.2 * mind.skill;
  mind.trackX += (target.x - mind.trackX) * share;
  mind.trackY += (target.y - mind.trackY) * share;
}

/** Turns as far as a hand can in a tick; answers how far off it still is, in radians. */
function turnTowards(mind: Mind, self: Fighter, target: Fighter): number {
  const lead = mind.rocketTicks > 0 ? leadSeconds(self, target) : 0;
  const toX = mind.trackX + target.vx * lead - self.x;
  const toY = mind.trackY + target.vy * lead - self.y;
  const want = Math.atan2(toY, toX) + mind.aimError;
  mind.input.aim = turn(self.aim, want);
  return Math.abs(difference(mind.input.aim, want));
}

/** How long a rocket is under way; a little less, for those led keep turning. */
function leadSeconds(self: Fighter, target: Fighter): number {
  return (0.8 * length(target.x - self.x, target.y - self.y)) / ROCKET_SPEED;
}

function pullTrigger(mind: Mind, off: number): void {
  if (mind.triggerTicks === 0) mind.triggerTicks = 10 + mind.random.int(16);
  if (mind.triggerTicks > 0) {
    if (off < 0.15) mind.input.buttons |= Button.fire;
    if (--mind.triggerTicks === 0) mind.triggerTicks = -10 - mind.random.int(22);
  } else {
    mind.triggerTicks++;
  }
}

/** Now and then it decides on a rocket, leads the target for a few ticks, and fires once the hand is there. */
function lineUpRocket(mind: Mind, self: Fighter, target: Fighter, off: number): void {
  if (mind.rocketTicks > 0) {
    mind.rocketTicks--;
    if (off < 0.06) mind.input.buttons |= Button.rocket;
    if (mind.input.buttons & Button.rocket) mind.rocketTicks = 0;
    return;
  }
  if (self.rocketCooldown > 0 || mind.random.next() >= ROCKET_CHANCE) return;
  const distance = length(target.x - self.x, target.y - self.y);
  if (distance > SPLASH_RADIUS + 40 && distance < ROCKET_REACH) mind.rocketTicks = 8;
}

function turn(from: number, to: number): number {
  return wrapAngle(from + clamp(difference(to, from), -TURN_PER_TICK, TURN_PER_TICK));
}

/** The shorter way around from `b` to `a`, in -pi .. pi. */
function difference(a: number, b: number): number {
  const turned = wrapAngle(a - b);
  return turned > Math.PI ? turned - 2 * Math.PI : turned;
}
