/** A real Redis for a test: free port, loopback, nothing on disk. May be killed and started again on the same port. */
import { findFreePorts } from '../../deploy/ports.ts';
import { type RedisServer, startRedis as startServer } from '../../deploy/redis.ts';

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends it as a person would. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Leaves its connections open and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
  /** Starts a new, empty one on the same port. */
  restart(): Promise<void>;
}

/** @param more of its command line. */
export async function startRedis(more: readonly string[] = []): Promise<TestRedis> {
  const port = await findFreePorts(1);
  let server: RedisServer = await startServer(port, more);
  return {
    url: server.url,
    port,
    stop: () => server.stop(),
    kill: () => server.child.stop('SIGKILL'),
    pause: () => server.child.signal('SIGSTOP'),
    resume: () => server.child.signal('SIGCONT'),
    async restart() {
      await server.stop();
      server = await startServer(port, more);
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
