/**
 * A second player without a browser, so that what a test waits for does not hang on AI players: comes to the one under
 * test and stands there to be shot at, or shoots back. Sees the match through its own client, as the server tells it.
 */
import { canSee, length } from '../../rooms/arena/geometry.ts';
import { canWalk, firstHop, nearestWaypoint, WAYPOINTS } from '../../rooms/arena/navigation.ts';
import { Button } from '../../rooms/arena/rules.ts';
import type { Input } from '../../rooms/arena/simulation.ts';
import type { Player } from '../../rooms/arena/state.ts';
import type { ArenaPlayer } from './arena-player.ts';

/** `rest` stands where it is; `offer` comes near and stands; `attack` comes near and shoots. */
export type Part = 'rest' | 'offer' | 'attack';

const NEAR = 150;
const IN_RANGE = 420;
const FULL_STICK = 127;
const FRAME_MS = 10;

export class SparringPartner implements Disposable {
  part: Part = 'rest';
  readonly player: ArenaPlayer;
  readonly #target: () => Player;
  readonly #timer: NodeJS.Timeout;

  constructor(player: ArenaPlayer, target: () => Player) {
    this.player = player;
    this.#target = target;
    this.#timer = setInterval(() => this.player.frame((input) => this.#play(input)), FRAME_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #play(input: Input): void {
    const { self } = this.player;
    const target = this.#target();
    const reach = this.part === 'attack' ? IN_RANGE : NEAR;
    const near = length(target.x - self.x, target.y - self.y) < reach && canSee(self.x, self.y, target.x, target.y, 8);
    const way = near || this.part === 'rest' ? self : nextPlace(self, target);
    const distance = length(way.x - self.x, way.y - self.y) || 1;
    input.moveX = ((way.x - self.x) / distance) * FULL_STICK;
    input.moveY = ((way.y - self.y) / distance) * FULL_STICK;
    input.aim = Math.atan2(target.y - self.y, target.x - self.x);
    input.buttons = near && this.part === 'attack' ? Button.fire | Button.rocket : 0;
  }
}

function nextPlace(from: Player, to: Player): { x: number; y: number } {
  if (canWalk(from.x, from.y, to.x, to.y)) return to;
  return WAYPOINTS[firstHop(from.x, from.y, nearestWaypoint(to.x, to.y))] ?? to;
}
