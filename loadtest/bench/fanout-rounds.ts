/** One round of the fan-out bench: a server of one variant, clients in a process of their own. All of it is ended here. */
import { Forked } from '../forked.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import type { FromServer, ToServer, Variant } from './fanout-messages.ts';
import type { FromClients, ToClients } from './tick-messages.ts';

const SERVER = new URL('./fanout-server.ts', import.meta.url);
/** They take seats, acknowledge, answer pings, and count patches: the same as in the tick bench. */
const CLIENTS = new URL('./tick-clients.ts', import.meta.url);

export interface FanoutLoad {
  readonly clients: number;
  /** Wanted, protocol byte included. */
  readonly patchBytes: number;
  readonly seconds: number;
  readonly settleSeconds: number;
}

export interface FanoutRound {
  readonly patches: number;
  readonly patchBytes: number;
  readonly seconds: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly machine: MachineUsage;
}

/** Throws when a connection is lost or nothing arrives. */
export async function fanoutRound(
  variant: Variant,
  load: FanoutLoad,
  interrupts: InterruptWatch,
): Promise<FanoutRound> {
  const server = new Forked<ToServer, FromServer>(SERVER);
  const clients = new Forked<ToClients, FromClients>(CLIENTS);
  const count = async (): Promise<number> => {
    clients.tell({ type: 'count' });
    const { patches, lost } = await interrupts.race(clients.hear('counted'));
    if (lost > 0) throw new Error(`${lost} clients of the variant ${variant} lost their connection`);
    return patches;
  };
  try {
    server.tell({ type: 'start', variant, patchBytes: load.patchBytes });
    const { port, roomId, patchBytes } = await interrupts.race(server.hear('ready'));
    clients.tell({ type: 'join', port, roomIds: [roomId], clientsPerRoom: load.clients });
    await interrupts.race(clients.hear('joined'));
    await interrupts.race(pause(load.settleSeconds));
    const machine = new MachineMeter([server.pid ?? 0, clients.pid ?? 0]);
    await count();
    server.tell({ type: 'measure' });
    machine.begin();
    const began = performance.now();
    await interrupts.race(pause(load.seconds));
    server.tell({ type: 'result' });
    const seconds = (performance.now() - began) / 1000;
    const [{ userUs, systemUs }, patches] = await Promise.all([interrupts.race(server.hear('result')), count()]);
    if (patches === 0) throw new Error(`the clients of the variant ${variant} got no patches`);
    return { patches, patchBytes, seconds, userUs, systemUs, machine: machine.end() };
  } finally {
    clients.kill();
    server.kill();
    await Promise.all([clients.exited, server.exited]);
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
