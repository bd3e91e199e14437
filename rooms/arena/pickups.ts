/** Health and haste that lie in the arena: who takes them, and when they are back. */
import { length } from './geometry.ts';
import { PICKUPS } from './map.ts';
import { BODY_RADIUS, HASTE_TICKS, HEALTH_PICKUP, MAX_HEALTH, PICKUP_RADIUS, PICKUP_RESPAWN_TICKS } from './rules.ts';
import type { Fighter, Item, Match } from './world.ts';

const REACH = BODY_RADIUS + PICKUP_RADIUS;

/** Lays out all pickups, ready to be taken. */
export function layPickups(match: Match): void {
  match.pickupTicks.clear();
  for (const [index, place] of PICKUPS.entries()) {
    const item = match.world.pickups.get(`p${index}`) ?? addPickup(match, `p${index}`);
    item.kind = place.kind;
    item.x = place.x;
    item.y = place.y;
    item.active = true;
  }
}

function addPickup(match: Match, id: string): Item {
  const item = match.make.pickup();
  match.world.pickups.set(id, item);
  return item;
}

/** One tick: brings back those whose time has come, and gives the others to whoever stands on them. */
export function servePickups(match: Match): void {
  for (const [id, item] of match.world.pickups) {
    if (item.active) offer(match, id, item);
    else wait(match, id, item);
  }
}

function wait(match: Match, id: string, item: Item): void {
  const ticks = (match.pickupTicks.get(id) ?? 1) - 1;
  match.pickupTicks.set(id, ticks);
  if (ticks <= 0) item.active = true;
}

function offer(match: Match, id: string, item: Item): void {
  if (match.world.phase !== 'play') return;
  for (const [playerId, player] of match.world.players) {
    if (!player.alive || length(player.x - item.x, player.y - item.y) >= REACH || !wants(player, item)) continue;
    take(player, item);
    match.pickupTicks.set(id, PICKUP_RESPAWN_TICKS);
    match.events.pickup(playerId, id, item.kind === 'haste' ? 'haste' : 'health');
    return;
  }
}

/** Nobody uses up health in full health. */
function wants(player: Fighter, item: Item): boolean {
  return item.kind === 'haste' || player.health < MAX_HEALTH;
}

function take(player: Fighter, item: Item): void {
  item.active = false;
  if (item.kind === 'haste') player.hasteTicks = HASTE_TICKS;
  else player.health = Math.min(MAX_HEALTH, player.health + HEALTH_PICKUP);
}
