/** Options of a command line, all of them texts, and what is wrong with them in words. Pure. */
import { parseArgs } from 'node:util';

/** The options given, by name. @throws an Error that says what is wrong, with the usage. */
export function parseOptions<N extends string>(
  args: readonly string[],
  names: readonly N[],
  usage: string,
): { readonly [name in N]?: string } {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options }).values as { [name in N]?: string };
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : cause}\nUsage: ${usage}`, { cause });
  }
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** @throws an Error that names the option and what is allowed, with the usage. */
export function wholeNumber(name: string, given: string | number, { min, max }: Bounds, usage: string): number {
  const value = Number(given);
  if (String(given).trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number, ${min} to ${max}, got "${given}"\nUsage: ${usage}`);
}
