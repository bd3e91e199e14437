/**
 * The gun, which hits where the shooter saw somebody, and the rocket, which flies, bursts and pushes. The gun is judged
 * at once and along a line; a rocket is in the state for all to see, so its hits are judged where bodies are now.
 */
import { gunHarm, hurt } from './damage.ts';
import { canSee, length, raycastCircle, traceRay } from './geometry.ts';
import {
  BODY_RADIUS,
  DASH_SPEED,
  GUN_RANGE,
  KNOCKBACK,
  ROCKET_LIFE_TICKS,
  ROCKET_RADIUS,
  ROCKET_SPEED,
  SELF_SPLASH_FACTOR,
  SPLASH_DAMAGE,
  SPLASH_RADIUS,
  TICK_SECONDS,
} from './rules.ts';
import type { Fighter, Match, Missile, SeenAt } from './world.ts';

const ROCKET_STEP = ROCKET_SPEED * TICK_SECONDS;

/** One hitscan shot along the shooter's aim: stops at the first wall or body, and hurts that body. */
export function shoot(match: Match, id: string, shooter: Fighter, seenAt: SeenAt): void {
  const dx = Math.cos(shooter.aim);
  const dy = Math.sin(shooter.aim);
  let reach = traceRay(shooter.x, shooter.y, dx, dy, GUN_RANGE);
  let victimId = '';
  for (const [otherId, other] of match.world.players) {
    if (otherId === id || !other.alive) continue;
    const at = seenAt(id, other);
    const distance = raycastCircle(shooter.x, shooter.y, dx, dy, at.x, at.y, BODY_RADIUS);
    if (distance >= reach) continue;
    reach = distance;
    victimId = otherId;
  }
  showShot(shooter, shooter.x + dx * reach, shooter.y + dy * reach);
  const victim = match.world.players.get(victimId);
  if (victim !== undefined) hurt(match, victimId, victim, gunHarm(id, shooter.x, shooter.y));
}

function showShot(shooter: Fighter, x: number, y: number): void {
  shooter.shots = (shooter.shots + 1) % 256;
  shooter.shotX = Math.round(x);
  shooter.shotY = Math.round(y);
}

/** Puts a rocket where the shooter stands; it flies from the same tick on, and never hits its owner on the way. */
export function launch(match: Match, id: string, shooter: Fighter): void {
  const rocket = match.make.rocket();
  rocket.owner = id;
  rocket.x = shooter.x;
  rocket.y = shooter.y;
  rocket.vx = Math.fround(Math.cos(shooter.aim) * ROCKET_SPEED);
  rocket.vy = Math.fround(Math.sin(shooter.aim) * ROCKET_SPEED);
  const rocketId = `r${match.rocketCount++}`;
  match.world.rockets.set(rocketId, rocket);
  match.rocketTicks.set(rocketId, ROCKET_LIFE_TICKS);
}

/** Flies every rocket one tick; those that meet something, or whose time is over, burst. */
export function flyRockets(match: Match): void {
  for (const [id, rocket] of match.world.rockets) {
    const ticksLeft = match.rocketTicks.get(id)! - 1;
    match.rocketTicks.set(id, ticksLeft);
    const met = fly(match, rocket);
    if (met || ticksLeft === 0) burst(match, id, rocket);
  }
}

/** Moves one rocket by a step, or up to what it meets; true if it met something. */
function fly(match: Match, rocket: Missile): boolean {
  const dx = rocket.vx / ROCKET_SPEED;
  const dy = rocket.vy / ROCKET_SPEED;
  let reach = traceRay(rocket.x, rocket.y, dx, dy, ROCKET_STEP, ROCKET_RADIUS);
  for (const [id, player] of match.world.players) {
    if (id === rocket.owner || !player.alive) continue;
    reach = Math.min(reach, raycastCircle(rocket.x, rocket.y, dx, dy, player.x, player.y, BODY_RADIUS + ROCKET_RADIUS));
  }
  rocket.x = Math.fround(rocket.x + dx * reach);
  rocket.y = Math.fround(rocket.y + dy * reach);
  return reach < ROCKET_STEP;
}

function burst(match: Match, id: string, rocket: Missile): void {
  match.world.rockets.delete(id);
  match.rocketTicks.delete(id);
  match.events.boom(rocket.x, rocket.y);
  for (const [playerId, player] of match.world.players) {
    if (player.alive) splash(match, rocket, playerId, player);
  }
}

/** Damage and push fall off linearly with the gap between the burst and the body; walls shield from both. */
function splash(match: Match, rocket: Missile, id: string, player: Fighter): void {
  const toX = player.x - rocket.x;
  const toY = player.y - rocket.y;
  const distance = length(toX, toY);
  const share = 1 - Math.max(0, distance - BODY_RADIUS) / SPLASH_RADIUS;
  if (share <= 0 || !canSee(rocket.x, rocket.y, player.x, player.y)) return;
  if (distance > 0) push(player, (toX / distance) * KNOCKBACK * share, (toY / distance) * KNOCKBACK * share);
  const factor = id === rocket.owner ? SELF_SPLASH_FACTOR : 1;
  const damage = Math.round(SPLASH_DAMAGE * share * factor);
  hurt(match, id, player, { by: rocket.owner, weapon: 'rocket', damage, x: rocket.x, y: rocket.y });
}

/** Adds to a body's velocity; nothing in the arena is faster than a dash. */
function push(player: Fighter, vx: number, vy: number): void {
  const x = player.vx + vx;
  const y = player.vy + vy;
  const keep = Math.min(1, DASH_SPEED / length(x, y));
  player.vx = Math.fround(x * keep);
  player.vy = Math.fround(y * keep);
}
