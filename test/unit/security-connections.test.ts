import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type AddressInfo, type BlockList, connect, createServer, type Server } from 'node:net';
import { Duplex } from 'node:stream';
import { createCounters } from '../../src/observability/counters.ts';
import { PlayerAddresses } from '../../src/security/addresses.ts';
import { LimitLog } from '../../src/security/limit-log.ts';
import { Connections } from '../../src/security/node-connections.ts';
import { RateWindows } from '../../src/security/rate-windows.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

let ports = 0;

class Line extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly remotePort = ++ports;
  constructor(remoteAddress: string | undefined) {
    super();
    this.remoteAddress = remoteAddress;
  }
  override _read(): void {}
}

function setUp({ limit = 100, inAll = 10, perAddress = 3 } = {}) {
  const time = new SteppedTime();
  const meter = createCounters();
  const connections = new Connections(
    {
      clock: time,
      addresses: new PlayerAddresses(['10.0.0.0/8']),
      rate: new RateWindows({ name: 'connections', limit, windowMs: 10_000, maxAddresses: 100 }, time),
      log: new LimitLog({ clock: time, logger: recordingLogger([]), meter }),
      meter,
    },
    { inAll, perAddress },
  );
  const server = new EventEmitter() as unknown as Server;
  const heard: Line[] = [];
  server.on('connection', (line) => void heard.push(line as unknown as Line));
  connections.watch(server);
  const come = (address: string | undefined) => {
    const line = new Line(address);
    server.emit('connection', line);
    return line;
  };
  const refused = (limit: string) => meter.total('hypogeum_limit_hits_total', { limit });
  const { blockList } = server as Server & { blockList?: BlockList };
  const isShut = (address: string): boolean => blockList!.check(address);
  return { time, meter, connections, server, come, refused, heard, isShut };
}

describe('TCP connections', () => {
  it('D15: beyond the number of an address are cut, and have their place again when others end', async () => {
    const { come, refused, connections, heard } = setUp();
    const lines = Array.from({ length: 5 }, () => come('::ffff:192.0.2.1'));
    assert.deepEqual(
      lines.map(({ destroyed }) => destroyed),
      [false, false, false, true, true],
    );
    assert.deepEqual(heard, lines.slice(0, 3), 'nobody else hears of those who were cut');
    assert.equal(come('192.0.2.2').destroyed, false);
    lines[0]!.destroy();
    await settled();
    assert.equal(come('192.0.2.1').destroyed, false);
    assert.deepEqual([refused('connections_of_address'), connections.open.inAll], [2, 4]);
  });

  it('D15: those of proxies have no number of their own, and count in all', async () => {
    const { come, refused, connections } = setUp();
    const lines = Array.from({ length: 12 }, () => come('10.1.2.3'));
    assert.deepEqual([lines.filter(({ destroyed }) => destroyed).length, connections.open.inAll], [2, 10]);
    assert.equal(come('192.0.2.1').destroyed, true);
    assert.equal(refused('connections'), 3);
    for (const line of lines.slice(0, 2)) line.destroy();
    await settled();
    assert.equal(come('192.0.2.1').destroyed, false);
    assert.deepEqual([connections.open.inAll, connections.open.addresses], [9, 1]);
  });

  it('D15: are subtracted each once, also when the same port comes again before the end of the first is known', async () => {
    const { come, connections } = setUp();
    const first = come('192.0.2.1');
    ports--;
    const second = come('192.0.2.1');
    assert.equal(second.remotePort, first.remotePort);
    first.destroy();
    await settled();
    assert.equal(connections.open.inAll, 1);
    connections.release(second);
    second.destroy();
    await settled();
    assert.equal(connections.open.inAll, 0);
  });

  it('D15: beyond the rate are cut, whatever became of those before', async () => {
    const { come, refused, time } = setUp({ limit: 5 });
    for (let i = 0; i < 5; i++) assert.equal(come('192.0.2.1').destroy().errored, null);
    await settled();
    for (let i = 0; i < 1000; i++) assert.equal(come('192.0.2.1').destroyed, true);
    assert.equal(refused('connection_rate'), 1000);
    time.stall(10_000);
    assert.equal(come('192.0.2.1').destroyed, false);
  });

  it('D15: of an address beyond its rate are cut before a socket is made of them, until its window is over', () => {
    const { come, refused, time, isShut } = setUp({ limit: 1 });
    come('2001:db8::1');
    assert.equal(isShut('2001:db8::2'), false, 'it is within its rate, so far as is known');
    come('2001:db8::2');
    assert.deepEqual(['2001:db8::3', '2001:db8:0:1::3', '192.0.2.1'].map(isShut), [true, false, false]);
    come('192.0.2.1');
    come('192.0.2.1');
    assert.equal(isShut('::ffff:192.0.2.1'), true, 'one address in two spellings');
    assert.equal(isShut('10.1.2.3'), false);
    assert.equal(refused('connection_rate'), 4, 'each is counted');
    time.stall(10_000);
    assert.deepEqual(['2001:db8::3', '192.0.2.1'].map(isShut), [false, false]);
    assert.equal(come('2001:db8::3').destroyed, false);
  });

  it('D15: is asked of a server by Node itself, with each address', async () => {
    const { connections, come } = setUp({ limit: 1 });
    const server = createServer();
    connections.watch(server);
    server.on('connection', () => assert.fail('a socket was made'));
    for (let i = 0; i < 2; i++) come('127.0.0.1');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve));
    server.close();
  });

  it('D15: beyond the number in all are cut by the system call and by us', () => {
    const { come, refused, server } = setUp({ inAll: 4 });
    assert.equal(server.maxConnections, 4);
    for (let i = 0; i < 6; i++) come(`192.0.2.${i}`);
    server.emit('drop', { remoteAddress: '192.0.2.9' });
    server.emit('drop');
    assert.equal(refused('connections'), 4);
  });

  it('D15: of other processes once that is known, count for nobody', async () => {
    const { come, connections, meter } = setUp();
    for (let i = 0; i < 20; i++) {
      const line = come('192.0.2.1');
      assert.equal(line.destroyed, false);
      connections.release(line);
      connections.release(line);
      line.destroy();
    }
    await settled();
    assert.deepEqual([connections.open.inAll, meter.total('hypogeum_player_connections')], [0, 0]);
    assert.equal(come(undefined).destroyed, true, 'it had ended before anybody looked');
  });
});
