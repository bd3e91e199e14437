/**
 * Rockets in the air. The own one is drawn from the moment it is fired; when the server's arrives, a round trip later,
 * it takes over where the drawn one is, and the gap between the two wears off.
 */
import { ROCKET_SPEED } from '../../../rooms/arena/rules.ts';
import { traceShot } from '../../../rooms/arena/simulation.ts';
import type { ArenaState, Rocket } from '../../../rooms/arena/state.ts';
import type { Netcode } from '../netcode.ts';
import type { Camera } from './camera.ts';
import type { Effects } from './effects.ts';
import { COLORS } from './palette.ts';
import { glowSprite, rocketSprite, stamp, stampTurned } from './sprites.ts';

/** A rocket as drawn. */
interface Flight {
  /** The server's rocket, once it is known. */
  rocket: Rocket | undefined;
  x: number;
  y: number;
  angle: number;
  /** Drawn this far off the server's rocket. */
  offX: number;
  offY: number;
  /** How far a predicted rocket may fly before a wall. */
  reach: number;
  age: number;
  seen: number;
}

const GAP_SECONDS = 0.16;
/** A prediction that the server has not confirmed by then was wrong. */
const CONFIRM_SECONDS = 0.8;
const MUZZLE = 30;

export class Rockets {
  readonly #flights: Flight[] = [];
  readonly #byRocket = new Map<Rocket, Flight>();
  readonly #selfId: string;
  readonly #sprite = rocketSprite();
  readonly #glow = glowSprite(COLORS.fire, 130, 0.75);
  #round = 0;

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  /** The own launcher went off; nothing of the server's is known yet. */
  predict(x: number, y: number, angle: number): void {
    const reach = traceShot(x, y, angle, ROCKET_SPEED * CONFIRM_SECONDS);
    const flight = newFlight(x + Math.cos(angle) * MUZZLE, y + Math.sin(angle) * MUZZLE, angle);
    flight.reach = Math.max(0, reach - MUZZLE);
    this.#flights.push(flight);
  }

  update(rockets: ArenaState['rockets'] | undefined, netcode: Netcode, seconds: number, effects: Effects): void {
    this.#round++;
    rockets?.forEach(this.#see);
    for (let i = this.#flights.length - 1; i >= 0; i--) {
      const flight = this.#flights[i]!;
      const flies = flight.rocket ? this.#fly(flight, flight.rocket, netcode, seconds) : this.#fake(flight, seconds);
      if (!flies) this.#drop(i, flight);
      else effects.rocketTrail(flight.x, flight.y, flight.angle);
    }
  }

  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    for (const { x, y, angle } of this.#flights) {
      if (!camera.sees(x, y, 80)) continue;
      context.globalCompositeOperation = 'lighter';
      context.globalAlpha = 0.7;
      stamp(context, this.#glow, x, y);
      context.globalCompositeOperation = 'source-over';
      context.globalAlpha = 1;
      stampTurned(context, this.#sprite, x, y, angle);
    }
  }

  readonly #see = (rocket: Rocket): void => {
    let flight = this.#byRocket.get(rocket);
    if (!flight) {
      flight = this.#takeOver(rocket) ?? this.#add(rocket);
      flight.rocket = rocket;
      this.#byRocket.set(rocket, flight);
    }
    flight.seen = this.#round;
  };

  /** The oldest own prediction becomes the server's rocket. */
  #takeOver(rocket: Rocket): Flight | undefined {
    if (rocket.owner !== this.#selfId) return undefined;
    const flight = this.#flights.find((candidate) => !candidate.rocket);
    if (!flight) return undefined;
    flight.offX = flight.x - rocket.x;
    flight.offY = flight.y - rocket.y;
    return flight;
  }

  #add(rocket: Rocket): Flight {
    const flight = newFlight(rocket.x, rocket.y, Math.atan2(rocket.vy, rocket.vx));
    this.#flights.push(flight);
    return flight;
  }

  #fly(flight: Flight, rocket: Rocket, netcode: Netcode, seconds: number): boolean {
    if (flight.seen !== this.#round) return false;
    const keep = Math.exp(-seconds / GAP_SECONDS);
    flight.offX *= keep;
    flight.offY *= keep;
    flight.x = netcode.rocketX(rocket) + flight.offX;
    flight.y = netcode.rocketY(rocket) + flight.offY;
    return true;
  }

  #fake(flight: Flight, seconds: number): boolean {
    const way = Math.min(ROCKET_SPEED * seconds, flight.reach);
    flight.x += Math.cos(flight.angle) * way;
    flight.y += Math.sin(flight.angle) * way;
    flight.reach -= way;
    flight.age += seconds;
    return flight.reach > 0 && flight.age < CONFIRM_SECONDS;
  }

  #drop(index: number, flight: Flight): void {
    this.#flights.splice(index, 1);
    if (flight.rocket) this.#byRocket.delete(flight.rocket);
  }
}

function newFlight(x: number, y: number, angle: number): Flight {
  return { rocket: undefined, x, y, angle, offX: 0, offY: 0, reach: 0, age: 0, seen: 0 };
}
