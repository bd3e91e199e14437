/**
 * The arena's simulation: what the server plays and what a client predicts with, from one place. A tick is
 * `act` once for each input of each player, then `advance` once. Pure: no clock, no Colyseus, and no chance but from
 * the seeded generator handed in; equal seeds and inputs give equal worlds.
 */
import { Fired, type Input, stepBody } from './movement.ts';
import { servePickups } from './pickups.ts';
import { countRound, startRound } from './rounds.ts';
import { TICK_SECONDS } from './rules.ts';
import { countLives } from './spawning.ts';
import { flyRockets, launch, shoot } from './weapons.ts';
import { type Fighter, type Match, type MatchOptions, newMatch, type SeenAt, seenLive } from './world.ts';

export { canSee, raycastCircle, traceRay, traceShot } from './geometry.ts';
export { type Body, Fired, type Input, PREDICTED_FIELDS, sanitizeInput, stepBody, wrapAngle } from './movement.ts';
export { joinMatch, leaveMatch } from './spawning.ts';
export { type Events, type Fighter, type Match, type SeenAt, seenLive, type World } from './world.ts';

/** A match in its first round, with nobody in it yet. */
export function createMatch(options: MatchOptions): Match {
  const match = newMatch(options);
  startRound(match, 1);
  return match;
}

/** Applies one input of one player: the body moves, and what it fires is judged where `seenAt` says others were seen. */
export function act(match: Match, id: string, player: Fighter, input: Input, seenAt: SeenAt = seenLive): void {
  const fired = stepBody(player, input, TICK_SECONDS);
  if (fired === 0) return;
  if (fired & (Fired.gun | Fired.rocket)) player.shieldTicks = 0;
  if (fired & Fired.gun) shoot(match, id, player, seenAt);
  if (fired & Fired.rocket) launch(match, id, player);
}

/** Everything of a tick that is nobody's input. */
export function advance(match: Match): void {
  flyRockets(match);
  servePickups(match);
  countLives(match);
  countRound(match);
}
