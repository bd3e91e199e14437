import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seatTargetOf } from '../../src/kernel/seat-target.ts';
import { countedAs, PlayerAddresses, readAddress, tellAddress } from '../../src/security/addresses.ts';

const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  headers: { 'x-real-ip': '9.9.9.9', 'x-client-ip': '9.9.9.9', ...(forwarded && { 'x-forwarded-for': forwarded }) },
  socket: { remoteAddress },
});

describe("a player's address", () => {
  it('D2: has one spelling', () => {
    for (const [text, address] of [
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.1:4711', '192.0.2.1'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['64:ff9b::192.0.2.1', '192.0.2.1'],
      ['64:ff9b::c000:201', '192.0.2.1'],
      ['64:ff9b:1::c000:201', '64:ff9b:1::c000:201'],
      ['::FFFF:c000:0201', '192.0.2.1'],
      ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
      ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
      ['[2001:db8::1]:443', '2001:db8::1'],
      ['fe80::1%eth0', 'fe80::1'],
      ['::', '::'],
      ['', undefined],
      ['unknown', undefined],
      ['192.0.2.256', undefined],
      ['192.0.2.1, 192.0.2.2', undefined],
      ['1::2::3', undefined],
      ['[::1', undefined],
      ['evil\r\nx: y', undefined],
    ] as const)
      assert.equal(readAddress(text), address, text);
  });

  it('D2: counts by the 64 bits that a household has of IPv6', () => {
    assert.equal(countedAs('192.0.2.1'), '192.0.2.1');
    assert.equal(countedAs('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(countedAs('2001:db8:1:2::1'), '2001:db8:1:2::/64');
    assert.equal(countedAs('2001:db8:1:3::1'), '2001:db8:1:3::/64');
    assert.equal(countedAs('::1'), '0:0:0:0::/64');
    assert.equal(countedAs('1:2:3:4:5:6:7::'), '1:2:3:4::/64');
  });

  it('D2: is read from anything without a throw, and read again as the same', () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string(),
      fc.ipV6().map((ip) => `[${ip}]:80`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const address = readAddress(text);
        if (address === undefined) return;
        assert.equal(readAddress(address), address);
        assert.match(countedAs(address), /^([0-9.]+|[0-9a-f:]+::\/64)$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('D1: is that of the connection, whatever the headers claim', () => {
    const addresses = new PlayerAddresses([]);
    assert.equal(addresses.of(from('198.51.100.1', '203.0.113.7')), '198.51.100.1');
    assert.equal(addresses.of(from('127.0.0.1', '203.0.113.7')), '127.0.0.1');
    assert.equal(addresses.of(from('::ffff:198.51.100.1')), '198.51.100.1');
    assert.equal(addresses.of(from(undefined, '203.0.113.7')), 'unknown');
  });

  it('D1: is the nearest that is no listed proxy, when a listed one speaks', () => {
    const addresses = new PlayerAddresses(['127.0.0.0/8', '10.1.0.0/16', '::1', '2001:db8:ff::/48']);
    const of = (peer: string, forwarded?: string) => addresses.of(from(peer, forwarded));
    assert.equal(of('127.0.0.1', '203.0.113.7'), '203.0.113.7');
    assert.equal(of('::ffff:127.0.0.1', '203.0.113.7'), '203.0.113.7');
    assert.equal(of('::1', '2001:db8::7'), '2001:db8::7');
    assert.equal(of('127.0.0.1', 'forged, 203.0.113.7, 10.1.2.3'), '203.0.113.7', 'through two of ours');
    assert.equal(of('127.0.0.1', '1.2.3.4, 203.0.113.7'), '203.0.113.7', 'what the player wrote is further away');
    assert.equal(of('127.0.0.1', '203.0.113.7, nonsense'), '127.0.0.1');
    assert.equal(of('2001:db8:ff::9', ''), '2001:db8:ff::9');
    assert.equal(of('127.0.0.1'), '127.0.0.1');
    assert.equal(of('127.0.0.1', '10.1.0.9, 127.0.0.1'), '10.1.0.9', 'all of them ours: the first');
    assert.equal(of('10.2.0.1', '203.0.113.7'), '10.2.0.1', 'not listed');
  });

  it('D3: takes the place of all that was claimed', () => {
    const { headers } = from('x', '203.0.113.7');
    tellAddress(headers, '192.0.2.1');
    assert.deepEqual(headers, { 'x-real-ip': '192.0.2.1' });
    const own = new Headers({ 'X-Forwarded-For': '203.0.113.7', 'X-Client-IP': 'x', Host: 'y' });
    tellAddress(own, '192.0.2.1');
    assert.deepEqual(Object.fromEntries(own), { host: 'y', 'x-real-ip': '192.0.2.1' });
  });
});

describe("a WebSocket's target", () => {
  it('D6: is a seat, none, or unreadable', () => {
    const seat = { roomId: 'r_1', sessionId: 's', reconnectionToken: undefined };
    assert.deepEqual(seatTargetOf('/p/r_1?sessionId=s'), seat);
    assert.deepEqual(seatTargetOf('/p0/p/r_1?sessionId=s'), seat);
    assert.deepEqual(seatTargetOf('/p/r_1?sessionId=user%3A1%40x&reconnectionToken=t'), {
      ...seat,
      sessionId: 'user:1@x',
      reconnectionToken: 't',
    });
    assert.equal(seatTargetOf('/'), undefined);
    assert.equal(seatTargetOf('/?x=y&sessionId='), undefined);
    assert.deepEqual(seatTargetOf('/p/r_1?sessionId=s&reconnectionToken='), seat, 'as Colyseus has it');
    for (const target of [
      '/p/r',
      '/p/r?sessionId=',
      '/?sessionId=s',
      `/p/r?sessionId=${'s'.repeat(129)}`,
      '/p/r?sessionId=%00',
      '/p/r?sessionId=__proto__',
      '/p/r?sessionId=s&reconnectionToken=%0A',
      `/p/r?sessionId=s&reconnectionToken=${'t'.repeat(513)}`,
    ])
      assert.equal(seatTargetOf(target), 'malformed', target);
  });
});
