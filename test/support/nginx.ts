/** A real nginx for a test, with deploy/nginx.conf, on a port of the loopback. */
import { startNginx as startServer } from '../../deploy/nginx.ts';
import { temporaryDirectory } from './processes.ts';

export interface TestNginx extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
}

/**
 * @param ports of the processes p0, p1 ..., on the loopback.
 * @param publicHost what the processes' public addresses begin with.
 */
export async function startNginx(port: number, ports: readonly number[], publicHost: string): Promise<TestNginx> {
  const directory = await temporaryDirectory('nginx');
  const processes = ports.map((each) => `127.0.0.1:${each}`);
  const nginx = await startServer({ port, host: '127.0.0.1', publicHost, processes }, directory.path);
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await nginx.child.stop('SIGTERM');
      await directory[Symbol.asyncDispose]();
    },
  };
}
