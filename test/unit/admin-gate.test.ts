/** Who gets through the admin's gate, by a stepped clock. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { AdminGate, SESSION_SECONDS } from '../../src/security/admin-gate.ts';

const TOKEN = 'correct horse battery';
const HERE = '10.0.0.1';

describe("the admin's gate", () => {
  const open = (triesPerMinute = 3) => new AdminGate({ token: TOKEN, triesPerMinute });

  it('ID10 lets through who has the token, and nobody with a part of it or more', () => {
    const gate = open(100);
    assert.equal(gate.admit(TOKEN, HERE, 0), 'admitted');
    for (const token of [undefined, '', TOKEN.slice(0, -1), `${TOKEN} `, TOKEN.toUpperCase()])
      assert.equal(gate.admit(token, HERE, 0), 'refused');
  });

  it('ID11 looks at no token from an address with too many wrong ones, not even the right one, for a minute', () => {
    const gate = open();
    for (let i = 0; i < 3; i++) assert.equal(gate.admit('wrong', HERE, i), 'refused');
    assert.equal(gate.admit(TOKEN, HERE, 10), 'limited');
    assert.equal(gate.admit(TOKEN, '10.0.0.2', 10), 'admitted');
    assert.equal(gate.admit(TOKEN, HERE, 59_999), 'limited');
    assert.equal(gate.admit(TOKEN, HERE, 60_000), 'admitted');
  });

  it('ID11 does not count who brings none', () => {
    const gate = open();
    for (let i = 0; i < 100; i++) assert.equal(gate.admit(undefined, HERE, i), 'refused');
    assert.equal(gate.admit(TOKEN, HERE, 100), 'admitted');
  });

  it('ID11 remembers a bounded number of addresses', () => {
    const gate = open(1);
    for (let i = 0; i <= 10_000; i++) gate.admit('wrong', `address ${i}`, 0);
    assert.equal(gate.admit(TOKEN, 'address 0', 0), 'admitted', 'the oldest is forgotten');
    assert.equal(gate.admit(TOKEN, 'address 10000', 0), 'limited');
  });

  it('ID10 opens sessions for browsers that hold for an hour, at every process with the token, and cannot be made up', () => {
    const [here, there] = [open(), open()];
    const session = here.openSession(5000);
    assert.ok(there.isSession(session, 5000 + SESSION_SECONDS * 1000 - 1));
    assert.ok(!there.isSession(session, 5000 + SESSION_SECONDS * 1000));
    const [until, mac] = session.split('.');
    const made = [
      undefined,
      '',
      '.',
      `${Number(until) + 1}.${mac}`,
      `${until}.`,
      `${until}.${mac}x`,
      `${session}.`,
      `1e9.${mac}`,
    ];
    for (const value of made) assert.ok(!here.isSession(value, 5000), value);
    assert.ok(!new AdminGate({ token: `${TOKEN}!`, triesPerMinute: 3 }).isSession(session, 5000));
  });
});
