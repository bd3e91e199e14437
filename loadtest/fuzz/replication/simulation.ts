/**
 * Runs a plan: in every tick its operations, one encoding, one frame to each client that is sent to; each frame is
 * checked on the wire and in the client against the model. At the end everybody is brought up to date.
 */
import { Encoder, Reflection } from '@colyseus/schema';
import { createRandom } from '../../../src/kernel/random.ts';
import { BudgetModel } from './budget-model.ts';
import { canariesInBytes } from './canary.ts';
import { Chronicle } from './chronicle.ts';
import { COLLECTIONS } from './collections.ts';
import { allowedOnWire, type Claims, type ObserverModel, TICK_MS } from './model.ts';
import { OPERATIONS, type Plan } from './plan.ts';
import type { MakeReplicator, StateReplicator } from './replicator.ts';
import type { Connection, Session } from './session.ts';
import { join, type Players } from './session-operations.ts';
import { World } from './world.ts';

export interface Failure {
  readonly tick: number;
  /** Undefined when it failed for nobody in particular. */
  readonly sessionId: string | undefined;
  readonly wrong: readonly string[];
}

export interface Outcome {
  readonly failure: Failure | undefined;
  /** What was done, one line an operation. */
  readonly trace: readonly string[];
  readonly frames: number;
  readonly bytes: number;
  /** How often a client was behind within what its budget allows. */
  readonly lagging: number;
  /** Ids the decoders held at the end that lead nowhere. */
  readonly leaked: number;
}

const MAX_STALE_MS = 1000;
const LATE_JOINER = 's9';

export function simulate(plan: Plan, make: MakeReplicator): Outcome {
  const simulation = new Simulation(make);
  try {
    for (const operations of plan) {
      for (const { kind, seed } of operations) simulation.operate(kind, seed);
      simulation.tick();
    }
    simulation.settle();
  } catch (error) {
    if (!(error instanceof Wrong)) simulation.fail(undefined, [`${error instanceof Error ? error.stack : error}`]);
  }
  return simulation.outcome();
}

/** Ends a run; what went wrong is noted already. */
class Wrong extends Error {
  override readonly name = 'Wrong';
}

class Simulation {
  readonly #players: Players;
  readonly #replicator: StateReplicator;
  readonly #chronicle = new Chronicle(MAX_STALE_MS);
  readonly #trace: string[] = [];
  readonly #encoder: Encoder;
  /** Of players with a budget. */
  readonly #budgets = new WeakMap<ObserverModel, BudgetModel>();
  readonly #frames: { readonly frame: Buffer; readonly copy: Buffer }[] = [];
  #tick = 0;
  #lagging = 0;
  #failure: Failure | undefined;

  constructor(make: MakeReplicator) {
    const world = new World();
    const encoder = new Encoder(world.state);
    this.#encoder = encoder;
    this.#replicator = make(encoder, world);
    for (const { of, policy } of COLLECTIONS)
      if (policy !== undefined) this.#replicator.replicate(of(world.state), policy(world.state));
    const handshake = Reflection.encode(encoder);
    this.#players = { world, replicator: this.#replicator, handshake, sessions: new Map() };
  }

  operate(kind: string, seed: number): void {
    const done = OPERATIONS[kind]!(this.#players, createRandom(seed));
    if (done !== undefined) this.#trace.push(`tick ${this.#tick}: ${kind}: ${done}`);
  }

  tick(): void {
    const now = this.#now;
    this.#chronicle.write(this.#players.world, now);
    this.#replicator.encode(now);
    for (const session of this.#players.sessions.values()) {
      const { connection } = session;
      if (connection.kind === 'away' || connection.stalledTicks-- > 0) continue;
      connection.stalledTicks = 0;
      this.#serve(session, connection);
    }
    this.#replicator.finish();
    this.#tick++;
  }

  /** Quiet ticks until no budget excuses anybody, and a client that comes late. */
  settle(): void {
    join(this.#players, LATE_JOINER, createRandom(this.#tick));
    this.#trace.push(`tick ${this.#tick}: everybody resumes, ${LATE_JOINER} joins`);
    for (const session of this.#players.sessions.values()) {
      if (session.connection.kind === 'here') session.connection.stalledTicks = 0;
      else session.connect(this.#replicator);
    }
    const stale = [...this.#players.sessions.values()].map(({ budget }) => budget?.maxStaleMs ?? 0);
    for (let ms = -TICK_MS; ms <= Math.max(...stale); ms += TICK_MS) this.tick();
    for (const { sessionId, sent, client } of this.#players.sessions.values())
      if (sent.join() !== client.messages.join()) this.#stop(sessionId, ['messages were lost or changed']);
    for (const { frame, copy } of this.#frames)
      if (!frame.equals(copy)) this.#stop(undefined, ['a frame was written to after it was sent']);
  }

  outcome(): Outcome {
    const sessions = [...this.#players.sessions.values()];
    return {
      failure: this.#failure,
      trace: this.#trace,
      frames: this.#frames.length,
      bytes: this.#frames.reduce((sum, { copy }) => sum + copy.length, 0),
      lagging: this.#lagging,
      leaked: sessions.reduce((sum, { client }) => sum + client.strayReferences().leaked.length, 0),
    };
  }

  fail(sessionId: string | undefined, wrong: readonly string[]): void {
    this.#failure ??= { tick: this.#tick, sessionId, wrong };
  }

  get #now(): number {
    return this.#tick * TICK_MS;
  }

  #serve(session: Session, { observer, model }: Connection & { kind: 'here' }): void {
    const { sessionId, client } = session;
    const claims = model.claims(this.#players.world, this.#chronicle);
    const whole = this.#replicator.needsSnapshot(observer);
    const head = session.head(whole ? 'state' : 'patch', this.#now);
    const frame = whole ? this.#replicator.snapshot(observer, head) : this.#replicator.patch(observer, head);
    const lagging = model.lagging;
    const wrong: string[] = [];
    if (frame !== undefined) wrong.push(...this.#inspect(frame, head, claims), ...client.receive(frame));
    wrong.push(...model.compare(claims, this.#chronicle, client.holdings(), this.#now));
    const lags = model.lagging > lagging;
    const budget = this.#budgetOf(session, model);
    if (whole) budget?.snapshot(frame!, head.length, claims, this.#now);
    else wrong.push(...(budget?.patch(frame, head.length, claims, lags, this.#now) ?? []));
    if (frame !== undefined) wrong.push(...client.damages(this.#players.world.lost, lags));
    if (wrong.length === 0) wrong.push(...this.#compareKnown(observer, model));
    this.#lagging += model.lagging - lagging;
    if (wrong.length > 0) this.#stop(sessionId, wrong);
  }

  #budgetOf({ budget }: Session, model: ObserverModel): BudgetModel | undefined {
    if (budget !== undefined && !this.#budgets.has(model))
      this.#budgets.set(model, new BudgetModel(budget, this.#encoder));
    return this.#budgets.get(model);
  }

  /** What is wrong with a frame whatever a client makes of it. */
  #inspect(frame: Buffer, head: Buffer, claims: Claims): string[] {
    this.#frames.push({ frame, copy: Buffer.from(frame) });
    const allowed = allowedOnWire(claims, this.#chronicle);
    const secrets = canariesInBytes(frame).filter((id) => !allowed.canaries.has(id));
    const keys = (frame.toString('latin1').match(/[a-z]+-k\d;/g) ?? []).filter((key) => !allowed.keys.has(key));
    return [
      ...(frame.subarray(0, head.length).equals(head) ? [] : ['the frame does not begin with its head']),
      ...secrets.map((id) => `the frame betrays the value ¤~${id}; of an entity that the client must not see`),
      ...keys.map((key) => `the frame betrays the key ${key}`),
    ];
  }

  #compareKnown(observer: unknown, model: ObserverModel): string[] {
    if (this.#replicator.eachKnown === undefined) return [];
    const known: string[] = [];
    this.#replicator.eachKnown(observer, (index, key) => known.push(`${COLLECTIONS[index]!.name}/${key}`));
    const [says, has] = [known.sort().join(' '), model.heldKeys().sort().join(' ')];
    return says === has ? [] : [`the observer says it knows: ${says}; the client holds: ${has}`];
  }

  #stop(sessionId: string | undefined, wrong: readonly string[]): never {
    this.fail(sessionId, wrong);
    throw new Wrong();
  }
}
