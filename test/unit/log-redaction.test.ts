import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cleanCause, cleanFields, cleanText } from '../../src/observability/redaction.ts';

describe('what may stand in a log', () => {
  it('P3: fields named after secrets are not shown, of a session only the beginning', () => {
    const clean = cleanFields({
      token: 'abc',
      reconnectionToken: 'abc',
      Authorization: 'abc',
      password: 'abc',
      setCookie: 'abc',
      sessionId: 'sOme5ession',
      roomId: 'r1',
      bytes: 7,
      absent: undefined,
    });
    assert.deepEqual(clean, {
      token: '[redacted]',
      reconnectionToken: '[redacted]',
      Authorization: '[redacted]',
      password: '[redacted]',
      setCookie: '[redacted]',
      sessionId: 'sOme…',
      roomId: 'r1',
      bytes: 7,
    });
  });

  const secret = 's3cr3t-Value';
  const places: [string, string][] = [
    ['a query', `GET /p1/room?sessionId=${secret}&reconnectionToken=${secret} failed`],
    ['the query of an address', `ws://host:1/a/b?x=${secret}`],
    ['the password of an address', `redis://:${secret}@10.0.0.1:6379 is away`],
    ['a header', `authorization: Bearer ${secret}`],
    ['a bearer', `it said Bearer ${secret}.`],
    ['JSON', `{"reconnectionToken":"${secret}","sessionId": "${secret}"}`],
    ['an object as Node prints it', `{ accessToken: '${secret}', password: '${secret}' }`],
    ['an assignment', `session_id=${secret}; token = ${secret}`],
    ['a signed token', `eyJhbGciOiJFZERTQSJ9${secret}.eyJzdWIiOiIxIn0${secret}.${secret}`],
  ];
  for (const [where, text] of places) {
    it(`P3: no secret in a text: ${where}`, () => {
      for (const clean of [cleanText(text, 500), cleanCause(new Error(text)).message]) {
        assert.ok(!clean.includes(secret) && clean.length > 3, clean);
      }
    });
  }

  it('P4: nothing can end a line, move a cursor, hide, or turn the writing round', () => {
    const hostile = 'Ann\r\n2026 error forged\u001b[2J\u009b1m\u007f\u0000\u2028\u202e\u200b\ufeff\ud800 é 🏛';
    const clean = cleanText(hostile, 200);
    assert.equal(
      clean,
      'Ann\\u000d\\n2026 error forged\\u001b[2J\\u009b1m\\u007f\\u0000\\u2028\\u202e\\u200b\\ufeff\\ud800 é 🏛',
    );
  });

  it('P4: whatever is thrown and written, it is one bounded line of printable text, soon', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string({ maxLength: 3000, unit: 'binary' }).map((words) => Object.assign(new Error(words), { stack: words })),
    );
    fc.assert(
      fc.property(thrown, fc.string({ maxLength: 3000, unit: 'binary' }), (what, text) => {
        const { stack = [], ...cause } = cleanCause(what);
        for (const line of [...Object.values(cause), ...stack, cleanText(text, 200)]) {
          assert.match(line, /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u);
          assert.ok(line.length <= 3100);
        }
      }),
    );
    const started = performance.now();
    for (const text of ['/'.repeat(1e6), 'a.'.repeat(5e5), 'eyJ-'.repeat(3e5), 'token '.repeat(2e5), '"'.repeat(1e6)])
      cleanText(text, 300);
    assert.ok(performance.now() - started < 500, 'no pattern takes long over what somebody made up');
  });

  it('P5: an exception has its class, its words, twelve frames at most and what caused it', () => {
    const cause = new RangeError('below');
    const error = new TypeError('words\n    at forged (nowhere:1:1)', { cause });
    error.stack = `${error.stack}${'\n    at deep (deep.ts:1:1)'.repeat(100)}`;
    const clean = cleanCause(error);
    assert.deepEqual([clean.type, clean.cause, clean.stack!.length], ['TypeError', 'below', 12]);
    assert.equal(clean.message, 'words\\n    at forged (nowhere:1:1)');
    assert.equal(cleanCause('text').type, 'string');
    const trap = new Proxy(new Error('x'), { get: () => assert.fail('looked at') });
    assert.ok(cleanCause(trap).message.length > 0);
  });

  it('P4: fields are few and short', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, 'x'.repeat(1000)]));
    const clean = cleanFields(many);
    assert.equal(Object.keys(clean).length, 20);
    assert.ok(Object.values(clean).every((value) => String(value).length <= 201));
  });
});
