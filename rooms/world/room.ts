/**
 * The world as a room: who comes and goes, whose input is used when, and who is sent what. The world itself is in
 * `simulation.ts`. Written against Colyseus and the room kit alone.
 */
import { type Client, CloseCode, validate } from '@colyseus/core';
import { z } from 'zod';
import { createRandom, randomSeed } from '../../src/kernel/random.ts';
import { area, GameRoom, owner, playerName } from '../../src/roomkit/index.ts';
import { takeCensus } from './census.ts';
import { SIZE } from './map.ts';
import { INPUT_BUFFER_SIZE, LEAVE_RADIUS, MAX_PLAYERS, TICK_RATE, VIEW_RADIUS } from './rules.ts';
import { advance, createRealm, drop, enter, leave, type Realm, sanitizeWalk, walkOn } from './simulation.ts';
import { Bag, Item, Unit, WalkInput, WorldState } from './state.ts';

const RECONNECT_SECONDS = 20;
const NEWCOMER = 'Viator';
const SIGHT = {
  radius: VIEW_RADIUS,
  leaveRadius: LEAVE_RADIUS,
  bounds: { minX: 0, minY: 0, maxX: SIZE, maxY: SIZE },
};

/** Set by the server where the room is defined; a join request cannot set them. */
export interface WorldRoomOptions {
  creatures?: number;
  items?: number;
  /** How long a seat is kept for a player whose connection is lost. */
  reconnectSeconds?: number;
  /** Decides everything that is left to chance: the same seed and inputs give the same world. */
  seed?: number;
}

interface WorldTypes {
  state: WorldState;
  input: WalkInput;
}

export class WorldRoom extends GameRoom<WorldTypes> {
  static override joinOptions = z.strictObject({ name: z.string().optional() });

  override tickRate = TICK_RATE;
  override maxClients = MAX_PLAYERS;
  override state = new WorldState();
  override inputs = this.defineInput(WalkInput, { sanitize: sanitizeWalk, bufferMaxSize: INPUT_BUFFER_SIZE });

  override messages = {
    /** One of a kind back on the ground; asked as a request, answered with whether there was one. */
    drop: validate(z.string(), ({ sessionId }, kind) => drop(this.#realm, sessionId, kind)),
    /** Answered with the message `census` after the patch of the tick that it describes (see census.ts). */
    census: validate(z.undefined(), (client) => void this.#censuses.add(client)),
    /** Asked as a request; answered with the name as the others now see it. */
    rename: validate(z.string(), (client, name) => this.#rename(client, name)),
  };

  #realm!: Realm;
  #reconnectSeconds = RECONNECT_SECONDS;
  readonly #censuses = new Set<Client>();

  /** A name that cannot be used is refused before a seat is reserved. */
  static override async onAuth(_token: string, options: { name?: string } | undefined): Promise<boolean> {
    playerName(options?.name);
    return true;
  }

  override onCreate(options: WorldRoomOptions): void {
    this.#realm = createRealm({
      world: this.state,
      random: createRandom(options.seed ?? randomSeed()),
      make: { unit: () => new Unit(), item: () => new Item(), bag: () => new Bag() },
      creatures: options.creatures,
      items: options.items,
    });
    this.#reconnectSeconds = options.reconnectSeconds ?? RECONNECT_SECONDS;
    const { units, items, bags } = this.state;
    this.replicate(units, area(SIGHT));
    this.replicate(items, area({ ...SIGHT, center: units }));
    this.replicate(bags, owner());
  }

  override onJoin({ sessionId }: Client, options?: { name?: string }): void {
    enter(this.#realm, sessionId, playerName(options?.name) || NEWCOMER);
  }

  /** The body stands where it is until its player is back. Whoever was thrown out for what it sent has no seat to come back to. */
  override async onDrop(client: Client, code?: number): Promise<void> {
    this.#censuses.delete(client);
    if (code === CloseCode.WITH_ERROR) return;
    this.#setConnected(client, false);
    await this.allowReconnection(client, this.#reconnectSeconds);
  }

  override onReconnect(client: Client): void {
    this.#setConnected(client, true);
  }

  override onLeave(client: Client): void {
    this.#censuses.delete(client);
    leave(this.#realm, client.sessionId);
  }

  override step(): void {
    const realm = this.#realm;
    realm.walkers.forEach((walker) => void walkOn(realm, walker, this.inputs));
    advance(realm);
  }

  /** The world is as the patch will show it, after one step or several; the answers follow that patch. */
  override onBeforePatch(): void {
    if (this.#censuses.size > 0) this.#answerCensus(this.#realm.tick);
  }

  /** One a tick, because each costs a walk through all there is. */
  #answerCensus(tick: number): void {
    const at = this.clock.elapsedTime >>> 0;
    for (const client of this.#censuses) {
      this.#censuses.delete(client);
      client.send('census', takeCensus(this.#realm.world, client.sessionId, at, tick), { afterNextPatch: true });
      return;
    }
  }

  #rename({ sessionId }: Client, raw: string): string {
    const name = playerName(raw) || NEWCOMER;
    const unit = this.state.units.get(sessionId);
    if (unit !== undefined) unit.name = name;
    return name;
  }

  #setConnected({ sessionId }: Client, connected: boolean): void {
    const unit = this.state.units.get(sessionId);
    if (unit !== undefined) unit.connected = connected;
  }
}
