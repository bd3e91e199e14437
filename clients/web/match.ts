/**
 * One match, from the joined room to its end: reads the devices, lets the netcode decide where everything is, draws a
 * frame, keeps the numbers up to date, and sits out lost connections. Made anew for each room.
 */
import type { Audio } from './audio.ts';
import type { ArenaRoom } from './connection.ts';
import type { Controls } from './input/controls.ts';
import { Line } from './latency.ts';
import { Meter } from './meter.ts';
import { Narrator } from './narrator.ts';
import { Netcode } from './netcode.ts';
import { type Actor, Cast } from './render/actors.ts';
import { Rockets } from './render/rockets.ts';
import type { Scene, View } from './render/view.ts';
import type { Feed } from './ui/feed.ts';
import type { Hud } from './ui/hud.ts';
import type { Panel } from './ui/panel.ts';
import type { Result } from './ui/result.ts';
import type { Scoreboard } from './ui/scoreboard.ts';
import type { Reconnecting } from './ui/waiting.ts';
import { Stay, type StayEvents } from './visit/stay.ts';

/** The parts of the page that a match uses; they outlive it. */
export interface MatchParts {
  readonly view: View;
  readonly audio: Audio;
  readonly controls: Controls;
  readonly hud: Hud;
  readonly feed: Feed;
  readonly board: Scoreboard;
  readonly result: Result;
  readonly panel: Panel;
  readonly reconnecting: Reconnecting;
}

/** How far the camera looks ahead of the player, towards where they aim. */
const LOOK_AHEAD = 0.17;
const LOOK_AHEAD_MOST = 120;
const STICK_LOOK_AHEAD = 70;

export class Match {
  readonly room: ArenaRoom;
  readonly netcode: Netcode;
  readonly line: Line;
  readonly meter: Meter;
  readonly cast: Cast;
  readonly #parts: MatchParts;
  readonly #rockets: Rockets;
  readonly #narrator: Narrator;
  readonly #events: StayEvents;
  readonly #stay: Stay;

  constructor(room: ArenaRoom, parts: MatchParts, events: StayEvents) {
    this.room = room;
    this.#parts = parts;
    this.#events = events;
    this.line = new Line(room);
    this.#rockets = new Rockets(room.sessionId);
    this.#narrator = new Narrator({ room, ...parts }, this.#rockets);
    this.netcode = new Netcode(room, { onFired: (fired) => this.#narrator.fired(fired) });
    this.cast = new Cast(room.sessionId, this.#narrator);
    this.#narrator.listen(this.cast, this.netcode);
    this.meter = new Meter(room, this.line, this.netcode, this.#narrator.hits);
    this.#stay = new Stay(room, {
      onReturn: () => this.#return(),
      onEnd: (code, reason) => this.#end(code, reason),
    });
    parts.hud.show(true);
    parts.feed.clear();
    parts.view.clear();
    parts.panel.attach(this.line);
    parts.reconnecting.onLeave(() => this.leave());
  }

  get self(): Actor | undefined {
    return this.cast.self;
  }

  /** Gives up the place in the room. */
  leave(): void {
    this.#stay.leave();
  }

  /** One frame. `time` and `seconds` (since the last frame) drive what is drawn, `now` (ms) the netcode. */
  frame(now: number, time: number, seconds: number): void {
    const startedAt = performance.now();
    const { controls, view } = this.#parts;
    controls.look(this.#aimAt);
    this.netcode.frame(now, this.#sample);
    this.cast.update(this.room.state.players, this.netcode, controls.aim, seconds);
    this.#narrator.follow(this.room.state);
    this.#rockets.update(this.room.state.rockets, this.netcode, seconds, view.effects);
    this.#moveCamera(seconds);
    view.draw(this.#scene(), time, seconds);
    this.#updatePage(seconds);
    const sampled = this.meter.frame(now, performance.now() - startedAt);
    this.#parts.panel.update(this.meter, sampled);
  }

  #updatePage(seconds: number): void {
    const { hud, board, result, reconnecting } = this.#parts;
    const { state, sessionId: selfId } = this.room;
    hud.update({ state, selfId, self: this.netcode.self, body: this.netcode.body }, seconds);
    board.update(hud.standing, selfId);
    result.update(state, hud.standing, selfId);
    reconnecting.show(this.#stay.attempt);
  }

  #scene(): Scene {
    const { controls } = this.#parts;
    return {
      actors: this.cast.actors,
      self: this.self,
      rockets: this.#rockets,
      pickups: this.room.state.pickups,
      crosshair: controls.device === 'mouse' ? controls.mouse : undefined,
    };
  }

  #moveCamera(seconds: number): void {
    const { view, controls, audio } = this.#parts;
    const { self } = this;
    if (!self) return;
    const { camera } = view;
    let ahead = STICK_LOOK_AHEAD;
    if (controls.device === 'mouse') {
      const reach = Math.hypot(controls.mouse.x - camera.screenX(self.x), controls.mouse.y - camera.screenY(self.y));
      ahead = Math.min(LOOK_AHEAD_MOST, (reach / camera.zoom) * LOOK_AHEAD);
    }
    camera.follow(self.x + Math.cos(self.aim) * ahead, self.y + Math.sin(self.aim) * ahead, seconds);
    audio.earX = self.x;
    audio.earY = self.y;
  }

  readonly #sample: Controls['sample'] = (input) => this.#parts.controls.sample(input);

  readonly #aimAt = (screenX: number, screenY: number): number => {
    const { camera } = this.#parts.view;
    const { self } = this;
    return Math.atan2(camera.worldY(screenY) - (self?.y ?? 0), camera.worldX(screenX) - (self?.x ?? 0));
  };

  #return(): void {
    this.netcode.reconnected();
    this.#events.onReturn();
  }

  #end(code: number, reason: string | undefined): void {
    const { hud, result, board, panel, reconnecting } = this.#parts;
    hud.show(false);
    result.hide();
    board.show(false);
    reconnecting.show(0);
    panel.attach(undefined);
    this.netcode.dispose();
    this.#events.onEnd(code, reason);
  }
}
