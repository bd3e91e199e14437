/**
 * One stay in the world, from the joined room to its end: reads the devices, lets the netcode decide where everything is,
 * draws a frame, and sits out lost connections. Made anew for each room.
 */
import type { ItemKind } from '../../../rooms/world/rules.ts';
import type { Audio } from '../audio.ts';
import { Line } from '../latency.ts';
import { Meter } from '../meter.ts';
import type { Panel } from '../ui/panel.ts';
import type { Reconnecting } from '../ui/waiting.ts';
import { Stay, type StayEvents } from '../visit/stay.ts';
import type { BagStrip } from './bag.ts';
import { Cast } from './cast.ts';
import type { WorldRoom } from './connection.ts';
import type { Controls } from './controls.ts';
import type { WorldHud } from './hud.ts';
import type { Minimap } from './minimap.ts';
import { Netcode } from './netcode.ts';
import { ThingsShown } from './things.ts';
import type { WorldView } from './view.ts';

/** The parts of the page that a journey uses; they outlive it. */
export interface JourneyParts {
  readonly view: WorldView;
  readonly audio: Audio;
  readonly controls: Controls;
  readonly hud: WorldHud;
  readonly bag: BagStrip;
  readonly minimap: Minimap;
  readonly panel: Panel;
  readonly reconnecting: Reconnecting;
}

export class Journey {
  readonly room: WorldRoom;
  readonly netcode: Netcode;
  readonly line: Line;
  readonly meter: Meter;
  readonly cast: Cast;
  readonly #parts: JourneyParts;
  readonly #events: StayEvents;
  readonly #things: ThingsShown;
  readonly #stay: Stay;

  constructor(room: WorldRoom, parts: JourneyParts, events: StayEvents) {
    this.room = room;
    this.#parts = parts;
    this.#events = events;
    this.line = new Line(room);
    this.netcode = new Netcode(room);
    this.cast = new Cast(room);
    this.#things = new ThingsShown(room, () => parts.audio.play('health'));
    this.meter = new Meter(room, this.line, this.netcode);
    room.onMessage('*', () => {});
    this.#stay = new Stay(room, {
      onReturn: () => this.#return(),
      onEnd: (code, reason) => this.#end(code, reason),
    });
    parts.hud.show(true);
    parts.view.clear();
    parts.panel.attach(this.line);
    parts.reconnecting.onLeave(() => this.leave());
  }

  /** Gives up the place in the room. */
  leave(): void {
    this.#stay.leave();
  }

  /** Puts one thing of that kind back on the ground; the bag follows when the server has done it. */
  drop(kind: ItemKind): void {
    if (this.#stay.dropped || !this.room.state.bags?.get(this.room.sessionId)?.counts.get(kind)) return;
    this.room.send('drop', kind);
    this.#parts.audio.play('dash');
  }

  /** One frame. `time` and `seconds` (since the last frame) drive what is drawn, `now` (ms) the netcode. */
  frame(now: number, time: number, seconds: number): void {
    const startedAt = performance.now();
    const { controls, view, minimap, panel } = this.#parts;
    controls.poll();
    this.netcode.frame(now, controls.sample);
    this.cast.update(this.netcode, seconds);
    const { self } = this.cast;
    this.#things.update(self, seconds);
    view.sky.update(this.room.state.hour ?? 0, seconds);
    if (self) {
      view.camera.follow(self.x, self.y, seconds);
      controls.bodyX = view.camera.screenX(self.x);
      controls.bodyY = view.camera.screenY(self.y);
    }
    view.draw(this.cast, this.#things, time);
    minimap.draw(this.room, this.cast, time);
    this.#updatePage(seconds);
    const sampled = this.meter.frame(now, performance.now() - startedAt);
    panel.update(this.meter, sampled);
  }

  #updatePage(seconds: number): void {
    const { hud, bag, reconnecting } = this.#parts;
    hud.update(this.room, seconds);
    bag.update(this.room.state.bags?.get(this.room.sessionId));
    reconnecting.show(this.#stay.attempt);
  }

  #return(): void {
    this.netcode.reconnected();
    this.#events.onReturn();
  }

  #end(code: number, reason: string | undefined): void {
    const { hud, panel, reconnecting } = this.#parts;
    hud.show(false);
    reconnecting.show(0);
    panel.attach(undefined);
    this.netcode.dispose();
    this.#events.onEnd(code, reason);
  }
}
