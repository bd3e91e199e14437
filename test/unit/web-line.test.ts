import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ArenaRoom } from '../../clients/web/connection.ts';
import { Line } from '../../clients/web/latency.ts';

describe('the line of the page', () => {
  let now = 0;
  let timers: { due: number; run: () => void }[] = [];
  const sent: number[][] = [];
  const received: number[] = [];
  const connection = {
    events: {} as { onmessage?(event: object): void; onclose?(event: object): void },
    transport: { isOpen: true, send: (_frame: Uint8Array): void => {} },
  };
  let line: Line;

  beforeEach(() => {
    now = 1000;
    timers = [];
    sent.length = 0;
    received.length = 0;
    mock.method(performance, 'now', () => now);
    mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => void timers.push({ due: now + ms, run }));
    connection.events = {
      onmessage: ({ data }: { data: ArrayBuffer }) => void received.push(...new Uint8Array(data)),
      onclose: () => {},
    } as typeof connection.events;
    connection.transport = { isOpen: true, send: (frame) => void sent.push([...frame]) };
    line = new Line({ connection } as unknown as ArenaRoom);
  });
  afterEach(() => mock.restoreAll());

  function wait(ms: number): void {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.due <= now) timer.run();
      else timers.push(timer);
    }
  }

  it('passes everything on at once while nothing is added', () => {
    connection.transport.send(Uint8Array.of(1));
    connection.events.onmessage!({ data: Uint8Array.of(2).buffer });
    assert.deepEqual([sent, received], [[[1]], [2]]);
    assert.deepEqual([line.bytesOut, line.bytesIn, line.framesOut, line.framesIn], [1, 1, 1, 1]);
  });

  it('holds frames back for half of what is added to the round trip, in order', () => {
    line.addedLatencyMs = 100;
    connection.transport.send(Uint8Array.of(1));
    wait(49);
    assert.deepEqual(sent, []);
    line.addedLatencyMs = 0;
    connection.transport.send(Uint8Array.of(2));
    wait(1);
    assert.deepEqual(sent, [[1], [2]]);
  });

  it('keeps a frame that waits behind another as it was, although its buffer is written again', () => {
    line.addedLatencyMs = 100;
    const buffer = Uint8Array.of(1);
    connection.transport.send(buffer);
    line.addedLatencyMs = 0;
    buffer[0] = 2;
    connection.transport.send(buffer);
    buffer[0] = 3;
    wait(50);
    assert.deepEqual(sent, [[1], [2]]);
  });

  it('loses what is under way when the connection ends', () => {
    line.addedLatencyMs = 100;
    connection.events.onmessage!({ data: Uint8Array.of(1).buffer });
    connection.events.onclose!({});
    wait(100);
    assert.deepEqual(received, []);
  });
});
