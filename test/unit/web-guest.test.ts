import assert from 'node:assert/strict';
import { asGuest, type GuestAuth } from '../../clients/web/visit/guest.ts';
import { ERRORS } from '../../src/kernel/errors.ts';

/** A server that takes these tokens, renews those, and refuses all others; and the SDK's part. */
function visit(stored: string | undefined, { good, renewable }: { good: string[]; renewable: string[] }) {
  const told: string[] = [];
  const auth: GuestAuth = {
    token: stored,
    async signInAnonymously() {
      told.push(`sign in ${auth.token ?? ''}`.trim());
      if (auth.token && !renewable.includes(auth.token)) throw Object.assign(new Error('no'), { code: 401 });
      auth.token = auth.token ? `renewed ${auth.token}` : 'new';
      good.push(auth.token);
    },
    async signOut() {
      auth.token = undefined;
    },
  };
  const ask = async (token: string | undefined): Promise<string> => {
    told.push(`ask ${token ?? ''}`.trim());
    if (token === undefined || good.includes(token)) return 'a seat';
    throw Object.assign(new Error('expired'), { code: ERRORS.TOKEN_EXPIRED.code });
  };
  return { told, auth, ask };
}

describe("the page's guest", () => {
  it('gets a token at the first visit, and brings it at the next', async () => {
    const first = visit(undefined, { good: [], renewable: [] });
    assert.equal(await asGuest(first.auth, first.ask), 'a seat');
    assert.deepEqual(first.told, ['sign in', 'ask new']);
    const next = visit('new', { good: ['new'], renewable: [] });
    await asGuest(next.auth, next.ask);
    assert.deepEqual(next.told, ['ask new']);
  });

  it('renews one that has expired, and is somebody new when that is too late', async () => {
    const late = visit('old', { good: [], renewable: ['old'] });
    assert.equal(await asGuest(late.auth, late.ask), 'a seat');
    assert.deepEqual(late.told, ['ask old', 'sign in old', 'ask renewed old']);
    const tooLate = visit('old', { good: [], renewable: [] });
    assert.equal(await asGuest(tooLate.auth, tooLate.ask), 'a seat');
    assert.deepEqual(tooLate.told, ['ask old', 'sign in old', 'sign in', 'ask new']);
  });

  it('tells of any other refusal as it is', async () => {
    const { auth, told } = visit('new', { good: ['new'], renewable: [] });
    const full = () => Promise.reject(Object.assign(new Error('full'), { code: ERRORS.ROOM_FULL.code }));
    await assert.rejects(asGuest(auth, full), { code: ERRORS.ROOM_FULL.code });
    assert.deepEqual(told, []);
  });

  it('plays without one where none is to be had', async () => {
    const { auth, ask, told } = visit(undefined, { good: [], renewable: [] });
    auth.signInAnonymously = () => Promise.reject(new Error('offline'));
    assert.equal(await asGuest(auth, ask), 'a seat');
    assert.deepEqual(told, ['ask']);
  });
});
