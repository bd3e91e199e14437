/** One run of `chaos -- slow`: a server, players who go on, players who stall, each in a process. All of it is ended here. */
import { Forked } from '../forked.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import type {
  Comparison,
  FromClients,
  FromServer,
  MemoryUse,
  RoomKind,
  ToClients,
  ToServer,
  Trouble,
  Truth,
} from './slow-messages.ts';

const SERVER = new URL('./slow-server.ts', import.meta.url);
const CLIENTS = new URL('./slow-clients.ts', import.meta.url);

export interface SlowPlan {
  readonly room: RoomKind;
  readonly trouble: Trouble;
  readonly clients: number;
  readonly stalled: number;
  /** How long they stall. */
  readonly seconds: number;
  readonly settleSeconds: number;
}

export interface SlowRun {
  /** Between patches of the players who go on, while the others stall: an HDR histogram as text. */
  readonly intervals: string;
  readonly before: MemoryUse;
  /** After a part of the stall, before a timeout closes anybody; and at its end. */
  readonly during: MemoryUse;
  readonly after: MemoryUse;
  /** A second after the stalled ones read on, and later. */
  readonly soon: { readonly steady: Comparison; readonly stalled: Comparison };
  readonly late: { readonly steady: Comparison; readonly stalled: Comparison };
  readonly machine: MachineUsage;
}

/** Where in the stall memory is weighed the first time. */
const DURING = 0.3;
/** After reading on: the world goes on for a while, stands still so that there is one truth, and is compared. */
const MOVES_ON_SECONDS = 0.7;
const COMPARED_SECONDS = 1;
const LATER_SECONDS = 4;
/** Nobody is closed for a stall that is shorter than this. */
const PATIENCE_MS = 600_000;

type Clients = Forked<ToClients, FromClients>;

export async function slowRun(plan: SlowPlan, interrupts: InterruptWatch): Promise<SlowRun> {
  const parties = new Parties(interrupts);
  try {
    await parties.meet(plan);
    return await suffer(parties, plan);
  } finally {
    await parties.end();
  }
}

async function suffer(parties: Parties, { trouble, seconds, settleSeconds }: SlowPlan): Promise<SlowRun> {
  const { server, steady, stalled } = parties;
  await parties.wait(settleSeconds);
  const before = await parties.weigh();
  const machine = new MachineMeter([server.pid ?? 0, steady.pid ?? 0, stalled.pid ?? 0]);
  machine.begin();
  steady.tell({ type: 'measure' });
  if (trouble !== 'quiet') stalled.tell({ type: 'stall', pongs: trouble === 'ponging' });
  await parties.wait(seconds * DURING);
  const during = await parties.weigh();
  await parties.wait(seconds * (1 - DURING));
  steady.tell({ type: 'intervals' });
  const { intervals } = await parties.hear(steady.hear('intervals'));
  const after = await parties.weigh();
  stalled.tell({ type: 'read' });
  await parties.wait(MOVES_ON_SECONDS);
  server.tell({ type: 'move', moving: false });
  await parties.wait(COMPARED_SECONDS - MOVES_ON_SECONDS);
  const soon = await parties.compare();
  const usage = machine.end();
  await parties.wait(LATER_SECONDS);
  return { intervals, before, during, after, soon, late: await parties.compare(), machine: usage };
}

/** The processes of a run. */
class Parties {
  readonly server = new Forked<ToServer, FromServer>(SERVER, ['--expose-gc']);
  readonly steady: Clients = new Forked(CLIENTS);
  readonly stalled: Clients = new Forked(CLIENTS);
  readonly #interrupts: InterruptWatch;

  constructor(interrupts: InterruptWatch) {
    this.#interrupts = interrupts;
  }

  /** Starts the server; everybody joins a world that stands still, and then it moves. */
  async meet({ room, trouble, clients, stalled }: SlowPlan): Promise<void> {
    const patience = { HYPOGEUM_CONGESTED_TIMEOUT_MS: String(PATIENCE_MS) };
    this.server.tell({ type: 'start', room, settings: trouble === 'closed' ? {} : patience });
    const { port, roomId } = await this.hear(this.server.hear('ready'));
    this.stalled.tell({ type: 'join', port, roomId, clients: stalled });
    await this.hear(this.stalled.hear('joined'));
    this.steady.tell({ type: 'join', port, roomId, clients: clients - stalled });
    await this.hear(this.steady.hear('joined'));
    this.server.tell({ type: 'move', moving: true });
  }

  async weigh(): Promise<MemoryUse> {
    this.server.tell({ type: 'weigh' });
    return (await this.hear(this.server.hear('weighed'))).memory;
  }

  async compare(): Promise<{ steady: Comparison; stalled: Comparison }> {
    this.server.tell({ type: 'tell' });
    const { truth } = await this.hear(this.server.hear('truth'));
    const [steady, stalled] = await Promise.all([this.#ask(this.steady, truth), this.#ask(this.stalled, truth)]);
    return { steady, stalled };
  }

  /** Whichever comes first: the answer, the end of a process, or Ctrl+C. */
  hear<T>(answer: Promise<T>): Promise<T> {
    return this.#interrupts.race(answer);
  }

  wait(seconds: number): Promise<void> {
    return this.hear(new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  }

  async end(): Promise<void> {
    const all = [this.server, this.steady, this.stalled];
    for (const one of all) one.kill();
    await Promise.all(all.map(({ exited }) => exited));
  }

  async #ask(clients: Clients, truth: Truth): Promise<Comparison> {
    clients.tell({ type: 'compare', truth });
    return (await this.hear(clients.hear('compared'))).comparison;
  }
}
