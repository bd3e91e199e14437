/**
 * JSON from outside: how deep it is nested is known before it is parsed, and no key in it, at any depth, can change what
 * an object is instead of what it holds. Pure.
 */

/** Keys that a careless merge would carry into a prototype, or that hide a method of every object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype', 'hasOwnProperty']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The object that UTF-8 bytes spell. No bytes at all, and the empty list that some languages write for an empty table,
 * count as an empty object. Undefined when they spell anything else, or one nested deeper than `maxDepth`.
 */
export function parseObject(bytes: Uint8Array, maxDepth: number): object | undefined {
  if (bytes.length === 0) return {};
  if (isDeeper(bytes, maxDepth)) return undefined;
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null || holdsForbiddenKey(value)) return undefined;
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? {} : undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Of text that is no JSON the answer means nothing, and no harm is done: it fails to parse. */
function isDeeper(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > maxDepth) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--;
    }
  }
  return false;
}

/** As deep as its argument, which is bounded by then. */
function holdsForbiddenKey(value: object): boolean {
  return Object.entries(value).some(
    ([key, held]) => FORBIDDEN.has(key) || (typeof held === 'object' && held !== null && holdsForbiddenKey(held)),
  );
}
