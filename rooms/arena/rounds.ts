/** The clock of the match: a round of play, its result, the next round from zero. */
import { layPickups } from './pickups.ts';
import { TICK_RATE } from './rules.ts';
import { spawn } from './spawning.ts';
import type { Match } from './world.ts';

/** Round numbers are uint16 on the wire. */
const MAX_ROUND = 65_535;

/** One tick of the round's clock. */
export function countRound(match: Match): void {
  match.phaseTicks--;
  if (match.phaseTicks <= 0) {
    if (match.world.phase === 'play') showResult(match);
    else startRound(match, (match.world.round % MAX_ROUND) + 1);
  }
  match.world.secondsLeft = Math.ceil(match.phaseTicks / TICK_RATE);
}

/** Play stops counting: scores stand, and nobody can be hurt until the next round. */
function showResult(match: Match): void {
  match.world.phase = 'result';
  match.world.winner = winnerOf(match);
  match.phaseTicks = match.resultTicks;
}

/** Everything from zero. Bodies are taken off the field first, so that each new place is far from the ones before it. */
export function startRound(match: Match, round: number): void {
  const { world } = match;
  world.phase = 'play';
  world.round = round;
  world.winner = '';
  world.rockets.clear();
  match.rocketTicks.clear();
  match.phaseTicks = match.roundTicks;
  layPickups(match);
  for (const player of world.players.values()) {
    player.score = 0;
    player.kills = 0;
    player.deaths = 0;
    player.alive = false;
    player.respawnTicks = 0;
  }
  for (const [id, player] of world.players) {
    if (player.connected) spawn(match, id, player);
  }
  world.secondsLeft = Math.ceil(match.phaseTicks / TICK_RATE);
}

/** Who has the most points, if only one has and they are more than none; empty on a draw. */
function winnerOf(match: Match): string {
  let best = 0;
  let winner = '';
  for (const [id, player] of match.world.players) {
    if (player.score === best) winner = '';
    if (player.score <= best) continue;
    best = player.score;
    winner = id;
  }
  return winner;
}
