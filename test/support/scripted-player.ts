/**
 * A player made of keys and a mouse: looks at what the page shows, walks towards the nearest opponent around the walls,
 * aims the mouse at them and shoots. Everything goes through the browser's own input events.
 */
import type { Page } from 'playwright-core';
import type { ShownPlayer, Snapshot } from '../../clients/web/hook.ts';
import { canSee } from '../../rooms/arena/geometry.ts';
import { canWalk, firstHop, nearestWaypoint, WAYPOINTS } from '../../rooms/arena/navigation.ts';
import type { GamePage } from './browser.ts';

/** What the player is after: `fight` shoots at whom it sees, `seek` goes to them, stands there and lets them shoot. */
export type Mood = 'fight' | 'seek';

const STICK = 0.38;
/** Nearer than this it stands, and aims or waits. */
const COMFORTABLE: Readonly<Record<Mood, number>> = { fight: 420, seek: 240 };
/** So much nearer a point of health makes an opponent: who fights goes for those who are nearly down. */
const UNITS_A_POINT: Readonly<Record<Mood, number>> = { fight: 4, seek: 0 };
/** From looking at the page to the mouse being there. */
const LEAD_SECONDS = 0.07;
const MEMORY_SECONDS = 0.3;
const NO_KEYS: ReadonlySet<string> = new Set();
const ROCKET_FROM = 190;
const ROCKET_TO = 520;

export class ScriptedPlayer {
  mood: Mood = 'fight';
  /** Whether it uses rockets beside the gun. */
  rockets = true;
  readonly #game: GamePage;
  readonly #page: Page;
  readonly #held = new Set<string>();
  #firing = false;
  #lastSeen = { id: '', at: 0, x: 0, y: 0 };

  constructor(game: GamePage) {
    this.#game = game;
    this.#page = game.page;
  }

  /** Plays until `done` says so. @throws after the deadline, naming `what`. */
  async play(what: string, done: (snapshot: Snapshot) => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const snapshot = await this.#game.snapshot();
      if (snapshot && (await done(snapshot))) break;
      if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
      if (snapshot) await this.#act(snapshot);
    }
    await this.rest();
  }

  /** Lets go of everything. */
  async rest(): Promise<void> {
    await this.#hold(NO_KEYS);
    await this.#fire(false);
  }

  async #act({ self, players }: Snapshot): Promise<void> {
    if (!self?.alive) return this.rest();
    const opponents = players.filter(({ id, alive }) => id !== self.id && alive);
    const seen = this.#choose(
      self,
      opponents.filter((other) => !other.shielded && canSee(self.x, self.y, other.x, other.y, 8)),
    );
    const goal = seen ?? this.#choose(self, opponents);
    const shoots = seen !== undefined && this.mood === 'fight';
    const stands = seen !== undefined && distance(self, seen) < COMFORTABLE[this.mood];
    await Promise.all([this.#hold(goal && !stands ? keysTowards(self, goal) : NO_KEYS), seen && this.#aim(seen)]);
    await this.#fire(shoots);
    if (shoots && this.rockets && inRange(self, seen)) await this.#page.keyboard.press('KeyE');
  }

  #choose(self: ShownPlayer, others: readonly ShownPlayer[]): ShownPlayer | undefined {
    const effort = (other: ShownPlayer) => distance(self, other) + UNITS_A_POINT[this.mood] * other.health;
    return others.toSorted((a, b) => effort(a) - effort(b))[0];
  }

  /** At where the other will be on the screen when the mouse has got there. */
  async #aim(other: ShownPlayer): Promise<void> {
    const now = performance.now();
    const { id, at, x, y } = this.#lastSeen;
    const seconds = (now - at) / 1000;
    const known = id === other.id && seconds > 0 && seconds < MEMORY_SECONDS;
    const lead = known ? LEAD_SECONDS / seconds : 0;
    this.#lastSeen = { id: other.id, at: now, x: other.screenX, y: other.screenY };
    await this.#page.mouse.move(other.screenX + (other.screenX - x) * lead, other.screenY + (other.screenY - y) * lead);
  }

  async #hold(keys: ReadonlySet<string>): Promise<void> {
    for (const key of this.#held) {
      if (keys.has(key)) continue;
      this.#held.delete(key);
      await this.#page.keyboard.up(key);
    }
    for (const key of keys) {
      if (this.#held.has(key)) continue;
      this.#held.add(key);
      await this.#page.keyboard.down(key);
    }
  }

  async #fire(firing: boolean): Promise<void> {
    if (firing === this.#firing) return;
    this.#firing = firing;
    if (firing) await this.#page.mouse.down();
    else await this.#page.mouse.up();
  }
}

function distance(self: ShownPlayer, other: ShownPlayer): number {
  return Math.hypot(other.x - self.x, other.y - self.y);
}

function inRange(self: ShownPlayer, other: ShownPlayer): boolean {
  return distance(self, other) > ROCKET_FROM && distance(self, other) < ROCKET_TO;
}

/** The keys that lead to a place, around the walls. */
function keysTowards(self: ShownPlayer, goal: ShownPlayer): ReadonlySet<string> {
  const way = nextPlace(self, goal);
  const angle = Math.atan2(way.y - self.y, way.x - self.x);
  const keys = new Set<string>();
  if (Math.cos(angle) > STICK) keys.add('KeyD');
  if (Math.cos(angle) < -STICK) keys.add('KeyA');
  if (Math.sin(angle) > STICK) keys.add('KeyS');
  if (Math.sin(angle) < -STICK) keys.add('KeyW');
  return keys;
}

function nextPlace(self: ShownPlayer, goal: ShownPlayer): { x: number; y: number } {
  if (canWalk(self.x, self.y, goal.x, goal.y)) return goal;
  return WAYPOINTS[firstHop(self.x, self.y, nearestWaypoint(goal.x, goal.y))] ?? goal;
}
