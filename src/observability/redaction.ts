/**
 * What may stand in a log, decided in this one place. Secrets go by the name of their field and by their look, wherever
 * they are: in fields, in messages, in the words of exceptions. What comes from outside can neither forge a line nor move
 * a terminal's cursor, and has bounded length. Rules: src/security/SPEC.md (P3 to P5).
 */
import { messageOf } from '../kernel/invariant.ts';
import type { LogFields } from '../kernel/ports.ts';

/** An exception as it is logged. The stack is there for our own faults only, its frames one a line. */
export interface LoggedCause {
  readonly type: string;
  readonly message: string;
  readonly stack?: readonly string[];
  /** The words of what caused it. */
  readonly cause?: string;
}

export type LoggedValue = string | number | boolean;

export const MAX_MESSAGE_CHARS = 300;
const MAX_VALUE_CHARS = 200;
const MAX_CAUSE_CHARS = 500;
const MAX_FIELDS = 20;
const MAX_KEY_CHARS = 40;
const MAX_FRAMES = 12;
const MAX_FRAME_CHARS = 200;
/** Looked at of a text before it is cut: patterns that run over megabytes would be a stall of their own. */
const MAX_READ_CHARS = 1000;

const REDACTED = '[redacted]';
const SECRET_KEY = /token|authorization|cookie|password|passwd|secret|credential|api[-_]?key|private[-_]?key/i;
/** Enough to tell sessions apart in a log, too little to take one over. */
const SESSION_KEY = /^session(id)?$/i;
const SESSION_CHARS = 4;

const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]+\.[\w-]*(\.[\w-]*)?/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${REDACTED}`],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`],
  // The query of a path or an address: tokens and session ids of players travel in it.
  [/(\/[^\s?"'<>]*)\?[^\s"'<>]*/g, '$1?…'],
  [
    /((?:token|password|passwd|secret|authorization|cookie|api[-_]?key|session_?id)["']?\s{0,3}[=:]\s{0,3})("[^"]*"|'[^']*'|[^\s,;&)}\]]+)/gi,
    `$1${REDACTED}`,
  ],
];

/** C0 and C1, DEL, what ends a line somewhere, and what changes the direction of writing or is not seen. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of at most `maxChars` (and an ellipsis), without secrets and without what a terminal would act on. */
export function cleanText(text: unknown, maxChars: number): string {
  let clean = (typeof text === 'string' ? text : messageOf(text)).slice(0, MAX_READ_CHARS);
  for (const [pattern, instead] of SECRETS_IN_TEXT) clean = clean.replace(pattern, instead);
  clean = clean.length > maxChars ? `${clean.slice(0, maxChars)}…` : clean;
  return clean.replace(UNPRINTABLE, escaped);
}

function escaped(char: string): string {
  if (char === '\n') return '\\n';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Fields that are set, at most 20 of them. */
export function cleanFields(fields: LogFields): Record<string, LoggedValue> {
  const clean: Record<string, LoggedValue> = {};
  for (const [key, value] of Object.entries(fields).slice(0, MAX_FIELDS)) {
    if (value !== undefined) clean[cleanText(key, MAX_KEY_CHARS)] = cleanValue(key, value);
  }
  return clean;
}

function cleanValue(key: string, value: unknown): LoggedValue {
  if (SECRET_KEY.test(key)) return REDACTED;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (SESSION_KEY.test(key)) return `${cleanText(value, MAX_VALUE_CHARS).slice(0, SESSION_CHARS)}…`;
  return cleanText(value, MAX_VALUE_CHARS);
}

/** Anything can be thrown, objects whose properties throw among it. Never throws. */
export function cleanCause(thrown: unknown): LoggedCause {
  try {
    return describe(thrown);
  } catch {
    return { type: typeof thrown, message: 'something that cannot be looked at' };
  }
}

function describe(thrown: unknown): LoggedCause {
  const message = cleanText(messageOf(thrown), MAX_CAUSE_CHARS);
  if (!(thrown instanceof Error)) return { type: typeof thrown, message };
  const { stack, cause } = thrown;
  return {
    type: cleanText(thrown.constructor.name, MAX_KEY_CHARS),
    message,
    ...(typeof stack === 'string' ? { stack: framesOf(stack) } : {}),
    ...(cause === undefined ? {} : { cause: cleanText(messageOf(cause), MAX_CAUSE_CHARS) }),
  };
}

/** The frames alone: what is above them are words, which are told already and may look like frames. */
function framesOf(stack: string): string[] {
  const frames = stack.split('\n', 200).filter((line) => /^\s+at /.test(line));
  return frames.slice(0, MAX_FRAMES).map((frame) => cleanText(frame.trim(), MAX_FRAME_CHARS));
}
