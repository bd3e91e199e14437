import assert from 'node:assert/strict';
import type { Room as SdkRoom } from '@colyseus/sdk';
import { ERRORS } from '../../src/kernel/errors.ts';
import { ERROR, matchmake, RawClient, roomData, type Seat } from '../support/raw-client.ts';
import {
  FailingFieldsRoom,
  FailingGameRoom,
  FailingOddRoom,
  FailingStockRoom,
  type FailOptions,
} from '../support/rooms/failing-rooms.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

interface Counted {
  count: number;
}

describe('fault isolation', () => {
  let server: TestServer;
  const open: SdkRoom[] = [];

  before(async () => {
    server = await startTestServer({
      rooms: (define) => {
        define('stock', FailingStockRoom);
        define('fields', FailingFieldsRoom);
        define('game', FailingGameRoom);
        define('odd', FailingOddRoom);
      },
    });
  });
  after(() => server.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((room) => room.connection?.isOpen && room.leave()));
  });

  async function create(name: string, options: FailOptions = {}): Promise<SdkRoom<unknown, Counted>> {
    const room = await server.client.create<Counted>(name, options);
    open.push(room as unknown as SdkRoom);
    return room as unknown as SdkRoom<unknown, Counted>;
  }
  const faults = (callback: string): number => server.counters.total('hypogeum_room_faults_total', { callback });

  /** The match goes on: its state still changes and its messages are still answered. */
  async function assertGoesOn(room: SdkRoom<unknown, Counted>): Promise<void> {
    const before = await until('a state', () => room.state.count);
    await until('the state to go on', () => room.state.count > before + 2);
    assert.equal(await room.request('echo' as never, 'still here'), 'still here');
  }

  for (const later of [false, true]) {
    const way = later ? 'by a rejected promise' : 'by a throw';

    for (const at of ['simulation', 'onBeforePatch']) {
      it(`${at} failing ${way}: counted at every turn, logged once, the match goes on`, async () => {
        const callback = at === 'simulation' ? 'setTimestep' : at;
        const before = faults(callback);
        const room = await create('stock', { at, later });
        await until('several faults', () => faults(callback) > before + 3);
        await assertGoesOn(room);
        const lines = server.lines.filter((line) => line.fields.callback === callback && line.fields.room === 'stock');
        assert.equal(lines.length, 1, 'one line a kind');
      });
    }

    it(`onCreate failing ${way}: the creator gets a coded error, nothing is left listed`, async () => {
      const { status, body } = await matchmake(server.url, 'create', 'stock', { at: 'onCreate', later });
      assert.deepEqual([status, body.code], [526, ERRORS.ROOM_FAILED.code]);
      assert.doesNotMatch(String(body.error), /onCreate failed( later)?$/, 'the exception itself stays inside');
    });

    for (const at of ['onAuth', 'onJoin']) {
      it(`${at} failing ${way}: this player is refused with a code, the others play`, async () => {
        const room = await create('stock');
        const before = faults(at);
        const refused = server.client.joinById(room.roomId, { at, later });
        await assert.rejects(refused, (error: { code: number }) => error.code === ERRORS.ROOM_FAILED.code);
        assert.equal(faults(at), before + 1);
        await assertGoesOn(room);
      });
    }

    for (const at of ['onLeave', 'onDrop']) {
      it(`${at} failing ${way}: the seat is free again, the others play`, async () => {
        const room = await create('stock', { at, later });
        const other = await RawClient.join(server.url, room.roomId, {}, 'joinById');
        const before = faults(at);
        other.close();
        await until('the fault', () => faults(at) > before);
        await assertGoesOn(room);
      });
    }

    for (const at of ['onCreate', 'onAuth', 'onJoin']) {
      it(`${at} failing ${way} of nothing at all: a fault like any other, answered with a code`, async () => {
        const before = faults(at);
        const fail = { at, later, what: 'nothing' } as const;
        const refused =
          at === 'onCreate'
            ? server.client.create('stock', fail)
            : server.client.joinById((await create('stock')).roomId, fail);
        await assert.rejects(refused, (error: { code: number }) => error.code === ERRORS.ROOM_FAILED.code);
        assert.equal(faults(at), before + 1);
      });
    }

    it(`onLeave failing ${way} of an error with a code is a fault: there is nobody to refuse`, async () => {
      const room = await create('stock', { at: 'onLeave', later, what: 'a refusal' });
      const other = await RawClient.join(server.url, room.roomId, {}, 'joinById');
      const before = faults('onLeave');
      other.close();
      await until('the fault', () => faults('onLeave') > before);
      await assertGoesOn(room);
    });

    it(`a handler for all types failing ${way}: counted once, whatever the payload looks like, the sender stays`, async () => {
      const room = await create('odd');
      const before = [faults('onMessage *'), faults('frame')];
      const strays: unknown[] = [];
      const keep = (stray: unknown): void => void strays.push(stray);
      process.on('unhandledRejection', keep);
      room.send((later ? 'later' : 'now') as never, { id: 7 } as never);
      await until('the fault', () => faults('onMessage *') > before[0]!);
      await assertGoesOn(room).finally(() => process.off('unhandledRejection', keep));
      assert.deepEqual([faults('onMessage *'), faults('frame')], [before[0]! + 1, before[1]]);
      assert.deepEqual(strays, []);
    });

    it(`onReconnect failing ${way}: only that player is refused`, async () => {
      const room = await create('stock', { at: 'onReconnect', later });
      const seat = (await matchmake(server.url, 'joinById', room.roomId)).body as unknown as Seat;
      const other = new RawClient(server.url, seat);
      await until('the handshake', () => other.frames.length > 0);
      const token = tokenOf(other);
      other.send(Buffer.from([10]));
      await until('the state', () => other.frames.length > 1);
      other.close();
      await other.whenClosed();
      const before = faults('onReconnect');
      const again = await until('a refusal', async () => refusedReconnect(seat, token));
      assert.equal(again, ERRORS.ROOM_FAILED.code);
      assert.ok(faults('onReconnect') > before);
      await assertGoesOn(room);
    });

    it(`onDispose failing ${way}: the room ends all the same`, async () => {
      const room = await create('stock', { at: 'onDispose', later });
      const before = faults('onDispose');
      await room.leave();
      await until('the fault', () => faults('onDispose') > before);
      const { body } = await matchmake(server.url, 'joinById', room.roomId);
      assert.equal(body.code, ERRORS.ROOM_NOT_FOUND.code);
    });

    it(`timers of the room clock failing ${way}: counted, and the clock goes on`, async () => {
      const room = await create('stock');
      const before = faults('setInterval');
      room.send('timers' as never, later as never);
      await until('several faults', () => faults('setInterval') > before + 3 && faults('setTimeout') > 0);
      await assertGoesOn(room);
    });

    it(`a message handler failing ${way}: counted; as a request, answered with an error`, async () => {
      const room = await create('stock');
      const type = later ? 'reject' : 'throw';
      const before = faults(`onMessage ${type}`);
      room.send(type as never);
      const answer = room.request(type as never);
      await assert.rejects(answer, (error: { code: number }) => error.code === ERRORS.ROOM_FAILED.code);
      await until('both faults', () => faults(`onMessage ${type}`) === before + 2);
      await assertGoesOn(room);
    });
  }

  it('timers of the room clock that a class field sets are covered: patches go on', async () => {
    const before = faults('setInterval');
    const room = await create('odd');
    await until('several faults', () => faults('setInterval') > before + 3);
    await assertGoesOn(room);
  });

  it('an onUncaughtException that is set at run time gets exceptions too, and may itself reject', async () => {
    await create('odd');
    const [before, reported] = [faults('onUncaughtException'), FailingOddRoom.reported];
    await until('several', () => faults('onUncaughtException') > before + 3);
    assert.ok(FailingOddRoom.reported > reported + 3);
  });

  it('handlers registered with onMessage and onMessageBytes are covered too', async () => {
    const room = await create('stock');
    room.send('dynamic' as never);
    room.sendBytes('bytes', new Uint8Array([1, 2, 3]));
    await until('both faults', () => faults('onMessage dynamic') === 1 && faults('onMessage bytes') === 1);
    await assertGoesOn(room);
  });

  it('a patch that fails costs that patch, not the process', async () => {
    const room = await create('stock');
    const before = faults('patch');
    room.send('breakPatches' as never);
    await until('the fault', () => faults('patch') > before);
    const another = await create('stock');
    await assertGoesOn(another);
  });

  it('a step of a GameRoom that fails is isolated step by step', async () => {
    const before = faults('setFixedTimestep');
    const room = await create('game', { at: 'step' });
    await until('many failing steps', () => faults('setFixedTimestep') > before + 20);
    await until('its patches all the same', () => room.state.count > 20);
  });

  it('hooks that are class fields are covered, and a room with onUncaughtException gets each exception', async () => {
    const room = await create('fields');
    await until('the fault before a patch', () => faults('onBeforePatch') > 0);
    const answer = room.request('throw' as never);
    await assert.rejects(
      answer,
      (error: { code: number }) => error.code === ERRORS.ROOM_FAILED.code,
      'not answered OK',
    );
    const refused = server.client.joinById(room.roomId, { at: 'onJoin' });
    await assert.rejects(refused, (error: { code: number }) => error.code === ERRORS.ROOM_FAILED.code);
    const { reported } = FailingFieldsRoom;
    const find = (method: string) => reported.find(([name]) => name === method);
    assert.equal(find('onMessage')![1], 'OnMessageException');
    assert.equal(find('onJoin')![1], 'OnJoinException');
    assert.match(String(find('onJoin')![2]), /onJoin failed/);
  });

  describe('F4: frames that reach no handler are told to their sender, who stays', () => {
    const cases: [string, Buffer][] = [
      ['an unregistered type', roomData('nobody')],
      ['an unregistered type of 87 bytes', roomData('x'.repeat(87))],
      ['an unregistered type of 4,000 bytes', roomData('é'.repeat(2000))],
      ['a type that is an inherited name', roomData('constructor')],
      ['a type that says it is longer than the frame', Buffer.from([13, 0xdb, 0xff, 0xff, 0xff, 0x7f, 65])],
      ['a payload that is no msgpack', roomData('echo', Buffer.from([0xc1, 0xff]))],
      ['a payload cut in the middle', roomData('echo', Buffer.from([0x95, 1]))],
      ['an input frame with a length below zero', Buffer.from([20, 1, 255])],
    ];
    for (const [what, frame] of cases) {
      it(what, async () => {
        const room = await create('stock');
        const clumsy = await RawClient.join(server.url, room.roomId, {}, 'joinById');
        clumsy.send(frame);
        const told = await until('the error', () => clumsy.frames.find(([code]) => code === ERROR));
        assert.equal(told.readUInt16LE(2), ERRORS.INVALID_MESSAGE.code);
        assert.equal(clumsy.closed, undefined);
        await assertGoesOn(room);
        clumsy.close();
      });
    }

    it('F5: until they are too many: every type name from 0 to 4,000 bytes', async () => {
      const room = await create('stock');
      const hostile = await RawClient.join(server.url, room.roomId, {}, 'joinById');
      for (let length = 0; length <= 4000; length += 20) hostile.send(roomData('t'.repeat(length)));
      const { code, reason } = await hostile.whenClosed();
      assert.deepEqual([code, reason], [ERRORS.TOO_MANY_FRAMES.code, ERRORS.TOO_MANY_FRAMES.message]);
      await assertGoesOn(room);
    });

    it('random frames of every protocol code', async () => {
      const room = await create('stock');
      const hostile = await RawClient.join(server.url, room.roomId, {}, 'joinById');
      for (let code = 0; code < 256; code++) hostile.send(Buffer.from([code, code ^ 0x5a, 0xff, code, 0x81]));
      await hostile.whenClosed();
      await assertGoesOn(room);
    });
  });

  function tokenOf(client: RawClient): string {
    const handshake = client.handshake();
    return handshake.subarray(2, 2 + handshake[1]!).toString();
  }

  async function refusedReconnect(seat: Seat, token: string): Promise<number | undefined> {
    const again = new RawClient(server.url, seat, `&reconnectionToken=${token}&skipHandshake=1`);
    await again.whenClosed();
    const error = again.frames.find((frame) => frame[0] === ERROR);
    if (error === undefined || error[1] !== 0xcd) return undefined;
    const code = error.readUInt16LE(2);
    return code === ERRORS.SEAT_EXPIRED.code ? undefined : code;
  }
});
