/**
 * What an arena bot wants: whom to shoot, where to go, which keys to hold. Decisions only: it knows no socket and no
 * clock. Time comes in with each call and chance from a seeded generator, so the same worlds, times and seed give the
 * same inputs. It plays to load a server like people do (moves all the time, fights whom it sees), not to win.
 */
import { WIDTH } from '../../rooms/arena/map.ts';
import { Button, GUN_RANGE, MAX_HEALTH, ROCKET_SPEED } from '../../rooms/arena/rules.ts';
import { canSee, type Input, wrapAngle } from '../../rooms/arena/simulation.ts';
import type { ArenaState, Player } from '../../rooms/arena/state.ts';
import type { Random } from '../../src/kernel/random.ts';
import { clearHeading, randomPlace } from './steering.ts';

/** How often it looks around anew; between two looks it only follows its target with the aim. */
const THINK_EVERY_MS = 120;
const THINK_JITTER_MS = 60;
/** It comes nearer than `FAR` and backs off within `NEAR`. */
const FAR = 380;
const NEAR = 170;
/** A goal this near counts as reached. */
const ARRIVED = 60;
/** Less way than this between two looks, with the stick out, is being stuck. */
const STUCK = 6;
const AIM_ERROR = 0.06;
const FULL_STICK = 127;

interface Place {
  readonly x: number;
  readonly y: number;
}

export class ArenaBrain {
  readonly #selfId: string;
  readonly #random: Random;
  #thinkAt = 0;
  #targetId = '';
  #goal: Place | undefined;
  #circling = 1;
  #aimError = 0;
  #lastX = Number.NaN;
  #lastY = Number.NaN;
  #moveX = 0;
  #moveY = 0;
  #buttons = 0;

  constructor(selfId: string, random: Random) {
    this.#selfId = selfId;
    this.#random = random;
  }

  /** Writes into `input` what to hold down now. `now` in milliseconds of any monotonic clock. */
  decide(world: ArenaState, now: number, input: Input): void {
    // A decoded map is not there before the first full state.
    const self = world.players?.get(this.#selfId);
    if (self === undefined || !self.alive || world.phase !== 'play') {
      rest(input);
      return;
    }
    if (now >= this.#thinkAt) this.#think(world, self, now);
    const target = this.#targetId === '' ? undefined : world.players.get(this.#targetId);
    input.moveX = this.#moveX;
    input.moveY = this.#moveY;
    input.aim = this.#aim(self, target);
    input.buttons = target?.alive ? this.#buttons : this.#buttons & Button.dash;
  }

  #think(world: ArenaState, self: Player, now: number): void {
    this.#thinkAt = now + THINK_EVERY_MS + this.#random.int(THINK_JITTER_MS);
    const stuck = this.#moved(self) < STUCK && (this.#moveX !== 0 || this.#moveY !== 0);
    if (stuck) this.#goal = randomPlace(this.#random);
    if (this.#random.next() < 0.05) this.#circling = -this.#circling;
    const target = this.#choose(world, self);
    this.#steer(self, this.#heading(world, self, target, stuck));
    this.#buttons = target === undefined ? 0 : this.#weapons(distance(self, target));
    if (stuck || this.#random.next() < 0.02) this.#buttons |= Button.dash;
    this.#aimError = (this.#random.next() * 2 - 1) * AIM_ERROR;
  }

  /** The nearest living player in range that no wall hides. */
  #choose(world: ArenaState, self: Player): Player | undefined {
    let nearest: Player | undefined;
    let best = GUN_RANGE;
    this.#targetId = '';
    for (const [id, other] of world.players) {
      if (id === this.#selfId || !other.alive) continue;
      const away = distance(self, other);
      if (away >= best || !canSee(self.x, self.y, other.x, other.y)) continue;
      best = away;
      nearest = other;
      this.#targetId = id;
    }
    return nearest;
  }

  /** Radians: the way to go before walls are considered. */
  #heading(world: ArenaState, self: Player, target: Player | undefined, stuck: boolean): number {
    if (target === undefined || stuck) return this.#wander(world, self);
    const towards = angle(self, target);
    const away = distance(self, target);
    if (away > FAR) return towards + 0.5 * this.#circling;
    if (away < NEAR) return towards + Math.PI - 0.7 * this.#circling;
    return towards + (Math.PI / 2) * this.#circling;
  }

  #wander(world: ArenaState, self: Player): number {
    if (this.#goal === undefined || distance(self, this.#goal) < ARRIVED) this.#goal = this.#newGoal(world, self);
    return angle(self, this.#goal);
  }

  /** A pickup when hurt, mostly somebody to fight, sometimes anywhere. Places are copied: the world moves on. */
  #newGoal(world: ArenaState, self: Player): Place {
    const wanted = self.health < MAX_HEALTH / 2 ? 'health' : 'haste';
    const pickups = [...world.pickups.values()].filter((pickup) => pickup.active && pickup.kind === wanted);
    const others = [...world.players.values()].filter((other) => other !== self && other.alive);
    const draw = this.#random.next();
    if (pickups.length > 0 && draw < 0.3) return placeOf(this.#random.pick(pickups));
    if (others.length > 0 && draw < 0.85) return placeOf(this.#random.pick(others));
    return randomPlace(this.#random);
  }

  #steer(self: Player, wish: number): void {
    const heading = clearHeading(self.x, self.y, wish);
    this.#moveX = Math.round(Math.cos(heading) * FULL_STICK);
    this.#moveY = Math.round(Math.sin(heading) * FULL_STICK);
  }

  #weapons(away: number): number {
    const gun = this.#random.next() < 0.8 ? Button.fire : 0;
    const rocket = away > NEAR && this.#random.next() < 0.3 ? Button.rocket : 0;
    return gun | rocket;
  }

  /** At the target, led by the time a rocket would need, never exactly; without one, where it goes. */
  #aim(self: Player, target: Player | undefined): number {
    if (target === undefined) return wrapAngle(Math.atan2(this.#moveY, this.#moveX));
    const lead = this.#buttons & Button.rocket ? distance(self, target) / ROCKET_SPEED : 0;
    const toX = target.x + target.vx * lead - self.x;
    const toY = target.y + target.vy * lead - self.y;
    return wrapAngle(Math.atan2(toY, toX) + this.#aimError);
  }

  /** The way since the last look; a whole arena before the first and after a respawn elsewhere. */
  #moved(self: Player): number {
    const way = Number.isNaN(this.#lastX) ? WIDTH : Math.hypot(self.x - this.#lastX, self.y - this.#lastY);
    this.#lastX = self.x;
    this.#lastY = self.y;
    return way;
  }
}

function rest(input: Input): void {
  input.moveX = 0;
  input.moveY = 0;
  input.buttons = 0;
}

function placeOf({ x, y }: Place): Place {
  return { x, y };
}

function distance(from: Place, to: Place): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function angle(from: Place, to: Place): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}
