/** The admin's ways in: what is there, and what is not. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { matchMaker, Room } from '@colyseus/core';
import { CloseCodes, ERRORS } from '../../src/kernel/errors.ts';
import type { DefineRoom } from '../../src/server.ts';
import { passive } from '../support/processes.ts';
import { matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const TOKEN = 'correct-horse-battery';
const PATHS = [
  '/admin',
  '/admin/login',
  '/admin/rooms',
  '/monitor/',
  '/monitor/api',
  '/playground/',
  '/playground/rooms',
];

class Hall extends Room {
  shouted = 0;
  shout(): string {
    this.shouted++;
    return 'hey';
  }
  override async onDrop(client: Parameters<NonNullable<Room['onDrop']>>[0]): Promise<void> {
    await this.allowReconnection(client, 20);
  }
}

class Porter extends Room {
  static pass = Promise.withResolvers<void>();
  static asked = 0;
  override async onAuth(): Promise<boolean> {
    Porter.asked++;
    await Porter.pass.promise;
    return true;
  }
}

async function codeOf(response: Response): Promise<[number, unknown]> {
  return [response.status, ((await response.json()) as { code?: unknown }).code];
}

describe('without an admin token', () => {
  it('ID10 there is nothing', async () => {
    const server = await startTestServer({ rooms: (define) => void define('hall', Hall) });
    for (const path of PATHS)
      for (const method of ['GET', 'POST']) {
        const headers = { authorization: 'Bearer ' };
        assert.deepEqual(await codeOf(await fetch(server.url + path, { method, headers })), [
          404,
          ERRORS.NOT_FOUND.code,
        ]);
      }
    await server.stop();
  });
});

describe('with an admin token', () => {
  let server: TestServer;
  let cookie = '';
  before(async () => {
    const env = {
      HYPOGEUM_ADMIN_TOKEN: TOKEN,
      HYPOGEUM_ADMIN_TRIES: '4',
      HYPOGEUM_CLUSTER_KEY: 'a secret of the cluster',
    };
    const rooms = (define: DefineRoom): void => {
      define('hall', Hall);
      define('porter', Porter);
    };
    server = await startTestServer({ rooms, env });
  });
  after(async () => {
    assert.ok(!JSON.stringify(server.lines).includes(TOKEN));
    await server.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers, redirect: 'manual' });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual' });
  const act = async (name: string, body: object = {}) => {
    const response = await post(`/admin/${name}`, body, { authorization: `Bearer ${TOKEN}` });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const enter = (token: string) =>
    fetch(`${server.url}/admin/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });

  it('ID10 a browser gets in by the form, with a cookie that no script and no other site can use', async () => {
    for (const path of ['/admin', '/monitor/', '/monitor/api', '/playground/rooms']) {
      const response = await get(path);
      assert.deepEqual([response.status, response.headers.get('location')], [303, '/admin/login'], path);
    }
    assert.match(await (await get('/admin/login')).text(), /<form method="post"/);
    const refused = await enter('wrong');
    assert.deepEqual([refused.status, refused.headers.get('set-cookie')], [401, null]);
    const entered = await enter(TOKEN);
    const set = entered.headers.get('set-cookie') ?? '';
    assert.match(set, /; HttpOnly; SameSite=Strict; Path=\/; Max-Age=3600$/);
    assert.ok(!set.includes(TOKEN));
    cookie = set.split(';')[0]!;
    assert.match(await (await get('/admin', { cookie })).text(), /href="\/monitor\/"/);
    assert.match((await get('/admin/login')).headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.match(
      (await post('/admin/logout', {}, { cookie })).headers.get('set-cookie') ?? '',
      /^hypogeum_admin=;.*Max-Age=0/,
    );
  });

  it('ID12 the monitor and the playground show rooms, and do nothing', async () => {
    const room = passive(await server.client.create('hall'));
    const here = matchMaker.getLocalRoomById(room.roomId) as Hall;
    const { rooms } = (await (await get('/monitor/api', { cookie })).json()) as { rooms: { roomId: string }[] };
    assert.equal(rooms[0]?.roomId, room.roomId);
    const seen = (await (await get(`/monitor/api/room?roomId=${room.roomId}`, { cookie })).json()) as {
      clients: object[];
    };
    assert.equal(seen.clients.length, 1);
    const played = (await (await get('/playground/rooms', { cookie })).json()) as { rooms: string[] };
    assert.ok(played.rooms.includes('hall'));
    for (const panel of ['/monitor/', '/playground/']) {
      const html = await (await get(panel, { cookie })).text();
      const script = /src="\.\/(assets\/[^"]+)"/.exec(html)?.[1];
      assert.equal((await get(panel + script, { cookie })).status, 200);
    }
    const call = `call?roomId=${room.roomId}&method=shout&args=[]`;
    for (const spelling of [
      `room/${call}`,
      `room//${call}`,
      `/room/${call}`,
      `room/%63${call.slice(1)}`,
      `room%2f${call}`,
      `room/${call.toUpperCase()}`,
    ]) {
      const response = await get(`/monitor/api/${spelling}`, { cookie, authorization: `Bearer ${TOKEN}` });
      assert.deepEqual(await codeOf(response), [404, ERRORS.NOT_FOUND.code], spelling);
    }
    for (const path of ['/playground/profiling/start', '/monitor/api/room/call', '/monitor/'])
      assert.equal((await post(path, {}, { cookie })).status, 405);
    assert.equal(here.shouted, 0);
    await room.leave();
  });

  it('ID12 the monitor ends its answer, however long it is', async () => {
    const room = passive(await server.client.create('hall'));
    await matchMaker.getLocalRoomById(room.roomId).setMetadata({ long: 'x'.repeat(500_000) });
    const answer = await fetch(`${server.url}/monitor/api`, { headers: { cookie }, signal: AbortSignal.timeout(5000) });
    assert.ok((await answer.text()).length > 500_000);
    await room.leave();
  });

  it('ID12 panels leave players and tokens of ours alone', async () => {
    const guest = passive(await server.client.create('hall'));
    const frames: unknown[] = [];
    guest.onMessage('*', (type) => void frames.push(type));
    await guest.leave();
    assert.deepEqual(frames, [], 'nobody is told message types');
    const { token } = (await (await post('/auth/guest', {})).json()) as { token: string };
    const response = await post('/matchmake/create/hall', {}, { authorization: `Bearer ${token}` });
    assert.equal(response.status, 200);
  });

  it('ID12 the API takes the token in its header only, by POST only, and what it is asked must be right', async () => {
    const refused = [401, ERRORS.ADMIN_REFUSED.code];
    assert.deepEqual(await codeOf(await post('/admin/rooms', {})), refused);
    assert.deepEqual(await codeOf(await post('/admin/rooms', {}, { cookie })), refused, 'a cookie opens panels only');
    assert.equal((await get('/admin/rooms', { authorization: `Bearer ${TOKEN}` })).status, 404);
    const wrong: [string, object][] = [
      ['kick', {}],
      ['kick', { identity: 'a', address: '10.0.0.1' }],
      ['ban', { identity: 'a' }],
      ['ban', { address: 'everywhere', reason: '' }],
      ['ban', { identity: 'a', reason: '', seconds: -1 }],
      ['close-room', { roomId: 7 }],
      ['rooms', { any: 1 }],
    ];
    for (const [name, body] of wrong) {
      const { status, body: answer } = await act(name, body);
      assert.deepEqual([status, answer.code], [400, ERRORS.ADMIN_INVALID.code], `${name} ${JSON.stringify(body)}`);
    }
  });

  it('ID12 tells the settings, and of secrets only that they are set', async () => {
    const { body } = await act('limits');
    const limits = new Map(
      (body.limits as { setting: string; value: unknown }[]).map((one) => [one.setting, one.value]),
    );
    assert.equal(limits.get('HYPOGEUM_ADMIN_TRIES'), 4);
    assert.equal(limits.get('HYPOGEUM_ADMIN_TOKEN'), '(set)');
    assert.equal(limits.get('HYPOGEUM_CLUSTER_KEY'), '(set)');
    assert.equal(limits.get('REDIS_URL'), '');
  });

  it('ID12 closes a room in which nobody has a seat', async () => {
    const { roomId } = await matchMaker.createRoom('hall', {});
    assert.deepEqual((await act('close-room', { roomId })).body, { closed: true, silent: [] });
    await until('its end', () => matchMaker.getLocalRoomById(roomId) === undefined);
    assert.deepEqual((await act('close-room', { roomId })).body, { closed: false, silent: [] });
  });

  it('ID7 a network is taken off as it is listed, however it is written', async () => {
    for (const written of ['2001:db8:0:7::/64', '2001:db8:0:7:0:0:0:0/64', '2001:db8:0:7::99']) {
      await act('ban', { address: '2001:db8:0:7::1', reason: '' });
      const { bans } = (await act('bans')).body as { bans: { subject: string }[] };
      assert.deepEqual(
        bans.map(({ subject }) => subject),
        ['2001:db8:0:7::/64'],
      );
      assert.equal((await act('unban', { address: written })).body.removed, true, written);
    }
    assert.equal((await act('unban', { address: '10.0.0.1/64' })).status, 400);
  });

  it('ID13 shows a player out of a room that keeps seats; they may come again', async () => {
    const room = await server.client.create('hall');
    const closed = new Promise((resolve) => room.onLeave.once((code, reason) => resolve([code, reason])));
    const { body } = await act('kick', { sessionId: room.sessionId, reason: 'calm down' });
    assert.deepEqual(body, { kicked: 1, silent: [] });
    assert.deepEqual(await closed, [CloseCodes.kicked, 'calm down']);
    const back = { reconnectionToken: room.reconnectionToken.split(':')[1] };
    assert.notEqual((await matchmake(server.url, 'reconnect', room.roomId, back)).status, 200);
    await passive(await server.client.create('hall')).leave();
    const { fields } = server.lines.findLast(({ message }) => message === 'admin: kick')!;
    assert.deepEqual([fields.kicked, fields.by], [1, '127.0.0.1']);
  });

  it('ID7 a banned address is shown out, and gets no seat, no token and no socket until it is taken off', async () => {
    const room = passive(await server.client.create('hall'));
    const closed = new Promise((resolve) => room.onLeave.once((code) => resolve(code)));
    const { body: seat } = await matchmake(server.url, 'create', 'hall');
    assert.equal((await act('ban', { address: '::ffff:127.0.0.1', reason: 'floods', seconds: 60 })).status, 200);
    assert.equal(await closed, CloseCodes.banned);
    const { status, body } = await matchmake(server.url, 'create', 'hall');
    assert.deepEqual([status, body.code], [ERRORS.BANNED.status, ERRORS.BANNED.code]);
    assert.ok(!JSON.stringify(body).includes('floods'));
    assert.equal((await post('/auth/guest', {})).status, ERRORS.BANNED.status);
    assert.equal((await new RawClient(server.url, seat as unknown as Seat).whenClosed()).code, CloseCodes.banned);
    assert.equal((await act('unban', { address: '127.0.0.1' })).body.removed, true);
    assert.equal((await matchmake(server.url, 'create', 'hall')).status, 200);
  });

  it('ID7 an identity that is banned while a room asks who it is does not come in', async () => {
    const { token, user } = (await (await post('/auth/guest', {})).json()) as { token: string; user: { id: string } };
    const headers = { authorization: `Bearer ${token}` };
    const seat = (await (await post('/matchmake/create/porter', {}, headers)).json()) as Seat;
    const client = new RawClient(server.url, seat);
    await until('the room to ask', () => Porter.asked === 1);
    await act('ban', { identity: user.id, reason: '' });
    Porter.pass.resolve();
    await client.whenClosed();
    assert.ok(client.frames.some((frame) => frame.includes(ERRORS.BANNED.message)));
    await act('unban', { identity: user.id });
  });

  it('ID7 an identity that was banned after it got its seat does not come in', async () => {
    const { token, user } = (await (await post('/auth/guest', {})).json()) as { token: string; user: { id: string } };
    const headers = { authorization: `Bearer ${token}` };
    const seat = (await (await post('/matchmake/create/hall', {}, headers)).json()) as Seat;
    await act('ban', { identity: user.id, reason: '' });
    const client = new RawClient(server.url, seat);
    await client.whenClosed();
    assert.ok(client.frames.some((frame) => frame.includes(ERRORS.BANNED.message)));
    assert.equal((await codeOf(await post('/matchmake/create/hall', {}, headers)))[1], ERRORS.BANNED.code);
    assert.equal((await codeOf(await post('/auth/guest', {}, headers)))[1], ERRORS.BANNED.code);
    assert.equal((await matchmake(server.url, 'create', 'hall')).status, 200, 'others do');
    await act('unban', { identity: user.id });
  });

  it('ID11 after too many wrong tokens none is looked at', async () => {
    await until(
      'the limit',
      async () => (await post('/admin/rooms', {}, { authorization: 'Bearer wrong' })).status === 429,
    );
    assert.equal((await act('rooms')).body.code, ERRORS.ADMIN_LIMITED.code);
    assert.equal((await enter(TOKEN)).status, 429);
    assert.ok(server.counters.total('hypogeum_admin_refused_total', { why: 'limited' }) >= 2);
  });
});
