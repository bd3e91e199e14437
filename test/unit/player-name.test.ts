import assert from 'node:assert/strict';
import { ServerError } from '@colyseus/core';
import { ERRORS } from '../../src/kernel/errors.ts';
import { playerName } from '../../src/roomkit/index.ts';

describe('playerName', () => {
  it('trims, joins lines and removes what cannot be seen', () => {
    assert.equal(playerName('  Spartacus\t\n of\u00a0Thrace '), 'Spartacus of Thrace');
    assert.equal(playerName('a\u0000b\u202ec\u200bd\ue000'), 'abcd');
    assert.equal(playerName('<b>bold</b>'), '<b>bold</b>', 'markup is text and stays');
  });

  it('is empty when nothing remains, for the room to choose', () => {
    for (const raw of [undefined, null, '', '   ', '\u200b\u0007']) assert.equal(playerName(raw), '');
  });

  it('counts characters as people do', () => {
    assert.equal(playerName('🏛'.repeat(20)), '🏛'.repeat(20));
  });

  it('refuses, with a code, what is too long or no text', () => {
    for (const raw of ['x'.repeat(21), 'x'.repeat(100_000), ' '.repeat(201), 5, {}, ['x']]) {
      assert.throws(
        () => playerName(raw),
        (error) => error instanceof ServerError && error.code === ERRORS.INVALID_NAME.code,
      );
    }
  });
});
