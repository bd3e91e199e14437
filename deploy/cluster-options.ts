/** What `npm run cluster` is asked to start, from its command line and the environment. Pure. */
import { parseArgs } from 'node:util';

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

export const USAGE = 'npm run cluster -- [--processes N] [--port PORT] [--host ADDRESS] [--public HOST[:PORT]]';

/** @throws an Error that says what is wrong with the command line. */
export function parseClusterOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  usualProcesses: number,
): ClusterOptions {
  const values = parseCommandLine(args);
  const processes = wholeNumber('--processes', values.processes ?? (env.WEB_CONCURRENCY || usualProcesses), 1, 64);
  const port = wholeNumber('--port', values.port ?? (env.HYPOGEUM_PORT || 2567), 1, 65535 - processes);
  const publicHost = values.public ?? (env.HYPOGEUM_PUBLIC_ADDRESS || `localhost:${port}`);
  return { processes, port, host: values.host, publicHost, redisUrl: env.REDIS_URL || undefined };
}

function parseCommandLine(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { processes: text, port: text, host: text, public: text } }).values;
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : cause}\nUsage: ${USAGE}`, { cause });
  }
}

function wholeNumber(name: string, given: string | number, min: number, max: number): number {
  const value = Number(given);
  if (String(given).trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number, ${min} to ${max}, got "${given}"\nUsage: ${USAGE}`);
}
