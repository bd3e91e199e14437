/**
 * Feet of an AI player: where it wants to be (health when hurt, an enemy when not), the way there around walls, the
 * dance of a fight, and the jump aside from a rocket.
 */
import { opponent } from './ai-aim.ts';
import { type Mind, push } from './ai-mind.ts';
import { canSee, clamp, length, traceRay } from './geometry.ts';
import { canWalk, firstHop, nearestWaypoint, nextHop, WAYPOINTS } from './navigation.ts';
import { BODY_RADIUS, Button, ROCKET_SPEED } from './rules.ts';
import type { Fighter, Item, Missile, World } from './world.ts';

const HURT_HEALTH = 45;
const ARRIVED = 24;
const PATIENCE_TICKS = 240;
/** How often it checks that it gets on, and how far it must have got. */
const CHECK_TICKS = 20;
const GETTING_ON = 25;
const DANGER_DISTANCE = 230;
const DANGER_WIDTH = 70;
const DASH_FOR_FUN = 0.008;

/** Chooses where to go, if it is time to choose; part of looking around. */
export function chooseGoal(mind: Mind, id: string, self: Fighter, world: World): void {
  const pickup = wantedPickup(mind, self, world);
  if (pickup !== undefined) goTo(mind, nearestWaypoint(pickup.x, pickup.y));
  else if (mind.goal < 0) goTo(mind, somewhere(mind, id, self, world));
  if (mind.hop >= 0) takeShortcut(mind, self);
}

/** Moves the stick, and dashes. */
export function walk(mind: Mind, id: string, self: Fighter, world: World): void {
  const target = opponent(mind, world);
  if (target !== undefined && !fleeing(mind, self)) dance(mind, self, target);
  else travel(mind, self);
  if (!dodge(mind, id, self, world) && mind.random.next() < DASH_FOR_FUN) mind.input.buttons |= Button.dash;
  checkProgress(mind, self);
}

/** Health when hurt; haste when it is close by. */
function wantedPickup(mind: Mind, self: Fighter, world: World): Item | undefined {
  const hurt = self.health < HURT_HEALTH;
  let wanted: Item | undefined;
  let shortest = hurt ? Number.POSITIVE_INFINITY : 350 + 200 * mind.skill;
  for (const item of world.pickups.values()) {
    if (!item.active || (item.kind === 'health' ? self.health > 80 : hurt)) continue;
    const distance = length(item.x - self.x, item.y - self.y);
    if (distance >= shortest) continue;
    shortest = distance;
    wanted = item;
  }
  return wanted;
}

function fleeing(mind: Mind, self: Fighter): boolean {
  return self.health < HURT_HEALTH && mind.goal >= 0;
}

/** Mostly towards the nearest enemy, wherever that one is; sometimes anywhere, so that they do not all meet in one place. */
function somewhere(mind: Mind, id: string, self: Fighter, world: World): number {
  const enemy = mind.random.next() < 0.65 ? nearestEnemy(id, self, world) : undefined;
  return enemy === undefined ? mind.random.int(WAYPOINTS.length) : nearestWaypoint(enemy.x, enemy.y);
}

function nearestEnemy(id: string, self: Fighter, world: World): Fighter | undefined {
  let nearest: Fighter | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const [otherId, other] of world.players) {
    const distance = length(other.x - self.x, other.y - self.y);
    if (otherId === id || !other.alive || distance >= shortest) continue;
    shortest = distance;
    nearest = other;
  }
  return nearest;
}

function goTo(mind: Mind, goal: number): void {
  if (goal === mind.goal) return;
  mind.goal = goal;
  mind.hop = -1;
  mind.goalTicks = PATIENCE_TICKS;
}

/** Straight to the goal once it can be walked to; a new way if a fight has carried it off the old one. */
function takeShortcut(mind: Mind, self: Fighter): void {
  const goal = WAYPOINTS[mind.goal]!;
  const hop = WAYPOINTS[mind.hop]!;
  if (canWalk(self.x, self.y, goal.x, goal.y)) mind.hop = mind.goal;
  else if (!canWalk(self.x, self.y, hop.x, hop.y)) mind.hop = -1;
}

function travel(mind: Mind, self: Fighter): void {
  if (mind.goal >= 0 && mind.goalTicks-- <= 0) mind.goal = -1;
  if (mind.goal >= 0 && mind.hop < 0) mind.hop = firstHop(self.x, self.y, mind.goal);
  const place = WAYPOINTS[mind.hop];
  if (mind.goal < 0 || place === undefined) {
    push(mind, 0, 0);
    return;
  }
  push(mind, place.x - self.x, place.y - self.y);
  if (length(place.x - self.x, place.y - self.y) < ARRIVED) arrive(mind);
}

function arrive(mind: Mind): void {
  if (mind.hop === mind.goal) mind.goal = -1;
  else mind.hop = nextHop(mind.hop, mind.goal);
}

/** Around the opponent at the distance it likes, changing direction now and then, and before a wall. */
function dance(mind: Mind, self: Fighter, target: Fighter): void {
  const toX = target.x - self.x;
  const toY = target.y - self.y;
  const distance = Math.max(1, length(toX, toY));
  const nearer = clamp((distance - mind.liking) / 100, -1, 1);
  if (--mind.strafeTicks <= 0) turnAround(mind);
  const dx = (toX * nearer - toY * mind.strafe) / distance;
  const dy = (toY * nearer + toX * mind.strafe) / distance;
  const reach = length(dx, dy);
  if (traceRay(self.x, self.y, dx / reach, dy / reach, 60, BODY_RADIUS) < 30) turnAround(mind);
  push(mind, dx, dy);
}

function turnAround(mind: Mind): void {
  mind.strafe = -mind.strafe;
  mind.strafeTicks = 10 + mind.random.int(28);
}

/** Out of a rocket's way, with a dash if there is one; true if it saw one coming. */
function dodge(mind: Mind, id: string, self: Fighter, world: World): boolean {
  for (const rocket of world.rockets.values()) {
    if (rocket.owner === id || !threatens(rocket, self)) continue;
    if (mind.random.next() > 0.05 + 0.12 * mind.skill) return false;
    const side = sideOf(rocket, self) >= 0 ? 1 : -1;
    push(mind, -rocket.vy * side, rocket.vx * side);
    mind.input.buttons |= Button.dash;
    return true;
  }
  return false;
}

function threatens(rocket: Missile, self: Fighter): boolean {
  const ahead = ((self.x - rocket.x) * rocket.vx + (self.y - rocket.y) * rocket.vy) / ROCKET_SPEED;
  if (ahead <= 0 || ahead > DANGER_DISTANCE || Math.abs(sideOf(rocket, self)) > DANGER_WIDTH) return false;
  return canSee(rocket.x, rocket.y, self.x, self.y);
}

/** How far to the right of a rocket's line of flight a body is; negative to the left. */
function sideOf(rocket: Missile, self: Fighter): number {
  return ((self.y - rocket.y) * rocket.vx - (self.x - rocket.x) * rocket.vy) / ROCKET_SPEED;
}

/** Who has hardly moved for a while goes somewhere else. */
function checkProgress(mind: Mind, self: Fighter): void {
  if (--mind.checkTicks > 0) return;
  mind.checkTicks = CHECK_TICKS;
  const moved = length(self.x - mind.wasX, self.y - mind.wasY);
  mind.wasX = self.x;
  mind.wasY = self.y;
  if (moved >= GETTING_ON) return;
  turnAround(mind);
  goTo(mind, mind.random.int(WAYPOINTS.length));
}
