/**
 * The port of a server. Since version 1.46 libuv takes one new connection a turn of the event loop from what listens, and
 * a process that steps thousands of players has some twenty turns a second: whoever wants to join waits for seconds, however
 * quick the answer is then. So the port is listened on several times (SO_REUSEPORT), and that many are taken a turn.
 * Where the system has no such thing it is listened on once.
 */
import { createServer, type ListenOptions, type Server } from 'node:net';
import type { Settings } from '../config/settings.ts';

/** Of one port. Each has a queue of its own, among which the system deals connections out. */
const LISTENERS = 8;
/**
 * Connections that wait at each; the system may allow fewer. Node's 511 are full after a crowd of a tenth of a second, and
 * whoever comes then is asked to try again in a second, players in no crowd too.
 */
const BACKLOG = 4096;
/** What systems say that cannot do it. */
const UNABLE: readonly unknown[] = ['ENOTSUP', 'EINVAL', 'ENOPROTOOPT'];

export interface OpenPort {
  readonly port: number;
  /** Takes no more connections; those that are there stay. */
  close(): void;
}

/**
 * Connections of all listeners are `server`'s, up to its `maxConnections`; `open` is how many it has.
 * @throws when the port cannot be had, also where another process shares it with others.
 */
export async function openPort(
  server: Server,
  { port: wanted, host }: Pick<Settings, 'port' | 'host'>,
  open: () => number,
): Promise<OpenPort> {
  const port = await freePort({ port: wanted, host });
  const shared = { port, host, reusePort: true, backlog: BACKLOG };
  try {
    await listen(server, shared);
  } catch (cause) {
    if (!UNABLE.includes((cause as NodeJS.ErrnoException).code)) throw cause;
    await listen(server, { port, host, backlog: BACKLOG });
    return { port, close: () => void server.close() };
  }
  const others = Array.from({ length: LISTENERS - 1 }, () =>
    createServer((socket) => {
      if (open() < (server.maxConnections ?? Number.POSITIVE_INFINITY)) return void server.emit('connection', socket);
      server.emit('drop', { remoteAddress: socket.remoteAddress, remotePort: socket.remotePort });
      socket.destroy();
    }),
  );
  // Not among the types of Node yet; set by who shuts addresses out.
  const { blockList } = server as { blockList?: unknown };
  for (const other of others) Object.assign(other, { blockList });
  await Promise.all(others.map((other) => listen(other, shared)));
  return {
    port,
    close() {
      server.close();
      for (const other of others) other.close();
    },
  };
}

/** Listens as others may not, for a moment: with SO_REUSEPORT alone two servers of one user would share a port unknowingly. */
async function freePort(wanted: ListenOptions): Promise<number> {
  const probe = createServer();
  await listen(probe, wanted);
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
