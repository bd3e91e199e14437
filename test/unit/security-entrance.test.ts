/** The entrance with sockets that are streams: who is let in, and that everybody who leaves is counted out, however they go. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { lastWords } from '../../src/http/reply.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { PlayerAddresses } from '../../src/security/addresses.ts';
import { Entrance, type Upgrade } from '../../src/security/entrance.ts';
import { LimitLog } from '../../src/security/limit-log.ts';
import { originCheck } from '../../src/security/origins.ts';
import { RateWindows } from '../../src/security/rate-windows.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

class Wire extends Duplex {
  written = '';
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk;
    done();
  }
}

const SEAT = '/process/room?sessionId=s';

function setUp({ limit = 100, inAll = 100, perAddress = 100, seats = ['s'] } = {}) {
  const time = new SteppedTime();
  const meter = createCounters();
  const released: IncomingMessage[] = [];
  const entrance = new Entrance(
    {
      addresses: new PlayerAddresses(['127.0.0.1']),
      rate: new RateWindows({ name: 'sockets', limit, windowMs: 10_000, maxAddresses: 100 }, time),
      originAllowed: originCheck([]),
      hasSeat: ({ sessionId }) => seats.includes(sessionId),
      cameTooLate: ({ sessionId }) => sessionId === 'late',
      release: (req) => released.push(req),
      answer: lastWords,
      log: new LimitLog({ clock: time, logger: recordingLogger([]), meter }),
      meter,
    },
    { inAll, perAddress },
  );
  const accepted: IncomingMessage[] = [];
  const turnedAway: number[] = [];
  const door = {
    accept: ({ req }: Upgrade) => void accepted.push(req),
    turnAway: (_upgrade: Upgrade, code: number) => void turnedAway.push(code),
  };
  const ask = (remoteAddress: string, { url = SEAT, signed = undefined as string | undefined, headers = {} } = {}) => {
    const socket = new Wire();
    const req = { url, headers: { host: 'here', ...headers }, socket: { remoteAddress } } as unknown as IncomingMessage;
    const upgrade = { req, socket, head: Buffer.alloc(0) };
    const inside = entrance.admit(upgrade, door, signed);
    return { socket, req, enter: () => inside!.accept(upgrade), isIn: inside !== undefined };
  };
  const refused = (limit: string) => meter.total('hypogeum_limit_hits_total', { limit });
  return { time, meter, entrance, released, accepted, turnedAway, ask, refused };
}

describe('the entrance', () => {
  it('D4: refuses in plain HTTP what is too fast, with the time to wait, and asks nothing else of it', async () => {
    const { ask, refused, time } = setUp({ limit: 2 });
    assert.ok(ask('192.0.2.1').isIn && ask('192.0.2.1').isIn);
    time.stall(2500);
    const late = ask('192.0.2.1');
    assert.equal(late.isIn, false);
    await settled();
    assert.match(
      late.socket.written,
      /^HTTP\/1.1 429 Too Many Requests\r\n[\s\S]*Retry-After: 8\r\n\r\n\{"code":547,.*\}$/,
    );
    assert.equal(late.socket.destroyed, true, 'nobody has to hang up');
    assert.ok(ask('192.0.2.2').isIn);
    assert.equal(refused('socket_rate'), 1);
  });

  it('D4: has places by address and in all', async () => {
    const { ask, refused, entrance } = setUp({ inAll: 3, perAddress: 2 });
    const first = ask('192.0.2.1');
    ask('::ffff:192.0.2.1');
    assert.equal(ask('192.0.2.1').isIn, false);
    ask('192.0.2.2');
    const last = ask('192.0.2.3');
    await settled();
    assert.match(last.socket.written, /^HTTP\/1.1 503 Service Unavailable\r\n[\s\S]*"code":548,/);
    assert.deepEqual([refused('sockets_of_address'), refused('sockets'), entrance.sockets.inAll], [1, 1, 3]);
    first.socket.destroy();
    await settled();
    assert.ok(ask('192.0.2.3').isIn);
  });

  it('D2: counts a household by its 64 bits', () => {
    const { ask } = setUp({ perAddress: 2 });
    assert.ok(ask('2001:db8::1').isIn && ask('2001:db8::2').isIn);
    assert.equal(ask('2001:db8::3').isIn, false);
    assert.ok(ask('2001:db8:0:1::3').isIn);
  });

  it('D5, D6: refuses pages of others, and targets that cannot be read', async () => {
    const { ask, refused, entrance } = setUp();
    const page = ask('192.0.2.1', { headers: { origin: 'https://evil.example' } });
    const odd = ask('192.0.2.1', { url: '/process/room?sessionId=' });
    await settled();
    assert.match(page.socket.written, /^HTTP\/1.1 403 Forbidden\r\n[\s\S]*"code":543,/);
    assert.match(odd.socket.written, /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*"code":537,/);
    assert.ok(ask('192.0.2.1', { headers: { origin: 'http://here' } }).isIn);
    assert.deepEqual([refused('socket_origin'), refused('socket_target'), entrance.sockets.inAll], [1, 1, 1]);
  });

  it('D6: lets guesses in to be told, for five each, until the address has none left for anything', () => {
    const { ask, accepted, refused } = setUp({ limit: 15 });
    for (let i = 0; i < 3; i++) ask('192.0.2.1', { url: `/process/room?sessionId=guess${i}` }).enter();
    assert.deepEqual([accepted.length, refused('wrong_seats')], [3, 3]);
    assert.equal(ask('192.0.2.1').isIn, false, 'nor what would be right');
    assert.ok(ask('192.0.2.2').isIn);
  });

  it('D11: tells who came too late for their seat to try again, which is no guess', () => {
    const { ask, accepted, turnedAway, refused } = setUp();
    ask('192.0.2.1', { url: '/process/room?sessionId=late' }).enter();
    assert.deepEqual([accepted.length, turnedAway, refused('wrong_seats')], [0, [4010], 0]);
  });

  it('D6: counts a forwarded guess against the player, and a socket without a seat for one', () => {
    const { ask, refused } = setUp({ limit: 6 });
    ask('127.0.0.1', { url: '/process/room?sessionId=guess', signed: '192.0.2.1' }).enter();
    ask('192.0.2.1', { url: '/' }).enter();
    assert.equal(refused('wrong_seats'), 1);
    assert.ok(ask('192.0.2.1').isIn);
    assert.equal(ask('192.0.2.1').isIn, false);
  });

  it('D7: counts a socket until it is closed, however it ends', async () => {
    const ends: ((socket: Wire) => void)[] = [
      (socket) => socket.destroy(),
      (socket) => void socket.on('error', () => {}).destroy(new Error('reset')),
      (socket) => {
        socket.push(null);
        socket.resume();
        socket.end();
      },
      (socket) => void socket.destroy().destroy(),
    ];
    const { ask, entrance, meter } = setUp();
    for (const end of ends) {
      const asked = [ask('192.0.2.1'), ask('192.0.2.2')];
      asked[1]!.enter();
      assert.equal(entrance.sockets.inAll, 2);
      for (const { socket } of asked) end(socket);
      await settled();
      assert.deepEqual([entrance.sockets.inAll, entrance.sockets.addresses], [0, 0]);
    }
    assert.equal(meter.total('hypogeum_player_sockets'), 0);
  });

  it('D7: does not count one that has ended before it is looked at, nor what another process counted', async () => {
    const { ask, entrance, released } = setUp({ perAddress: 1, limit: 1 });
    for (let i = 0; i < 5; i++) assert.ok(ask('127.0.0.1', { signed: '192.0.2.1' }).isIn);
    assert.deepEqual([entrance.sockets.inAll, released.length], [0, 5]);
    const socket = new Wire().destroy();
    const req = { url: SEAT, headers: {}, socket: {} } as unknown as IncomingMessage;
    assert.equal(entrance.admit({ req, socket, head: Buffer.alloc(0) }, {} as never, undefined), undefined);
    assert.equal(entrance.sockets.inAll, 0);
  });

  it('D3: tells the room what it found, not what was claimed', () => {
    const { ask } = setUp();
    const claim = { 'x-real-ip': '9.9.9.9', 'x-forwarded-for': '203.0.113.7', 'x-client-ip': '9.9.9.9' };
    const told = (remoteAddress: string, signed?: string) => {
      const { host: _, ...headers } = ask(remoteAddress, { headers: claim, ...(signed && { signed }) }).req.headers;
      return headers;
    };
    assert.deepEqual(told('192.0.2.1'), { 'x-real-ip': '192.0.2.1' });
    assert.deepEqual(told('127.0.0.1'), { 'x-real-ip': '203.0.113.7' });
    assert.deepEqual(told('10.0.0.1', '2001:db8::1'), { 'x-real-ip': '2001:db8::1' });
  });
});
