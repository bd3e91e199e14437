/** Identities from a token to a room, with the stock SDK. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { type AuthContext, type Client, matchMaker, Room, validate } from '@colyseus/core';
import { Client as SdkClient, type Room as SdkRoom } from '@colyseus/sdk';
import { z } from 'zod';
import { CloseCodes, ERRORS } from '../../src/kernel/errors.ts';
import { GameRoom, type Identity, identityOf } from '../../src/roomkit/index.ts';
import { INTERNAL_FIELDS, INTERNAL_METHODS, type RoomInternals } from '../../src/security/colyseus-room-internals.ts';
import type { DefineRoom } from '../../src/server.ts';
import { accountService, altered, unsigned } from '../support/accounts.ts';
import { passive } from '../support/processes.ts';
import { matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const messages = {
  who: validate(z.unknown(), (client: Client) => ({ auth: client.auth as unknown, id: identityOf(client)?.id })),
};

class Stock extends Room {
  messages = messages;
}

class OwnAuth extends Room {
  static override async onAuth(_token: string, _options: unknown, context: AuthContext) {
    return { rank: 7, of: (context as AuthContext & { identity: Identity }).identity.id };
  }
  messages = messages;
}

class InstanceAuth extends Room {
  messages = messages;
  override onAuth(_client: Client, options: { own?: boolean }, context: AuthContext) {
    assert.ok((context as AuthContext & { identity: Identity }).identity.id);
    return options.own ? { own: true } : true;
  }
}

/** Takes its time over everybody. */
class SlowAuth extends Room {
  readonly oneSession = true;
  static pass = Promise.withResolvers<void>();
  static asked = 0;
  messages = messages;
  override async onAuth(): Promise<boolean> {
    SlowAuth.asked++;
    await SlowAuth.pass.promise;
    return true;
  }
}

class Thinker extends Room {
  static dropped = 0;
  static thought = Promise.withResolvers<void>();
  override autoDispose = false;
  messages = messages;
  override async onDrop(client: Client): Promise<void> {
    Thinker.dropped++;
    await Thinker.thought.promise;
    await this.allowReconnection(client, 20);
  }
}

class Game extends GameRoom {
  static override joinOptions = z.strictObject({});
  override messages = messages;
  override step(): void {}
  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 20);
  }
}

class Once extends Game {
  override oneSession = true;
  readonly left: (number | undefined)[] = [];
  override onLeave(_client: Client, code?: number): void {
    this.left.push(code);
  }
}

const defineRooms = (define: DefineRoom): void => {
  for (const [name, Class] of Object.entries({
    stock: Stock,
    own: OwnAuth,
    instance: InstanceAuth,
    slow: SlowAuth,
    thinker: Thinker,
    game: Game,
    once: Once,
  }))
    define(name, Class);
};

/** Ends the connection as a tunnel does. */
function cut({ roomId, sessionId }: SdkRoom): void {
  const client = matchMaker.getLocalRoomById(roomId)!.clients.get(sessionId)!;
  (client.ref as unknown as { terminate(): void }).terminate();
}

const REFUSED = { name: 'MatchMakeError', code: 401 };

describe('identities', () => {
  const accounts = accountService();
  const tokens: string[] = [];
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ rooms: defineRooms, env: { HYPOGEUM_AUTH_KEYS: accounts.jwks } });
  });
  after(async () => {
    const told = JSON.stringify(server.lines);
    assert.ok(tokens.length > 5);
    for (const token of tokens) for (const part of token.split('.')) assert.ok(part === '' || !told.includes(part));
    await server.stop();
  });

  async function clientOf(token?: string | Promise<string>): Promise<SdkClient> {
    const client = new SdkClient(server.url);
    client.auth.token = (await token) as string;
    if (client.auth.token) tokens.push(client.auth.token);
    return client;
  }

  const who = (room: SdkRoom) => room.request('who' as never) as Promise<{ auth: Identity; id: string }>;

  it('ID6 knows the inside of Colyseus that it touches', () => {
    for (const name of INTERNAL_METHODS) assert.equal(typeof Room.prototype[name as never], 'function', name);
    const room = new Stock();
    for (const name of INTERNAL_FIELDS) assert.equal(typeof room[name as never], 'object', name);
  });

  it('ID6 stays with the seat of a player about whom the room thinks, whoever comes and goes meanwhile', async () => {
    const client = await clientOf(accounts.token({ claims: {} }));
    const room = passive(await client.create('thinker'));
    assert.equal((await who(room)).id, 'ann');
    cut(room);
    await until('the room to think', () => Thinker.dropped === 1);
    for (let i = 0; i < 25; i++) await passive(await server.client.joinById(room.roomId)).leave();
    Thinker.thought.resolve();
    const kept = () =>
      Object.keys((matchMaker.getLocalRoomById(room.roomId) as unknown as RoomInternals)._reconnections);
    await until('the seat', () => kept().length === 1);
    const back = passive(await client.reconnect(room.reconnectionToken));
    assert.equal((await who(back)).id, 'ann');
    await back.leave();
  });

  it('ID3 are guests for stock SDKs that know nothing of it', async () => {
    const room = passive(await server.client.joinOrCreate('stock'));
    const { auth, id } = await who(room);
    assert.deepEqual([auth.guest, auth.id, auth.claims], [true, id, {}]);
    await room.leave();
  });

  it('ID6 are told to rooms of every kind, unless their onAuth has something of its own', async () => {
    const client = await clientOf(accounts.token({ claims: { name: 'Ann', rank: 3 } }));
    const ann = { id: 'ann', guest: false, name: 'Ann', claims: { rank: 3 } };
    const expected: [string, object, unknown][] = [
      ['stock', {}, ann],
      ['game', {}, ann],
      ['instance', {}, ann],
      ['instance', { own: true }, { own: true }],
      ['own', {}, { rank: 7, of: 'ann' }],
    ];
    for (const [name, options, auth] of expected) {
      const room = passive(await client.create(name, options));
      assert.deepEqual(await who(room), { auth, id: 'ann' }, name);
      await room.leave();
    }
  });

  it('ID6 stay with the seat of a player who comes back, when their token has expired meanwhile too', async () => {
    const client = await clientOf(accounts.token());
    const room = await client.create('game');
    room.onMessage('*', () => {});
    room.reconnection.minUptime = 0;
    await who(room); // before that nobody is joined, and no seat kept
    client.auth.token = altered(client.auth.token!, 1, { exp: 1 });
    const back = new Promise<void>((resolve) => room.onReconnect.once(() => resolve()));
    cut(room);
    await back;
    assert.equal((await who(room)).auth.id, 'ann');
    await room.leave();
  });

  it('ID6 are found by a page that was reloaded and comes back to its seat, when its token has expired or is gone', async () => {
    for (const token of [await accounts.token({ issuedAt: 1000 }), undefined]) {
      const room = passive(await (await clientOf(accounts.token())).create('game'));
      await who(room);
      room.reconnection.enabled = false;
      cut(room);
      const back = passive(await (await clientOf(token)).reconnect(room.reconnectionToken));
      assert.equal((await who(back)).auth.id, 'ann');
      await back.leave();
    }
  });

  it('ID1 every bad sort of token is refused with a code, by every method, and never a guest', async () => {
    const good = await accounts.token();
    const { body: seat } = await matchmake(server.url, 'create', 'stock');
    const bad: [string, object][] = [
      [await accounts.token({ key: undefined, kid: 'other' }), ERRORS.TOKEN_INVALID],
      [altered(good, 1, { sub: 'ben' }), ERRORS.TOKEN_INVALID],
      [unsigned(good), ERRORS.TOKEN_INVALID],
      [await accountService().token(), ERRORS.TOKEN_INVALID],
      [await accounts.token({ audience: 'shop' }), ERRORS.TOKEN_INVALID],
      [await accounts.token({ issuedAt: 1000 }), ERRORS.TOKEN_EXPIRED],
      ['nonsense', ERRORS.TOKEN_INVALID],
    ];
    const before = matchMaker.stats.local.roomCount;
    for (const [token, { code }] of bad as [string, { code: number }][]) {
      const client = await clientOf(token);
      await assert.rejects(client.joinOrCreate('stock'), REFUSED);
      for (const path of [
        'joinOrCreate/stock',
        'create/stock',
        'join/stock',
        `joinById/${seat.roomId}`,
        // Who has a reconnection token may come with an old one (ID6).
        ...(code === ERRORS.TOKEN_EXPIRED.code ? [] : [`reconnect/${seat.roomId}`]),
      ]) {
        const headers = { authorization: `bearer ${token}` };
        const response = await fetch(`${server.url}/matchmake/${path}`, { method: 'POST', headers, body: '{}' });
        const answer = (await response.json()) as { code: number; error: string };
        assert.deepEqual([response.status, answer.code], [401, code]);
        assert.ok(!answer.error.includes(token));
      }
    }
    assert.equal(matchMaker.stats.local.roomCount, before);
    assert.ok(server.counters.total('hypogeum_auth_refused_total') >= bad.length * 6 - 1);
    const lines = server.lines.filter(({ message }) => message.includes('token'));
    assert.ok(lines.length > 0 && lines.length <= bad.length, 'each kind once');
  });

  it('ID3 a guest that asks for a token is the same at every visit, as stock SDKs do it', async () => {
    const first = await clientOf();
    const { token, user } = (await first.auth.signInAnonymously()) as { token: string; user: { id: string } };
    const room = passive(await first.create('stock'));
    assert.equal((await who(room)).id, user.id);
    const again = await clientOf(token);
    const renewed = await again.auth.signInAnonymously();
    assert.equal((renewed.user as { id: string }).id, user.id);
    assert.notEqual(renewed.token, undefined);
    const other = passive(await again.joinById(room.roomId));
    assert.equal((await who(other)).id, user.id);
    const response = await fetch(`${server.url}/auth/guest`, {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
    });
    assert.deepEqual([response.status, ((await response.json()) as { code: number }).code], [401, 557]);
    await Promise.all([room.leave(), other.leave()]);
    await again.auth.signOut();
  });

  describe('ID9 a room that takes each player once', () => {
    it('does so also when it asks for long who they are, and lets in two at once', async () => {
      const client = await clientOf(accounts.token());
      const joins = [client.create('slow')];
      await until('the first to be asked', () => SlowAuth.asked === 1);
      const [{ roomId }] = (await matchMaker.query({ name: 'slow' })) as unknown as [{ roomId: string }];
      joins.push((await clientOf(accounts.token())).joinById(roomId));
      await until('the second to be asked', () => SlowAuth.asked === 2);
      const closed: number[] = [];
      const watched = joins.map(async (join) => {
        const room = passive(await join);
        room.reconnection.enabled = false;
        room.onLeave((code) => void closed.push(code));
      });
      SlowAuth.pass.resolve();
      await Promise.allSettled(watched);
      const here = matchMaker.getLocalRoomById(roomId);
      await until('one of them to be shown out', () => here.clients.length === 1);
    });

    it('ends the earlier session of who comes in again, and lets in others, anonymous ones too', async () => {
      const client = await clientOf(accounts.token());
      const first = await client.create('once');
      first.onMessage('*', () => {});
      first.reconnection.minUptime = 0;
      const closed = new Promise((resolve) => first.onLeave.once((code) => resolve(code)));
      const [guest, another] = await Promise.all(
        [1, 2].map(async () => passive(await server.client.joinById(first.roomId))),
      );
      const second = passive(await (await clientOf(accounts.token())).joinById(first.roomId));
      assert.equal(await closed, CloseCodes.replaced);
      const here = matchMaker.getLocalRoomById(first.roomId) as Once;
      assert.deepEqual(here.left, [4000]);
      assert.deepEqual(
        [...here.clients].map(({ sessionId }) => sessionId).sort(),
        [guest, another, second].map((room) => room!.sessionId).sort(),
      );
      const back = await matchmake(server.url, 'reconnect', first.roomId, {
        reconnectionToken: first.reconnectionToken.split(':')[1],
      });
      assert.equal(back.body.code, ERRORS.SEAT_EXPIRED.code, 'no seat is kept');
      await Promise.all([guest, another, second].map((room) => room!.leave()));
      assert.equal(server.counters.total('hypogeum_sessions_replaced_total', { room: 'once' }), 1);
    });

    it('ends the seat that is kept for one who was lost, and takes a reconnection for no second session', async () => {
      const client = await clientOf(accounts.token());
      const first = passive(await client.create('once'));
      const here = matchMaker.getLocalRoomById(first.roomId) as Once;
      await who(first);
      cut(first);
      await until('the loss to be noticed', () => here.clients.length === 0);
      const back = passive(await client.reconnect(first.reconnectionToken));
      assert.equal((await who(back)).id, 'ann');
      cut(back);
      await until('the loss to be noticed', () => here.clients.length === 0);
      const second = passive(await client.joinById(first.roomId));
      await assert.rejects(client.reconnect(back.reconnectionToken));
      assert.equal(here.clients.length, 1);
      await second.leave();
    });

    it('is not moved by who tries a seat again', async () => {
      const token = await accounts.token();
      const client = await clientOf(token);
      const first = passive(await client.create('once'));
      const second = passive(await client.joinById(first.roomId));
      const seat = { processId: server.processId, roomId: first.roomId, sessionId: first.sessionId } as Seat;
      await new RawClient(server.url, seat).whenClosed();
      assert.equal((await who(second)).id, 'ann');
      await second.leave();
    });
  });
});

describe('identities where accounts are required', () => {
  const accounts = accountService();
  let server: TestServer;
  before(async () => {
    const env = { HYPOGEUM_AUTH_KEYS: accounts.jwks, HYPOGEUM_AUTH: 'required' };
    server = await startTestServer({ rooms: defineRooms, env });
  });
  after(() => server.stop());

  it('ID5 refuses who has none, and takes who has', async () => {
    const { status, body } = await matchmake(server.url, 'create', 'stock');
    assert.deepEqual([status, body.code], [401, ERRORS.AUTH_REQUIRED.code]);
    await assert.rejects(server.client.create('stock'), REFUSED);
    const response = await fetch(`${server.url}/auth/guest`, { method: 'POST' });
    assert.deepEqual([response.status, ((await response.json()) as { code: number }).code], [401, 556]);
    server.client.auth.token = await accounts.token();
    await passive(await server.client.create('stock')).leave();
  });

  it('ID5 does not start without keys of accounts, or with wrong ones', async () => {
    const start = (env: Record<string, string>) => startTestServer({ rooms: defineRooms, env });
    await assert.rejects(start({ HYPOGEUM_AUTH: 'required' }), /needs HYPOGEUM_AUTH_KEYS/);
    await assert.rejects(start({ HYPOGEUM_AUTH_KEYS: '{"keys":[]}' }), /HYPOGEUM_AUTH_KEYS: .*must hold a key/);
    await assert.rejects(start({ HYPOGEUM_AUTH_KEYS: '/no/such/file' }), /HYPOGEUM_AUTH_KEYS: ENOENT/);
  });
});
