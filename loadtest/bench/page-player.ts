/**
 * A player made of keys and a mouse, simple on purpose: always on the move, aims at the nearest opponent, shoots all the
 * time. It makes the page do what it does in a fight; it does not play to win, and walls may stop it.
 */
import type { Page } from 'playwright-core';

const LOOK_EVERY_MS = 100;
const ROCKET_EVERY_LOOKS = 12;
/** Nearer than this, in CSS pixels, it walks around the opponent instead of towards it. */
const NEAR = 260;
/** An axis on which the stick would be out less than this is left alone. */
const STICK = 0.38;

/** From the own fighter to the nearest opponent alive, and where that one is on the screen. CSS pixels. */
interface Sight {
  readonly dx: number;
  readonly dy: number;
  readonly x: number;
  readonly y: number;
}

export class PagePlayer {
  readonly #page: Page;
  #held: readonly string[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** Plays until `done` says so. Rejects when the page is closed meanwhile. */
  async play(done: () => boolean | Promise<boolean>): Promise<void> {
    await this.#page.mouse.down();
    for (let look = 1; !(await done()); look++) {
      await this.#act(look);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    await this.#page.mouse.up();
    await this.#hold([]);
  }

  async #act(look: number): Promise<void> {
    const sight = await this.#page.evaluate(nearestOpponent);
    if (sight === undefined) return;
    await this.#page.mouse.move(sight.x, sight.y);
    await this.#hold(keysFor(sight));
    if (look % ROCKET_EVERY_LOOKS === 0) await this.#page.keyboard.press('KeyE');
  }

  async #hold(keys: readonly string[]): Promise<void> {
    const { keyboard } = this.#page;
    for (const key of this.#held) if (!keys.includes(key)) await keyboard.up(key);
    for (const key of keys) if (!this.#held.includes(key)) await keyboard.down(key);
    this.#held = keys;
  }
}

/** Runs in the page. */
function nearestOpponent(): Sight | undefined {
  const { self, players = [] } = window.hypogeum.snapshot() ?? {};
  if (!self) return undefined;
  const opponents = players
    .filter(({ id, alive }) => alive && id !== self.id)
    .map(({ screenX: x, screenY: y }) => ({ x, y, dx: x - self.screenX, dy: y - self.screenY }));
  return opponents.sort((a, b) => Math.hypot(a.dx, a.dy) - Math.hypot(b.dx, b.dy))[0];
}

function keysFor({ dx, dy }: Sight): string[] {
  const distance = Math.hypot(dx, dy) || 1;
  const [x, y] = distance > NEAR ? [dx / distance, dy / distance] : [-dy / distance, dx / distance];
  const keys: string[] = [];
  if (Math.abs(x) > STICK) keys.push(x > 0 ? 'KeyD' : 'KeyA');
  if (Math.abs(y) > STICK) keys.push(y > 0 ? 'KeyS' : 'KeyW');
  return keys;
}
