/**
 * The process's connection to Redis: made at start (which fails if Redis is not there), kept through outages, and able
 * to say whether Redis is away. Key names and scripts are elsewhere.
 */
import { Redis } from 'ioredis';
import type { Logger } from '../kernel/ports.ts';

export interface RedisConnection {
  readonly client: Redis;
  /** Why Redis cannot be used now; undefined while it can. */
  away(): string | undefined;
  stop(): Promise<void>;
}

export interface RedisOptions {
  readonly url: string;
  /** How long the first connection may take. */
  readonly startTimeoutMs: number;
}

const LONGEST_RETRY_MS = 1000;

/** Resolves when Redis answers. @throws Error naming the address (without its password) when it does not in time. */
export async function connectRedis(options: RedisOptions, logger: Logger): Promise<RedisConnection> {
  const client = new Redis(options.url, {
    lazyConnect: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_RETRY_MS),
  });
  logTransitions(client, logger);
  await firstAnswer(client, options);
  return {
    client,
    away: () => (client.status === 'ready' ? undefined : `Redis is away (${client.status})`),
    async stop() {
      client.disconnect();
    },
  };
}

/** One line when it goes, one when it is back; ioredis's own events repeat at each attempt. */
function logTransitions(client: Redis, logger: Logger): void {
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) logger.warn('Redis is away', { error: error.message });
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
}

async function firstAnswer(client: Redis, { url, startTimeoutMs }: RedisOptions): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timeout = setTimeout(() => reject(new Error('no answer in time')), startTimeoutMs);
  try {
    void client.connect().catch(() => {}); // the retry strategy goes on; what counts is the answer below
    await Promise.race([client.ping(), tooLate]);
  } catch (cause) {
    client.disconnect();
    throw new Error(`Redis at ${withoutPassword(url)} cannot be reached`, { cause });
  } finally {
    clearTimeout(timeout);
  }
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.toString();
}
