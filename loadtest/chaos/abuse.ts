/**
 * `npm run chaos -- abuse`: everything that an attacker may send, done to a server with a hundred players in matches, and
 * what they notice. Hypogeum with its limits as they are by default; the same on stock Colyseus in runs of its own.
 */
import { randomSeed } from '../../src/kernel/random.ts';
import { type Command, type OptionTable, UsageError, type Values } from '../args.ts';
import { Interrupted, watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { parseCores } from '../pin.ts';
import { type Check, createReport, publish } from '../report.ts';
import type { Attack } from './abuse-attack.ts';
import { ATTACKS, attackNamed } from './abuse-attacks.ts';
import { type AbuseFigures, checkAbuse, doubtAttack, formatAbuse, formatDeaths, summarize } from './abuse-figures.ts';
import { SIDES, type Side } from './abuse-messages.ts';
import { type AbusePlan, type AbuseRun, abuseRun } from './abuse-run.ts';
import { createSetting, type Setting } from './matchmaking-setting.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  list: { type: 'flag', help: 'say which attacks there are, and do nothing' },
  attack: { type: 'text', default: 'all', help: 'names of attacks, with commas between' },
  sides: { type: 'text', default: SIDES.join(','), help: 'servers to attack' },
  bots: { type: 'integer', default: 100, min: 1, max: 1000, help: 'players in arena matches' },
  rounds: {
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    help: 'quiet and attacked windows of each attack; the median counts',
  },
  stockRounds: { type: 'integer', default: 1, min: 1, max: 100, help: 'the same on stock, which is only shown' },
  seconds: {
    type: 'number',
    default: 5,
    min: 3,
    max: 600,
    help: 'length of a window; of mutated-frames twice as long',
  },
  frames: { type: 'integer', default: 1_000_000, min: 1, max: 1e9, help: 'of mutated-frames, in all rounds together' },
  pin: { type: 'text', default: '0:1', help: 'cores of the server, and of bots and attacker (needs taskset); or none' },
  seed: { type: 'integer', min: 0, max: 2 ** 32 - 1, help: 'what the attacker draws its chance from' },
} as const satisfies OptionTable;

export const abuseChaos: Command<typeof OPTIONS> = {
  usage: 'npm run chaos -- abuse [options]',
  options: OPTIONS,
  async run(given) {
    if (given.list) return list();
    const options = { ...given, seed: given.seed ?? randomSeed() };
    const attacks = readAttacks(options.attack);
    const sides = readSides(options.sides);
    const plan = planOf(options);
    console.log(`seed ${options.seed}`);
    const interrupts = watchInterrupts();
    const done: Done = { figures: [], checks: [], warnings: [] };
    try {
      for (const side of sides) {
        const rounds = side === 'stock' ? options.stockRounds : options.rounds;
        for (const attack of attacks)
          await suffer(side, attack, { ...plan, rounds, parts: options.rounds }, createSetting(interrupts), done);
      }
    } finally {
      interrupts.release();
    }
    const report = createReport({ name: 'chaos-abuse', options, ...done });
    return publish(
      report,
      [formatAbuse(done.figures), formatDeaths(done.figures)].filter(Boolean).join('\n'),
      options.json,
    );
  },
};

interface Done {
  readonly figures: AbuseFigures[];
  readonly checks: Check[];
  readonly warnings: string[];
}

async function suffer(side: Side, attack: Attack, given: AbusePlan, setting: Setting, done: Done): Promise<void> {
  const plan = { ...given, seconds: given.seconds * (attack.longer ?? 1) };
  const run = await attempt(side, attack, plan, setting);
  setting.say('');
  if (run instanceof Error) {
    console.log(`${side}, ${attack.name}: could not be run\n${run.message}`);
    done.checks.push({ id: `${attack.name}-ran`, asked: 'the attack can be run', measured: run.message, ok: false });
    return;
  }
  const figures = summarize(attack, run);
  const checks = side === 'hypogeum' ? checkAbuse(attack, figures) : [];
  const missed = checks.filter(({ ok }) => !ok).map(({ id }) => id.slice(attack.name.length + 1));
  const told = side === 'stock' ? (run.death === undefined ? 'lives' : 'dead') : missed.join(', ') || 'ok';
  console.log(`${side}, ${attack.name}: ${told}`);
  done.figures.push(figures);
  done.checks.push(...checks);
  const doubts = [doubtAttack(attack, figures), doubtMachine(run.machine)];
  for (const doubt of doubts) if (doubt !== undefined) done.warnings.push(`${side}, ${attack.name}: ${doubt}`);
}

/** An attack that could not be prepared is no reason to leave the others out. */
async function attempt(side: Side, attack: Attack, plan: AbusePlan, setting: Setting): Promise<AbuseRun | Error> {
  try {
    return await abuseRun(side, attack, plan, setting);
  } catch (error) {
    if (error instanceof Interrupted || !(error instanceof Error)) throw error;
    return error;
  }
}

function planOf(options: Values<typeof OPTIONS> & { readonly seed: number }): Omit<AbusePlan, 'rounds' | 'parts'> {
  const cores = options.pin === 'none' ? undefined : parseCores(options.pin);
  if (cores === undefined && options.pin !== 'none')
    throw new UsageError(`--pin must be SERVER:PLAYERS, cores as in 0:1 or 0:2-3, or none, not "${options.pin}"`);
  const { bots, seconds, frames, seed } = options;
  return { bots, seconds, frames, seed, cores };
}

function list(): number {
  for (const { name, what } of ATTACKS) console.log(`  ${name.padEnd(22)}${what}`);
  return 0;
}

function readAttacks(text: string): readonly Attack[] {
  if (text === 'all') return ATTACKS;
  return text.split(',').map((name) => {
    const found = attackNamed(name);
    if (found === undefined) throw new UsageError(`--attack: there is no "${name}"; --list says which there are`);
    return found;
  });
}

function readSides(text: string): Side[] {
  return text.split(',').map((name) => {
    const found = SIDES.find((side) => side === name);
    if (found === undefined) throw new UsageError(`--sides knows ${SIDES.join(', ')}, not "${name}"`);
    return found;
  });
}
