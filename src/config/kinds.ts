/** The kinds of settings there are: each makes a setting from its limits, with the words of what it allows. */
import { z } from 'zod';

export interface Setting<T> {
  readonly env: string;
  /** As it would be written in the environment; '' when there is none. */
  readonly fallback: string;
  readonly unit: string;
  readonly range: string;
  readonly help: string;
  /** From the written text to the value; its messages say what is allowed. */
  readonly schema: z.ZodType<T, string>;
  /** May hold a password: its value is never shown. */
  readonly secret?: boolean;
  /** Bounds what others may do here; listed in SECURITY.md instead of the README. */
  readonly limit?: boolean;
}

export interface Described {
  readonly env: string;
  readonly unit?: string;
  readonly help: string;
  readonly secret?: boolean;
  readonly limit?: boolean;
}

export function integer(d: Described & { fallback: number; min: number; max: number }): Setting<number> {
  const range = `${d.min} to ${d.max}`;
  const schema = z
    .string()
    .regex(/^-?\d+$/, `must be a whole number, ${range}`)
    .transform(Number)
    .refine((value) => value >= d.min && value <= d.max, `must be ${range}`);
  const { env, help, limit = false, unit = '' } = d;
  return { env, fallback: String(d.fallback), unit, range, help, limit, schema };
}

export function choice<const T extends string>(d: Described & { fallback: T; of: readonly T[] }): Setting<T> {
  const range = d.of.join(', ');
  const schema = z.string().refine((value): value is T => d.of.includes(value as T), `must be one of ${range}`);
  return { env: d.env, fallback: d.fallback, unit: d.unit ?? '', range, help: d.help, schema };
}

export function text(
  d: Described & { fallback: string; range: string; fits: (text: string) => boolean },
): Setting<string> {
  const { fits, ...described } = d;
  return { ...described, unit: d.unit ?? '', schema: z.string().refine(fits, `must be ${d.range}`) };
}

/** Several values, separated by commas; spaces around them do not count. */
export function list(d: Described & { range: string; fits: (item: string) => boolean }): Setting<readonly string[]> {
  const { fits, ...described } = d;
  const schema = z
    .string()
    .refine((text) => itemsOf(text).every(fits), `must be ${d.range}`)
    .transform(itemsOf);
  return { ...described, fallback: '', unit: d.unit ?? '', schema };
}

function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
