/** From an environment to settings, or to the list of all that is wrong with it. Pure: the environment comes in. */
import type { Setting } from './kinds.ts';
import { SETTINGS, type Settings } from './settings.ts';

export interface Environment {
  readonly [name: string]: string | undefined;
}

export type Parsed =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly mistakes: readonly string[] };

const OURS = 'HYPOGEUM_';

/** Settings, frozen; an empty variable counts as not set. Every mistake is reported, one sentence each. */
export function parseEnvironment(env: Environment): Parsed {
  const mistakes: string[] = unknownNames(env);
  const settings: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const parsed = setting.schema.safeParse(env[setting.env] || setting.fallback);
    if (parsed.success) settings[key] = parsed.data;
    else mistakes.push(`${setting.env} ${parsed.error.issues[0]!.message}${got(setting, env[setting.env])}`);
  }
  mistakes.push(...missingPartners(settings));
  if (mistakes.length > 0) return { ok: false, mistakes };
  return { ok: true, settings: Object.freeze(settings) as Settings };
}

function got({ secret }: Setting<unknown>, text: string | undefined): string {
  return secret ? '' : `, got ${JSON.stringify(text)}`;
}

/** Settings that mean something only together. */
const PAIRS = [['tlsCert', 'tlsKey']] as const;

function missingPartners(settings: Record<string, unknown>): string[] {
  return PAIRS.flatMap(([one, other]) => {
    if (Boolean(settings[one]) === Boolean(settings[other])) return [];
    const [given, missing] = settings[one] ? [one, other] : [other, one];
    return [`${SETTINGS[missing].env} must be set too when ${SETTINGS[given].env} is`];
  });
}

function unknownNames(env: Environment): string[] {
  const known = Object.values(SETTINGS).map((setting) => setting.env);
  return Object.keys(env)
    .filter((name) => name.startsWith(OURS) && !known.includes(name))
    .map((name) => `${name} is no setting; did you mean ${nearest(name, known)}?`);
}

function nearest(name: string, known: readonly string[]): string {
  return known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
}

/** Levenshtein's edit distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
