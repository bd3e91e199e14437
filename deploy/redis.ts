/**
 * A Redis of one's own for a while: loopback only, nothing kept on disk. What runs for longer brings its own by
 * REDIS_URL.
 */
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { type Child, startChild } from './child.ts';
import { locate } from './system-packages.ts';
import { waitFor } from './wait.ts';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly child: Child;
  stop(): Promise<void>;
}

/** Resolves when it answers. @param more of its command line. @throws an Error with its output when it does not. */
export async function startRedis(port: number, more: readonly string[] = []): Promise<RedisServer> {
  const child = await startChild({
    name: 'Redis',
    command: locate('redis-server') ?? 'redis-server',
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', tmpdir()],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...more,
    ],
  });
  try {
    await waitFor('Redis answers', () => ping(port), { timeoutMs: 10_000, everyMs: 20, detail: child.output });
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, child, stop: () => child.stop() };
}

/** True when a Redis on this machine's loopback answers PING; false when there is none. */
export function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
    socket.once('data', (data) => answer(data.toString().startsWith('+PONG')));
  });
}
