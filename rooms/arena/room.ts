/**
 * The arena as a room: who comes and goes, whose input is used when, and who is told what. The game itself is in
 * `simulation.ts`. Written against Colyseus and the room kit alone.
 */
import { type Client, CloseCode, type Rewind, validate } from '@colyseus/core';
import { z } from 'zod';
import { createRandom, randomSeed } from '../../src/kernel/random.ts';
import { GameRoom, playerName } from '../../src/roomkit/index.ts';
import { Crew } from './crew.ts';
import { INPUT_BUFFER_SIZE, InputBudget } from './input-budget.ts';
import { type ArenaMessages, FILL, MAX_PLAYERS, MAX_REWIND_MS, TICK_RATE } from './rules.ts';
import {
  act,
  advance,
  createMatch,
  type Events,
  type Input,
  joinMatch,
  leaveMatch,
  type Match,
  type SeenAt,
  sanitizeInput,
} from './simulation.ts';
import { ArenaInput, ArenaState, Pickup, Player, Rocket } from './state.ts';

const RECONNECT_SECONDS = 20;
const NEWCOMER = 'Tiro';
const POSITION = ['x', 'y'] as const;

/** Set by the server where the room is defined; a join request cannot set them. */
export interface ArenaRoomOptions {
  roundSeconds?: number;
  resultSeconds?: number;
  /** AI players fill the room up to this many. */
  fill?: number;
  /** How long a seat is kept for a player whose connection is lost. */
  reconnectSeconds?: number;
  /** Decides everything that is left to chance: the same seed and inputs play the same match. */
  seed?: number;
}

interface ArenaTypes {
  state: ArenaState;
  input: ArenaInput;
  metadata: { round: number; phase: string };
}

export class ArenaRoom extends GameRoom<ArenaTypes> {
  static override joinOptions = z.strictObject({ name: z.string().optional() });

  override tickRate = TICK_RATE;
  override maxClients = MAX_PLAYERS;
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput, { sanitize: sanitizeInput, bufferMaxSize: INPUT_BUFFER_SIZE });

  override messages = {
    /** Asked as a request; answered with the name as the others now see it. */
    rename: validate(z.string(), (client, name) => this.#rename(client, name)),
  };

  #match!: Match;
  #crew!: Crew;
  #rewind!: Rewind;
  #reconnectSeconds = RECONNECT_SECONDS;
  readonly #budgets = new Map<string, InputBudget>();
  readonly #idle: Input = { moveX: 0, moveY: 0, aim: 0, buttons: 0 };

  /** A name that cannot be used is refused before a seat is reserved. */
  static override async onAuth(_token: string, options: { name?: string } | undefined): Promise<boolean> {
    playerName(options?.name);
    return true;
  }

  override onCreate(options: ArenaRoomOptions): void {
    this.#rewind = this.allowRewindState({ maxRewindMs: MAX_REWIND_MS });
    this.#rewind.attachAll(this.state.players, { fields: POSITION });
    this.#match = createMatch({
      world: this.state,
      random: createRandom(options.seed ?? randomSeed()),
      events: this.#tellPlayers(),
      make: { player: () => new Player(), rocket: () => new Rocket(), pickup: () => new Pickup() },
      roundSeconds: options.roundSeconds,
      resultSeconds: options.resultSeconds,
    });
    this.#reconnectSeconds = options.reconnectSeconds ?? RECONNECT_SECONDS;
    this.#crew = new Crew(this.#match, Math.min(options.fill ?? FILL, MAX_PLAYERS));
    this.#list();
  }

  override onJoin({ sessionId }: Client, options?: { name?: string }): void {
    const name = playerName(options?.name) || NEWCOMER;
    this.#budgets.set(sessionId, new InputBudget());
    this.#crew.balance(this.#budgets.size);
    joinMatch(this.#match, sessionId, { name, ai: false });
  }

  /**
   * The body stays, slows down and can be hit, but is not brought back to life: its loss is one death at most. Whoever
   * was thrown out for what it sent has no seat to come back to.
   */
  override async onDrop(client: Client, code?: number): Promise<void> {
    if (code === CloseCode.WITH_ERROR) return;
    this.#setConnected(client, false);
    await this.allowReconnection(client, this.#reconnectSeconds);
  }

  override onReconnect(client: Client): void {
    this.#setConnected(client, true);
  }

  override onLeave({ sessionId }: Client): void {
    if (!this.#budgets.delete(sessionId)) return;
    leaveMatch(this.#match, sessionId);
    this.#crew.balance(this.#budgets.size);
  }

  override step(): void {
    const { phase } = this.state;
    for (const [id, budget] of this.#budgets) this.#playInputs(id, budget);
    this.#crew.play();
    advance(this.#match);
    if (this.state.phase !== phase) this.#list();
  }

  /** Each input is judged on its own: taking it sets the render time that `#seenAt` looks back to. */
  #playInputs(id: string, budget: InputBudget): void {
    const player = this.state.players.get(id)!;
    const queue = this.inputs.get(id);
    budget.grant(queue);
    for (let input = budget.take(queue); input !== undefined; input = budget.take(queue)) {
      act(this.#match, id, player, input, this.#seenAt);
    }
    if (!budget.takeIdle()) return;
    this.#idle.aim = player.aim;
    act(this.#match, id, player, this.#idle);
  }

  /** Where the shooter's screen showed the target, at most `MAX_REWIND_MS` ago; now, if its clock is not in step yet. */
  #seenAt: SeenAt = (shooter, target) => this.#rewind.lastSeenBy(shooter).read(target, POSITION, this.#seen);
  readonly #seen = { x: 0, y: 0 };

  #rename({ sessionId }: Client, raw: string): string {
    const name = playerName(raw) || NEWCOMER;
    const player = this.state.players.get(sessionId);
    if (player !== undefined) player.name = name;
    return name;
  }

  #setConnected({ sessionId }: Client, connected: boolean): void {
    const player = this.state.players.get(sessionId);
    if (player !== undefined) player.connected = connected;
  }

  #tellPlayers(): Events {
    return {
      kill: (killer, victim, weapon) => this.#tellAll('kill', { killer, victim, weapon }),
      hit: (by, victim, damage, x, y) => this.#tell(by, 'hit', { victim, damage, x, y }),
      hurt: (victim, by, damage, x, y) => this.#tell(victim, 'hurt', { by, damage, x, y }),
      boom: (x, y) => this.#tellAll('boom', { x, y }),
      pickup: (by, id, kind) => this.#tellAll('pickup', { by, id, kind }),
    };
  }

  #tellAll<T extends keyof ArenaMessages>(type: T, message: ArenaMessages[T]): void {
    this.broadcast(type, message);
  }

  /** To one player; AI players and people who are away hear nothing. */
  #tell<T extends keyof ArenaMessages>(id: string, type: T, message: ArenaMessages[T]): void {
    this.clients.get(id)?.send(type, message);
  }

  /** What the room list shows. A write that fails (the store is away) is made good at the next change of phase. */
  #list(): void {
    const { round, phase } = this.state;
    this.setMatchmaking({ metadata: { round, phase } }).catch(() => {});
  }
}
