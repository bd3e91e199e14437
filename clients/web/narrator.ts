/**
 * What happens in a match, told to eyes and ears: turns messages and changes of the state into effects, sounds and lines
 * of the kill feed. Decides nothing about the game.
 */
import type { ArenaMessages } from '../../rooms/arena/rules.ts';
import { BODY_RADIUS, GUN_DAMAGE, GUN_RANGE, MAX_HEALTH, SCORE_KILL } from '../../rooms/arena/rules.ts';
import { Fired, raycastCircle, traceShot } from '../../rooms/arena/simulation.ts';
import type { ArenaState, Player } from '../../rooms/arena/state.ts';
import type { Audio } from './audio.ts';
import { type ArenaRoom, onMessage } from './connection.ts';
import type { Netcode } from './netcode.ts';
import type { Actor, ActorEvents, Cast } from './render/actors.ts';
import { COLORS } from './render/palette.ts';
import type { Rockets } from './render/rockets.ts';
import type { View } from './render/view.ts';
import type { Feed } from './ui/feed.ts';
import type { Hud } from './ui/hud.ts';

export interface Narration {
  readonly room: ArenaRoom;
  readonly view: View;
  readonly audio: Audio;
  readonly hud: Hud;
  readonly feed: Feed;
}

/** From a body's middle to the end of its barrel. */
const MUZZLE = 32;
const COUNTDOWN_FROM = 5;
/** An explosion further away than this is seen, not felt. */
const FELT_WITHIN = 620;

export class Narrator implements ActorEvents {
  readonly #n: Narration;
  readonly #rockets: Rockets;
  #cast!: Cast;
  #netcode!: Netcode;
  /** Own gun shots that hit somebody on this screen, and those that the server agreed to. */
  readonly hits = { seen: 0, given: 0 };
  #phase = '';
  #round = 0;
  #secondsLeft = 0;

  constructor(narration: Narration, rockets: Rockets) {
    this.#n = narration;
    this.#rockets = rockets;
  }

  listen(cast: Cast, netcode: Netcode): void {
    this.#cast = cast;
    this.#netcode = netcode;
    const { room } = this.#n;
    onMessage(room, 'kill', (message) => this.#kill(message));
    onMessage(room, 'hit', (message) => this.#hit(message));
    onMessage(room, 'hurt', (message) => this.#hurt(message));
    onMessage(room, 'boom', (message) => this.#boom(message));
    onMessage(room, 'pickup', (message) => this.#pickup(message));
  }

  /** The own weapon, before the server knows. */
  fired(fired: number): void {
    const { self } = this.#cast;
    const body = this.#netcode.body;
    if (!self || !body) return;
    const { effects, overlay } = this.#n.view;
    if (fired & Fired.gun) {
      this.#shoot(self, body);
      overlay.fired();
      effects.shake(0.07);
    }
    if (fired & Fired.rocket) {
      this.#rockets.predict(self.x, self.y, body.aim);
      effects.launch(muzzleX(self, body.aim), muzzleY(self, body.aim), body.aim);
      effects.shake(0.22);
      this.#n.audio.play('rocket');
    }
  }

  /** Judged where the body is exactly and where the others are shown now: the server goes back to the same moment. */
  #shoot(self: Actor, { x, y, aim }: Player): void {
    let distance = traceShot(x, y, aim, GUN_RANGE);
    let victim: Actor | undefined;
    for (const actor of this.#cast.actors) {
      if (actor.self || !actor.player.alive) continue;
      const [atX, atY] = [this.#netcode.x(actor.player), this.#netcode.y(actor.player)];
      const reach = raycastCircle(x, y, Math.cos(aim), Math.sin(aim), atX, atY, BODY_RADIUS);
      if (reach >= distance) continue;
      distance = reach;
      victim = actor;
    }
    if (victim && canBeHurt(victim, this.#phase)) this.hits.seen++;
    this.#tracer(self, x + Math.cos(aim) * distance, y + Math.sin(aim) * distance, victim !== undefined);
  }

  onShot(actor: Actor): void {
    if (actor.self) return;
    const { shotX, shotY } = actor.player;
    this.#tracer(actor, shotX, shotY, this.#bodyAt(shotX, shotY, actor));
  }

  onDeath(actor: Actor): void {
    const { view, audio } = this.#n;
    view.effects.death(actor.x, actor.y, actor.color);
    audio.play('death', actor.x, actor.y);
    if (actor.self) view.effects.shake(0.8);
  }

  onArrival(actor: Actor): void {
    this.#n.view.effects.arrival(actor.x, actor.y, actor.color);
    this.#n.audio.play('arrival', actor.x, actor.y);
  }

  onDash(actor: Actor): void {
    const body = actor.self ? this.#netcode.body : undefined;
    const { vx, vy } = body ?? actor.player;
    this.#n.view.effects.dash(actor.x, actor.y, Math.atan2(vy, vx));
    this.#n.audio.play('dash', actor.x, actor.y);
  }

  /** Once a frame: rounds, results, the last seconds. */
  follow(state: ArenaState): void {
    if (state.round !== this.#round || state.phase !== this.#phase) this.#turn(state);
    if (state.secondsLeft === this.#secondsLeft) return;
    this.#secondsLeft = state.secondsLeft;
    if (state.secondsLeft > 0 && state.secondsLeft <= COUNTDOWN_FROM) this.#n.audio.play('tick');
  }

  #turn({ round, phase, winner }: ArenaState): void {
    const first = this.#round === 0;
    const { audio, room } = this.#n;
    if (phase === 'result' && !first) audio.play(winner === room.sessionId ? 'victory' : 'end');
    if (phase === 'play') {
      audio.play('start');
      if (!first) this.#cast.startRound(this.#netcode);
    }
    this.#round = round;
    this.#phase = phase;
  }

  #kill({ killer, victim, weapon }: ArenaMessages['kill']): void {
    const { room, hud, feed, view, audio } = this.#n;
    const [by, of] = [this.#cast.get(killer), this.#cast.get(victim)];
    if (!of) return;
    const ownKill = killer === room.sessionId && killer !== victim;
    feed.add({
      killer: by && by !== of ? { name: by.player.name, color: by.color } : undefined,
      victim: { name: of.player.name, color: of.color },
      weapon,
      mine: ownKill || of.self,
    });
    if (ownKill) {
      view.effects.label(of.x, of.y - 52, `+${SCORE_KILL}`, COLORS.brassBright, 24);
      audio.play('kill');
    }
    if (of.self) hud.fell(words(by, of));
  }

  #hit({ victim, damage, x, y }: ArenaMessages['hit']): void {
    const actor = this.#cast.get(victim);
    if (damage <= GUN_DAMAGE) this.hits.given++;
    this.#n.view.effects.damage(actor?.x ?? x, actor?.y ?? y, damage, COLORS.brassBright);
    this.#n.view.overlay.hit();
    this.#n.audio.play('hit');
  }

  #hurt({ damage, x, y }: ArenaMessages['hurt']): void {
    const { self } = this.#cast;
    const share = damage / MAX_HEALTH;
    this.#n.hud.hurt(share);
    this.#n.audio.play('hurt');
    this.#n.view.effects.shake(0.12 + share * 0.8);
    if (!self) return;
    this.#n.view.overlay.hurtFrom(Math.atan2(y - self.y, x - self.x));
    this.#n.view.effects.damage(self.x, self.y, damage, COLORS.danger);
  }

  #boom({ x, y }: ArenaMessages['boom']): void {
    const { camera, effects } = this.#n.view;
    const near = Math.max(0, 1 - Math.hypot(x - camera.x, y - camera.y) / FELT_WITHIN);
    effects.explosion(x, y, near);
    this.#n.audio.play('explosion', x, y);
  }

  #pickup({ id, kind }: ArenaMessages['pickup']): void {
    const place = this.#n.room.state.pickups.get(id);
    if (!place) return;
    this.#n.view.effects.pickup(place.x, place.y, kind === 'haste' ? COLORS.haste : COLORS.health);
    this.#n.audio.play(kind, place.x, place.y);
  }

  /** From where the shooter is drawn to where the shot ended. */
  #tracer(actor: Actor, toX: number, toY: number, hit: boolean): void {
    const aim = Math.atan2(toY - actor.y, toX - actor.x);
    const near = Math.hypot(toX - actor.x, toY - actor.y) <= MUZZLE;
    const [x, y] = near ? [actor.x, actor.y] : [muzzleX(actor, aim), muzzleY(actor, aim)];
    this.#n.view.effects.shot(x, y, toX, toY, hit, COLORS.brassBright);
    this.#n.audio.play('gun', actor.x, actor.y);
  }

  #bodyAt(x: number, y: number, shooter: Actor): boolean {
    return this.#cast.actors.some((a) => a !== shooter && Math.hypot(a.x - x, a.y - y) < BODY_RADIUS * 2);
  }
}

const muzzleX = (actor: Actor, aim: number) => actor.x + Math.cos(aim) * MUZZLE;
const muzzleY = (actor: Actor, aim: number) => actor.y + Math.sin(aim) * MUZZLE;

function canBeHurt({ player }: Actor, phase: string): boolean {
  return phase === 'play' && player.shieldTicks === 0;
}

function words(by: Actor | undefined, of: Actor): string {
  if (!by) return 'You fell';
  return by === of ? 'You fell to your own rocket' : `You fell to ${by.player.name}`;
}
