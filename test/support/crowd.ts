/** A thread that opens many connections at once, and tells how many the system has connected. */
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, count, withinMs, connected } = workerData as {
  readonly port: number;
  readonly count: number;
  readonly withinMs: number;
  /** One number, for the thread that waits. */
  readonly connected: Int32Array;
};

const sockets = Array.from({ length: count }, () => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.on('connect', () => {
    if (Atomics.add(connected, 0, 1) + 1 === count) tell();
  });
  return socket;
});
const late = setTimeout(tell, withinMs);

function tell(): void {
  clearTimeout(late);
  Atomics.store(connected, 1, 1);
  Atomics.notify(connected, 1);
  for (const socket of sockets) socket.resetAndDestroy();
  parentPort?.close();
}
