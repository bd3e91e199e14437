/**
 * Command lines of the load tests: one table of options a command, parsed by node:util, checked for range, every
 * mistake reported together. Wrong arguments end a command with code 2; `--help` prints the table.
 */
import { parseArgs } from 'node:util';
import { Interrupted } from './interrupt.ts';

interface Text {
  readonly type: 'text';
  readonly default?: string;
  readonly help: string;
}
interface Numeric {
  readonly type: 'integer' | 'number';
  readonly default?: number;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}
/** Given or not, without a value. */
interface Flag {
  readonly type: 'flag';
  readonly default?: undefined;
  readonly help: string;
}
export type OptionTable = { readonly [name: string]: Text | Numeric | Flag };

type ValueOf<O> = O extends Flag
  ? boolean
  : O extends Text
    ? O extends { default: string }
      ? string
      : string | undefined
    : O extends { default: number }
      ? number
      : number | undefined;
export type Values<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** What the person at the keyboard got wrong, one line a mistake. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Parses `argv` (without program and script). Throws UsageError naming every wrong value. */
export function parseOptions<const T extends OptionTable>(table: T, argv: readonly string[]): Values<T> {
  const given = readStrings(table, argv);
  const mistakes: string[] = [];
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, option] of Object.entries(table)) {
    const text = given[name];
    if (option.type === 'flag') values[name] = text === true;
    else if (typeof text !== 'string') values[name] = option.default;
    else if (option.type === 'text') values[name] = text;
    else values[name] = readNumber(name, option, text, mistakes);
  }
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  return values as Values<T>;
}

export function describeOptions(usage: string, table: OptionTable): string {
  const lines = Object.entries(table).map(([name, option]) => {
    const given = option.default === undefined ? '' : ` (default ${option.default})`;
    return `  --${name.padEnd(12)} ${option.help}${given}`;
  });
  return [`Usage: ${usage}`, '', ...lines].join('\n');
}

export interface Command<T extends OptionTable> {
  /** As typed, for instance `npm run loadtest -- --room arena`. */
  readonly usage: string;
  readonly options: T;
  /** Does the work; resolves with the exit code. */
  run(values: Values<T>): Promise<number>;
}

/** Runs a command and sets the process's exit code: its own, 2 for wrong arguments, 1 for an unexpected end, 130 for Ctrl+C. */
export async function runCommand<const T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
): Promise<void> {
  if (argv.includes('--help')) {
    console.log(describeOptions(command.usage, command.options));
    return;
  }
  try {
    process.exitCode = await command.run(parseOptions(command.options, argv));
  } catch (error) {
    if (error instanceof Interrupted) process.exit(130);
    process.exitCode = error instanceof UsageError ? 2 : 1;
    if (!(error instanceof UsageError)) console.error(error);
    else console.error(`${error.message}\n\n${describeOptions(command.usage, command.options)}`);
  }
}

function readStrings(table: OptionTable, argv: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { type }]) => [name, { type: type === 'flag' ? 'boolean' : 'string' } as const]),
  );
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(name: string, option: Numeric, text: string, mistakes: string[]): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const whole = option.type === 'number' || Number.isInteger(value);
  if (!whole || !(value >= option.min && value <= option.max)) {
    const kind = option.type === 'integer' ? 'a whole number' : 'a number';
    mistakes.push(`--${name} must be ${kind} from ${option.min} to ${option.max}, not "${text}"`);
  }
  return value;
}
