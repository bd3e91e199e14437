/** What being hit does: health, shields, death, and who gets the points. Where hits come from is in `weapons.ts`. */
import { GUN_DAMAGE, MAX_HEALTH, RESPAWN_TICKS, SCORE_KILL, SCORE_SUICIDE } from './rules.ts';
import type { Fighter, Match, Weapon } from './world.ts';

/** Scores are int16 on the wire. */
const MAX_SCORE = 32_767;

export interface Harm {
  /** Who did it; may have left meanwhile, and may be the victim. */
  by: string;
  weapon: Weapon;
  damage: number;
  /** Where it came from. */
  x: number;
  y: number;
}

export const gunHarm = (by: string, x: number, y: number): Harm => ({ by, weapon: 'gun', damage: GUN_DAMAGE, x, y });

/** Takes health from a living player, unless a shield or the end of the round protects everybody. */
export function hurt(match: Match, id: string, victim: Fighter, harm: Harm): void {
  if (match.world.phase !== 'play' || victim.shieldTicks > 0 || !victim.alive) return;
  const damage = Math.min(harm.damage, victim.health);
  if (damage <= 0) return;
  victim.health -= damage;
  if (harm.by !== id) match.events.hit(harm.by, id, damage, victim.x, victim.y);
  match.events.hurt(id, harm.by, damage, harm.x, harm.y);
  if (victim.health === 0) kill(match, id, victim, harm);
}

function kill(match: Match, id: string, victim: Fighter, harm: Harm): void {
  victim.alive = false;
  victim.deaths++;
  victim.respawnTicks = RESPAWN_TICKS;
  victim.vx = 0;
  victim.vy = 0;
  victim.dashTicks = 0;
  victim.hasteTicks = 0;
  match.events.kill(credit(match, id, harm.by), id, harm.weapon);
}

/** Gives the points; answers who is named as the killer: nobody, when that player has left. */
function credit(match: Match, victimId: string, by: string): string {
  const killer = match.world.players.get(by);
  if (killer === undefined) return '';
  if (by === victimId) {
    addScore(killer, SCORE_SUICIDE);
  } else {
    killer.kills++;
    addScore(killer, SCORE_KILL);
  }
  return by;
}

function addScore(player: Fighter, points: number): void {
  player.score = Math.max(-MAX_SCORE, Math.min(MAX_SCORE, player.score + points));
}

/** A body as it starts a life, wherever it stands. */
export function restore(player: Fighter): void {
  player.alive = true;
  player.health = MAX_HEALTH;
  player.respawnTicks = 0;
  player.vx = 0;
  player.vy = 0;
  player.dashTicks = 0;
  player.dashCooldown = 0;
  player.gunCooldown = 0;
  player.rocketCooldown = 0;
  player.hasteTicks = 0;
}
