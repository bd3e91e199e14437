/**
 * The people and creatures on the screen: where each is drawn in this frame, and how far it is from having come or gone.
 * Who is told of comes and goes at the edge of sight all the time, so nobody pops up: they fade in and out. Draws nothing.
 */
import { Kind } from '../../../rooms/world/rules.ts';
import type { Unit } from '../../../rooms/world/state.ts';
import type { WorldRoom } from './connection.ts';
import type { Netcode } from './netcode.ts';

const FADE_SECONDS = 0.4;

export class Actor {
  readonly id: string;
  readonly self: boolean;
  unit: Unit;
  x: number;
  y: number;
  heading: number;
  /** 0 .. 1. */
  presence: number;
  /** Grows with the way walked: what feet swing by. */
  strides = 0;
  /** Units a second, smoothed. */
  pace = 0;
  gone = false;

  constructor(id: string, unit: Unit, self: boolean) {
    this.id = id;
    this.unit = unit;
    this.self = self;
    this.x = unit.x;
    this.y = unit.y;
    this.heading = unit.heading;
    this.presence = self ? 1 : 0;
  }

  get isPerson(): boolean {
    return this.unit.kind === Kind.player;
  }

  update(netcode: Netcode, seconds: number): void {
    const [x, y] = [netcode.x(this.unit), netcode.y(this.unit)];
    const way = Math.hypot(x - this.x, y - this.y);
    this.strides += Math.min(way, 40);
    this.pace += (way / Math.max(seconds, 1e-3) - this.pace) * Math.min(1, seconds * 10);
    this.x = x;
    this.y = y;
    this.heading = netcode.heading(this.unit);
    this.presence = Math.min(1, this.presence + seconds / FADE_SECONDS);
  }

  fade(seconds: number): void {
    this.presence -= seconds / FADE_SECONDS;
  }
}

export class Cast {
  readonly #room: WorldRoom;
  readonly #actors = new Map<string, Actor>();
  /** Those who were here and are no longer known; drawn until they have faded. */
  readonly #leaving = new Set<Actor>();

  constructor(room: WorldRoom) {
    this.#room = room;
  }

  get self(): Actor | undefined {
    return this.#actors.get(this.#room.sessionId);
  }

  /** Known ones. */
  get actors(): Iterable<Actor> {
    return this.#actors.values();
  }

  get leaving(): Iterable<Actor> {
    return this.#leaving;
  }

  update(netcode: Netcode, seconds: number): void {
    for (const actor of this.#actors.values()) actor.gone = true;
    this.#room.state.units?.forEach((unit, id) => {
      const actor = this.#actors.get(id) ?? this.#add(id, unit);
      actor.unit = unit;
      actor.gone = false;
      actor.update(netcode, seconds);
    });
    for (const [id, actor] of this.#actors) {
      if (!actor.gone) continue;
      this.#actors.delete(id);
      this.#leaving.add(actor);
    }
    for (const actor of this.#leaving) {
      actor.fade(seconds);
      if (actor.presence <= 0) this.#leaving.delete(actor);
    }
  }

  #add(id: string, unit: Unit): Actor {
    const actor = new Actor(id, unit, id === this.#room.sessionId);
    this.#actors.set(id, actor);
    return actor;
  }
}
