/** One attack on one server: bots and attacker in a process each, quiet and attacked windows in turns. All of it is ended here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Forked } from '../forked.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import { type Cores, pinProcess } from '../pin.ts';
import type { Attack } from './abuse-attack.ts';
import type {
  AttackResult,
  FromAttacker,
  FromPlayers,
  PlayersWindow,
  Side,
  ToAttacker,
  ToPlayers,
} from './abuse-messages.ts';
import { AbuseServer } from './abuse-server.ts';
import type { Setting } from './matchmaking-setting.ts';
import type { MemoryUse } from './slow-messages.ts';

const PLAYERS = new URL('./abuse-players.ts', import.meta.url);
const ATTACKER = new URL('./abuse-attacker.ts', import.meta.url);
/** After the joins, and after each attacked window before the next quiet one. */
const SETTLE_MS = 2000;
/** An attack may do something after its time is up, but not for ever. */
const LATE_MS = 30_000;
/** To ask for its health, a second each. */
const TRIES = 10;
export const MEMORY_AFTER_MS = 10_000;

export interface AbusePlan {
  readonly bots: number;
  readonly rounds: number;
  /** Attacks with an amount to send send one of so many parts in a round: on all servers the same. */
  readonly parts: number;
  /** Of each window. */
  readonly seconds: number;
  readonly frames: number;
  readonly seed: number;
  readonly cores: Cores | undefined;
}

/** Windows that were begun when the server died are not in it. */
export interface AbuseRun {
  readonly side: Side;
  readonly attack: string;
  readonly quiet: readonly PlayersWindow[];
  readonly attacked: readonly { readonly players: PlayersWindow; readonly attacker: AttackResult }[];
  /** Before the first attack, and 10 s after the last. */
  readonly before: MemoryUse;
  readonly after: MemoryUse;
  /** What it wrote meanwhile. */
  readonly logBytes: number;
  readonly strays: readonly string[];
  /** How the server ended, or that it answers no more; undefined when it lives. */
  readonly death: string | undefined;
  readonly machine: MachineUsage;
}

export async function abuseRun(side: Side, attack: Attack, plan: AbusePlan, setting: Setting): Promise<AbuseRun> {
  await using server = await setting.race(AbuseServer.start(side, plan.cores?.server));
  const players = new Forked<ToPlayers, FromPlayers>(PLAYERS);
  const attacker = new Forked<ToAttacker, FromAttacker>(ATTACKER);
  try {
    for (const { pid } of [players, attacker]) if (plan.cores && pid) pinProcess(pid, plan.cores.bots);
    return await meet({ side, attack, plan, server, players, attacker, setting });
  } finally {
    for (const one of [players, attacker]) one.kill();
    await Promise.all([players.exited, attacker.exited]);
  }
}

interface Parties {
  readonly side: Side;
  readonly attack: Attack;
  readonly plan: AbusePlan;
  readonly server: AbuseServer;
  readonly players: Forked<ToPlayers, FromPlayers>;
  readonly attacker: Forked<ToAttacker, FromAttacker>;
  readonly setting: Setting;
}

async function meet(parties: Parties): Promise<AbuseRun> {
  const { side, attack, plan, server, players, attacker, setting } = parties;
  const { port } = server;
  players.tell({ type: 'join', port, bots: plan.bots, seed: plan.seed });
  await setting.race(players.hear('joined'));
  attacker.tell({ type: 'prepare', attack: attack.name, port });
  await setting.race(attacker.hear('prepared'));
  await setting.wait(SETTLE_MS);
  const machine = new MachineMeter([server.pid, players.pid ?? 0, attacker.pid ?? 0]);
  machine.begin();
  const quiet: PlayersWindow[] = [];
  const attacked: { players: PlayersWindow; attacker: AttackResult }[] = [];
  let before = { held: 0, resident: 0 };
  let logBefore = 0;
  for (let round = 1; round <= plan.rounds && server.ended === undefined; round++) {
    setting.say(`${side}, ${attack.name}: round ${round} of ${plan.rounds}`);
    quiet.push(await quietWindow(parties));
    if (round === 1) {
      before = await memoryOf(server);
      logBefore = server.log.bytes;
    }
    attacked.push(await attackedWindow(parties, round));
    await setting.wait(SETTLE_MS);
  }
  const usage = machine.end();
  setting.say(`${side}, ${attack.name}: what it leaves behind`);
  await setting.wait(MEMORY_AFTER_MS - SETTLE_MS);
  const logBytes = server.log.bytes - logBefore;
  const alive = await answersAtLast(server);
  return {
    side,
    attack: attack.name,
    quiet,
    attacked,
    before,
    after: await memoryOf(server),
    logBytes,
    strays: server.log.strays,
    death: server.ended ?? (alive ? undefined : 'it runs, but answers nothing'),
    machine: usage,
  };
}

/** Resident first: the collection gives some of it back. */
async function memoryOf(server: AbuseServer): Promise<MemoryUse> {
  const resident = server.residentBytes;
  return { held: await server.weigh(), resident };
}

/** Whoever is only busy answers in the end. */
async function answersAtLast(server: AbuseServer): Promise<boolean> {
  for (let tries = 0; tries < TRIES && server.ended === undefined; tries++) if (await server.answers()) return true;
  return false;
}

async function quietWindow({ players, plan, setting }: Parties): Promise<PlayersWindow> {
  players.tell({ type: 'measure' });
  await setting.wait(plan.seconds * 1000);
  players.tell({ type: 'report' });
  return (await setting.race(players.hear('window'))).window;
}

async function attackedWindow(
  parties: Parties,
  round: number,
): Promise<{ players: PlayersWindow; attacker: AttackResult }> {
  const { attacker, plan, setting } = parties;
  const { parts, seconds, frames, seed } = plan;
  const ended = attacker.hear('attacked');
  attacker.tell({ type: 'attack', order: { round, rounds: parts, seconds, frames, seed } });
  const players = await quietWindow(parties);
  const told = await setting.race(Promise.race([ended, sleep(LATE_MS, undefined, { ref: false })]));
  if (told === undefined) throw new Error(`the attack ${parties.attack.name} did not end`);
  return { players, attacker: told.result };
}
