/**
 * A TCP line to a port that can be cut without a word, as by a network that drops everything: what went through it before
 * stays silent for ever, what comes while it is cut gets no answer, what comes after goes through.
 */
import { connect, createServer, type Socket } from 'node:net';
import { findFreePorts } from '../../deploy/ports.ts';

export interface SeveredLine extends AsyncDisposable {
  readonly port: number;
  cut(): void;
  mend(): void;
}

export async function openSeveredLine(to: number): Promise<SeveredLine> {
  const port = await findFreePorts(1);
  const all = new Set<Socket>();
  const through = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    all.add(socket);
    return socket.on('error', () => {}).on('close', () => all.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near);
    if (isCut) return;
    const far = keep(connect(to, '127.0.0.1'));
    for (const [from, other] of [[near, far] as const, [far, near] as const]) {
      through.add(from);
      from.on('data', (data) => through.has(from) && other.write(data));
      from.on('end', () => through.has(from) && other.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    cut() {
      isCut = true;
      through.clear();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
