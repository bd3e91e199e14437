import assert from 'node:assert/strict';
import { ErrorCode } from '@colyseus/core';
import { ERRORS, type ErrorKind } from '../../src/kernel/errors.ts';

describe('the catalogue of errors', () => {
  const kinds = Object.entries<ErrorKind>(ERRORS);

  it('gives each error a code of its own, an HTTP status and words', () => {
    assert.equal(new Set(kinds.map(([, kind]) => kind.code)).size, kinds.length);
    for (const [name, kind] of kinds) {
      assert.ok(kind.status >= 400 && kind.status < 600, name);
      assert.ok(kind.message.length > 0, name);
    }
  });

  it("keeps Colyseus's codes for what Colyseus names", () => {
    assert.equal(ERRORS.UNKNOWN_ROOM_NAME.code, ErrorCode.MATCHMAKE_NO_HANDLER);
    assert.equal(ERRORS.NO_MATCH.code, ErrorCode.MATCHMAKE_INVALID_CRITERIA);
    assert.equal(ERRORS.ROOM_NOT_FOUND.code, ErrorCode.MATCHMAKE_INVALID_ROOM_ID);
    assert.equal(ERRORS.UNHANDLED.code, ErrorCode.MATCHMAKE_UNHANDLED);
    assert.equal(ERRORS.SEAT_EXPIRED.code, ErrorCode.MATCHMAKE_EXPIRED);
    assert.equal(ERRORS.AUTH_FAILED.code, ErrorCode.AUTH_FAILED);
    assert.equal(ERRORS.ROOM_FAILED.code, ErrorCode.APPLICATION_ERROR);
    assert.equal(ERRORS.INVALID_MESSAGE.code, ErrorCode.INVALID_PAYLOAD);
  });
});
