/**
 * Reads the JSON body of a request, and no more of it than is allowed: not by its length, declared or not, not unpacked,
 * not deep. Routes that want a body call this; where none is called nothing is read, and the connection ends.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import { parseObject } from './json.ts';
import { hasBody } from './request-checks.ts';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxJsonDepth: number;
}

export type Body =
  | { readonly state: 'read'; readonly value: object }
  | { readonly state: 'refused'; readonly kind: ErrorKind }
  /** The other side has gone, or was too slow and has been told: there is nobody to answer. */
  | { readonly state: 'gone' };

/**
 * So many times the limit is read and dropped, so that whoever sends a little too much is still there to read why. What
 * is larger is cut off.
 */
const PATIENCE = 8;
/** Chunks of a byte cost a thousand times more than they bring; the system joins what honest senders write. */
const MOST_PIECES = 1000;
const NO_BYTES = Buffer.alloc(0);

/** Never rejects. */
export async function readBody(req: IncomingMessage, res: ServerResponse, limits: BodyLimits): Promise<Body> {
  const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') return { state: 'refused', kind: ERRORS.UNSUPPORTED_ENCODING };
  const declared = Number(req.headers['content-length'] ?? 0);
  const asksFirst = req.headers.expect !== undefined;
  const patience = limits.maxBodyBytes * (asksFirst ? 1 : PATIENCE);
  if (declared > patience) return { state: 'refused', kind: ERRORS.BODY_TOO_LARGE };
  if (asksFirst) res.writeContinue();
  const bytes = hasBody(req) ? await collect(req, limits.maxBodyBytes, patience) : NO_BYTES;
  if (bytes === 'gone') return { state: 'gone' };
  if (bytes === 'too large') return { state: 'refused', kind: ERRORS.BODY_TOO_LARGE };
  const value = parseObject(bytes, limits.maxJsonDepth);
  return value === undefined ? { state: 'refused', kind: ERRORS.MALFORMED_BODY } : { state: 'read', value };
}

/** Keeps at most `maxBytes`; settles when the body ends or more than `patience` has come. */
function collect(req: IncomingMessage, maxBytes: number, patience: number): Promise<Buffer | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let pieces = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks = [];
      if (length > patience || ++pieces > MOST_PIECES) {
        req.pause();
        resolve('too large');
      }
    });
    req.on('end', () => resolve(length > maxBytes ? 'too large' : Buffer.concat(chunks)));
    req.on('error', () => resolve('gone'));
    req.on('close', () => resolve('gone'));
  });
}
