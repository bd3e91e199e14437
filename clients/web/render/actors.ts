/**
 * The fighters as they are on the screen: where they are drawn in this frame, what has just happened to them, what they
 * drag behind them. Watches the replicated players and tells what changed; draws nothing (bodies.ts does).
 */
import type { ArenaState, Player } from '../../../rooms/arena/state.ts';
import type { Netcode } from '../netcode.ts';
import { fighterColor } from './palette.ts';
import { fighterSprite, type Sprite } from './sprites.ts';

export interface ActorEvents {
  onShot(actor: Actor): void;
  onDeath(actor: Actor): void;
  onArrival(actor: Actor): void;
  onDash(actor: Actor): void;
}

/** An after-image. */
export interface Ghost {
  x: number;
  y: number;
  aim: number;
  left: number;
}

export const GHOST_SECONDS = 0.26;
const GHOSTS = 7;
const GHOST_EVERY = 0.028;
const FLASH_SECONDS = 0.13;

export class Actor {
  readonly id: string;
  readonly self: boolean;
  player: Player;
  x = 0;
  y = 0;
  aim = 0;
  /** Seconds that the body still flashes from being hurt. */
  flash = 0;
  /** Seconds since it came into the arena, for the rise on the lift. */
  age = 0;
  dashing = false;
  color: string;
  sprite: Sprite;
  readonly ghosts: readonly Ghost[] = Array.from({ length: GHOSTS }, () => ({ x: 0, y: 0, aim: 0, left: 0 }));
  #nextGhost = 0;
  #ghostIn = 0;
  #alive: boolean;
  #health: number;
  #shots: number;
  /** Seen in the round of the latest look at the list. */
  seen = 0;

  constructor(id: string, player: Player, self: boolean) {
    this.id = id;
    this.self = self;
    this.player = player;
    this.color = fighterColor(player.color);
    this.sprite = fighterSprite(player.color, player.ai);
    this.#alive = player.alive;
    this.#health = player.health;
    this.#shots = player.shots;
    this.x = player.x;
    this.y = player.y;
  }

  /** A full new state may bring another instance for the same player. */
  adopt(player: Player): void {
    this.player = player;
    this.#shots = player.shots;
  }

  update(netcode: Netcode, ownAim: number, seconds: number, events: ActorEvents): void {
    this.#noticeLife(netcode, events);
    this.#place(netcode, ownAim);
    this.#noticeHarm();
    this.#noticeShots(events);
    this.#noticeDash(netcode, events);
    this.age += seconds;
    this.flash = Math.max(0, this.flash - seconds);
    this.#trail(seconds);
  }

  /** Comes up on a lift, wherever it was before. */
  arrive(netcode: Netcode, events: ActorEvents): void {
    netcode.teleported(this.player);
    this.#place(netcode, this.aim);
    this.age = 0;
    for (const ghost of this.ghosts) ghost.left = 0;
    if (this.#alive) events.onArrival(this);
  }

  #place(netcode: Netcode, ownAim: number): void {
    if (!this.#alive) return;
    this.x = netcode.x(this.player);
    this.y = netcode.y(this.player);
    this.aim = this.self ? ownAim : netcode.aim(this.player);
  }

  #noticeLife(netcode: Netcode, events: ActorEvents): void {
    const { alive } = this.player;
    if (alive === this.#alive) return;
    this.#alive = alive;
    if (!alive) events.onDeath(this);
    else this.arrive(netcode, events);
  }

  #noticeHarm(): void {
    const { health } = this.player;
    if (health < this.#health) this.flash = FLASH_SECONDS;
    this.#health = health;
  }

  #noticeShots(events: ActorEvents): void {
    if (this.player.shots === this.#shots) return;
    this.#shots = this.player.shots;
    events.onShot(this);
  }

  #noticeDash(netcode: Netcode, events: ActorEvents): void {
    const ticks = this.self ? netcode.body?.dashTicks : this.player.dashTicks;
    const dashing = this.#alive && (ticks ?? 0) > 0;
    if (dashing && !this.dashing) events.onDash(this);
    this.dashing = dashing;
  }

  #trail(seconds: number): void {
    for (const ghost of this.ghosts) ghost.left -= seconds;
    this.#ghostIn -= seconds;
    if (!this.#alive || this.#ghostIn > 0 || !(this.dashing || this.player.hasteTicks > 0)) return;
    this.#ghostIn = this.dashing ? GHOST_EVERY : GHOST_EVERY * 2;
    const ghost = this.ghosts[this.#nextGhost]!;
    this.#nextGhost = (this.#nextGhost + 1) % GHOSTS;
    ghost.x = this.x;
    ghost.y = this.y;
    ghost.aim = this.aim;
    ghost.left = GHOST_SECONDS;
  }
}

/** All fighters in the room. */
export class Cast {
  readonly actors: Actor[] = [];
  readonly #events: ActorEvents;
  readonly #selfId: string;
  #byId = new Map<string, Actor>();
  #round = 0;

  constructor(selfId: string, events: ActorEvents) {
    this.#selfId = selfId;
    this.#events = events;
  }

  get self(): Actor | undefined {
    return this.#byId.get(this.#selfId);
  }

  get(id: string): Actor | undefined {
    return this.#byId.get(id);
  }

  update(players: ArenaState['players'] | undefined, netcode: Netcode, ownAim: number, seconds: number): void {
    this.#round++;
    players?.forEach(this.#see);
    if (this.actors.length !== players?.size) this.#dropUnseen();
    for (const actor of this.actors) actor.update(netcode, ownAim, seconds, this.#events);
  }

  /** Everybody is somewhere else at once, and nobody died for it. */
  startRound(netcode: Netcode): void {
    for (const actor of this.actors) actor.arrive(netcode, this.#events);
  }

  /** A field, so that looking at the list each frame makes no new function. */
  readonly #see = (player: Player, id: string): void => {
    let actor = this.#byId.get(id);
    if (!actor) {
      actor = new Actor(id, player, id === this.#selfId);
      this.#byId.set(id, actor);
      this.actors.push(actor);
    } else if (actor.player !== player) {
      actor.adopt(player);
    }
    actor.seen = this.#round;
  };

  #dropUnseen(): void {
    for (let i = this.actors.length - 1; i >= 0; i--) {
      const actor = this.actors[i]!;
      if (actor.seen === this.#round) continue;
      this.actors.splice(i, 1);
      this.#byId.delete(actor.id);
    }
  }
}
