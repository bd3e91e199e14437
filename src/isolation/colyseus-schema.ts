/**
 * A handler's schema as Colyseus is given it: what does not fit is refused with the code of INVALID_MESSAGE and the first
 * few reasons, instead of a list of everything without a code. Refusals with a code are not logged: the words are made
 * from what the player sent.
 */
import { ServerError } from '@colyseus/core';
import type { StandardSchemaV1 } from '@colyseus/core/utils/StandardSchema';
import { ERRORS } from '../kernel/errors.ts';

const TOLD = 3;
const MAX_WORDS = 200;

/** The schema itself for who looks at it, with another way to check. */
export function codedSchema(schema: StandardSchemaV1): StandardSchemaV1 {
  const { validate, ...rest } = schema['~standard'];
  const checked = (value: unknown) => {
    const result = validate(value);
    // Colyseus says that it must be synchronous.
    if (result instanceof Promise || result.issues === undefined) return result;
    throw new ServerError(ERRORS.INVALID_MESSAGE.code, describe(result.issues));
  };
  return Object.create(schema, { '~standard': { value: { ...rest, validate: checked }, enumerable: true } });
}

export function isSchema(value: unknown): value is StandardSchemaV1 {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

function describe(issues: readonly StandardSchemaV1.Issue[]): string {
  const told = issues.slice(0, TOLD).map(({ path = [], message }) => {
    const where = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  return `${ERRORS.INVALID_MESSAGE.message}: ${told.join('; ')}`.slice(0, MAX_WORDS);
}
