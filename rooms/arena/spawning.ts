/** Who is in the match and where they come to life: joining, leaving, spawn places, respawns. */
import { restore } from './damage.ts';
import { length } from './geometry.ts';
import { type Point, SPAWNS } from './map.ts';
import { MAX_PLAYERS, SHIELD_TICKS } from './rules.ts';
import type { Fighter, Match } from './world.ts';

export interface Joining {
  name: string;
  ai: boolean;
}

/** Puts a new player into the world, alive, with the lowest free color. */
export function joinMatch(match: Match, id: string, { name, ai }: Joining): Fighter {
  const player = match.make.player();
  player.name = name;
  player.ai = ai;
  player.color = freeColor(match);
  match.world.players.set(id, player);
  spawn(match, id, player);
  return player;
}

/** Takes a player out. Its rockets fly on, and what they do is nobody's doing. */
export function leaveMatch(match: Match, id: string): void {
  match.world.players.delete(id);
}

/** A new life, shielded, at the place farthest from every living enemy. */
export function spawn(match: Match, id: string, player: Fighter): void {
  const place = spawnPlace(match, id);
  restore(player);
  player.shieldTicks = SHIELD_TICKS;
  player.x = place.x;
  player.y = place.y;
}

/** Counts down shields and respawns. Who is away stays dead until the connection is back: one death at most. */
export function countLives(match: Match): void {
  for (const [id, player] of match.world.players) {
    if (player.shieldTicks > 0) player.shieldTicks--;
    if (player.alive) continue;
    if (player.respawnTicks > 0) player.respawnTicks--;
    if (player.respawnTicks === 0 && player.connected) spawn(match, id, player);
  }
}

function spawnPlace(match: Match, id: string): Point {
  let best = -1;
  let places: Point[] = [];
  for (const place of SPAWNS) {
    const room = distanceToEnemies(match, id, place);
    if (room > best) {
      best = room;
      places = [];
    }
    if (room === best) places.push(place);
  }
  return match.random.pick(places);
}

function distanceToEnemies(match: Match, id: string, place: Point): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [otherId, other] of match.world.players) {
    if (otherId === id || !other.alive) continue;
    nearest = Math.min(nearest, length(other.x - place.x, other.y - place.y));
  }
  return nearest;
}

function freeColor(match: Match): number {
  let taken = 0;
  for (const player of match.world.players.values()) taken |= 1 << player.color;
  for (let color = 0; color < MAX_PLAYERS; color++) {
    if ((taken & (1 << color)) === 0) return color;
  }
  return 0;
}
