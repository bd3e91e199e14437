/** What `npm run cluster` is asked to start, from its command line and the environment. Pure. */
import { parseOptions, wholeNumber } from './command-line.ts';

export interface ClusterOptions {
  readonly processes: number;
  /** The public port; the processes listen at the loopback on the ports after it. */
  readonly port: number;
  /** Address to listen at; every address of the machine when left out. */
  readonly host: string | undefined;
  /** `HOST[:PORT]` by which players know this machine. */
  readonly publicHost: string;
  /** A Redis that is there already. */
  readonly redisUrl: string | undefined;
}

/** More on one machine is a slip of the keyboard. */
export const MAX_PROCESSES = 64;
export const USAGE = 'npm run cluster -- [--processes N] [--port PORT] [--host ADDRESS] [--public HOST[:PORT]]';

/** @throws an Error that says what is wrong with the command line. */
export function parseClusterOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  usualProcesses: number,
): ClusterOptions {
  const values = parseOptions(args, ['processes', 'port', 'host', 'public'], USAGE);
  const processes = wholeNumber(
    '--processes',
    values.processes ?? (env.WEB_CONCURRENCY || usualProcesses),
    { min: 1, max: MAX_PROCESSES },
    USAGE,
  );
  const port = wholeNumber(
    '--port',
    values.port ?? (env.HYPOGEUM_PORT || 2567),
    { min: 1, max: 65535 - processes },
    USAGE,
  );
  const publicHost = values.public ?? (env.HYPOGEUM_PUBLIC_ADDRESS || `localhost:${port}`);
  return { processes, port, host: values.host, publicHost, redisUrl: env.REDIS_URL || undefined };
}
