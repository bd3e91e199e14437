/**
 * A player made of keys and a mouse: looks at what the page shows, walks towards the nearest opponent around the walls,
 * aims the mouse at them and shoots. Everything goes through the browser's own input events.
 */
import type { Page } from 'playwright-core';
import type { ShownPlayer, Snapshot } from '../../clients/web/hook.ts';
import { canSee } from '../../rooms/arena/geometry.ts';
import { canWalk, firstHop, nearestWaypoint, WAYPOINTS } from '../../rooms/arena/navigation.ts';
import type { GamePage } from './browser.ts';

/** What the player is after: `fight` shoots at everybody seen, `seek` goes to them and lets them shoot. */
export type Mood = 'fight' | 'seek';

const STICK = 0.38;
const COMFORTABLE = 260;
const ROCKET_FROM = 190;
const ROCKET_TO = 520;

export class ScriptedPlayer {
  mood: Mood = 'fight';
  readonly #game: GamePage;
  readonly #page: Page;
  readonly #held = new Set<string>();
  #firing = false;

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
    await this.#hold(new Set());
    await this.#fire(false);
  }

  async #act({ self, players }: Snapshot): Promise<void> {
    if (!self?.alive) return this.rest();
    const opponents = players.filter(({ id, alive }) => id !== self.id && alive);
    const seen = nearest(
      self,
      opponents.filter((other) => !other.shielded && canSee(self.x, self.y, other.x, other.y, 8)),
    );
    const goal = seen ?? nearest(self, opponents);
    await this.#hold(goal ? this.#steps(self, goal, seen !== undefined) : new Set());
    if (seen) await this.#page.mouse.move(seen.screenX, seen.screenY);
    await this.#fire(seen !== undefined && this.mood === 'fight');
    if (seen && this.mood === 'fight' && inRange(self, seen)) await this.#page.keyboard.press('KeyE');
  }

  /** The keys that lead to a place, or around somebody who is near enough. */
  #steps(self: ShownPlayer, goal: ShownPlayer, seen: boolean): Set<string> {
    const way = towards(self, goal);
    const distance = Math.hypot(goal.x - self.x, goal.y - self.y);
    const near = seen && distance < COMFORTABLE && this.mood === 'fight';
    const angle = Math.atan2(way.y - self.y, way.x - self.x) + (near ? Math.PI / 2 : 0);
    const keys = new Set<string>();
    if (Math.cos(angle) > STICK) keys.add('KeyD');
    if (Math.cos(angle) < -STICK) keys.add('KeyA');
    if (Math.sin(angle) > STICK) keys.add('KeyS');
    if (Math.sin(angle) < -STICK) keys.add('KeyW');
    return keys;
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

function nearest(self: ShownPlayer, others: readonly ShownPlayer[]): ShownPlayer | undefined {
  const distance = (other: ShownPlayer) => Math.hypot(other.x - self.x, other.y - self.y);
  return others.toSorted((a, b) => distance(a) - distance(b))[0];
}

function inRange(self: ShownPlayer, other: ShownPlayer): boolean {
  const distance = Math.hypot(other.x - self.x, other.y - self.y);
  return distance > ROCKET_FROM && distance < ROCKET_TO;
}

function towards(self: ShownPlayer, goal: ShownPlayer): { x: number; y: number } {
  if (canWalk(self.x, self.y, goal.x, goal.y)) return goal;
  return WAYPOINTS[firstHop(self.x, self.y, nearestWaypoint(goal.x, goal.y))] ?? goal;
}
