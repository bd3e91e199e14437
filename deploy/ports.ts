/** TCP ports of this machine: which may be listened at, and who answers. */
import { connect, createServer } from 'node:net';

/** Why nobody can begin to listen at this port now, in words; undefined when it is free. */
export function portProblem(port: number, host = '0.0.0.0'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(inWords(error, port, host)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** True when somebody accepts connections at this port of the loopback, or of another address. */
export function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** The first of `count` consecutive free ports of the loopback, below those that systems hand out by themselves. */
export async function findFreePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    const problems = await Promise.all(Array.from({ length: count }, (_, i) => portProblem(first + i, '127.0.0.1')));
    if (problems.every((problem) => problem === undefined)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

function inWords(error: NodeJS.ErrnoException, port: number, host: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program`;
    case 'EACCES':
      return `port ${port} may not be used by this user`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine`;
    default:
      return `port ${port} of ${host} cannot be used: ${error.message}`;
  }
}
