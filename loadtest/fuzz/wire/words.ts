/** Small pieces that cases are put together from: texts that parsers stumble over, and changes to bytes. Seeded. */
import type { Random } from '../../../src/kernel/random.ts';

const ODD_TEXTS = [
  '',
  ' ',
  '\t',
  '*',
  '..',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  '\\',
  '\x00',
  '\x7f',
  '\xff\xfe',
  'é',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e309',
  '99999999999999999999',
  '#{7*7}',
  "' or 1=1",
  '{{x}}',
  '[',
  ']',
  '::1',
  '[::1]:99999',
  'a'.repeat(300),
] as const;

/** An odd text, random printable characters, or random bytes. */
export function word(random: Random, longest = 24): string {
  const draw = random.int(4);
  if (draw === 0) return random.pick(ODD_TEXTS);
  const length = random.int(longest + 1);
  const character = draw === 1 ? () => random.int(256) : () => 33 + random.int(94);
  return String.fromCharCode(...Array.from({ length }, character));
}

/** `likely` five times in six. */
export function mostly(random: Random, likely: string, longest?: number): string {
  return random.int(6) === 0 ? word(random, longest) : likely;
}

/** A text with up to three of its characters changed, cut or doubled; unchanged two times in three. */
export function garbled(text: string, random: Random): string {
  if (random.int(3) > 0 || text.length === 0) return text;
  let changed = text;
  for (let changes = 1 + random.int(3); changes > 0; changes--) {
    const at = random.int(changed.length + 1);
    const rest = changed.slice(at + random.int(3));
    changed = changed.slice(0, at) + (random.int(2) === 0 ? '' : word(random, 4)) + rest;
  }
  return changed;
}

/** In up to four pieces. */
export function pieces(text: string, random: Random): string[] {
  if (random.int(3) > 0) return [text];
  const cuts = Array.from({ length: 1 + random.int(3) }, () => random.int(text.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => text.slice(from, cuts[i] ?? text.length));
}
