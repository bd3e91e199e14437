/**
 * The process's connection to Redis: made at start (which fails if Redis is not there), kept through outages, and able
 * to say whether Redis is away. What is under way when it is lost fails then, and is never sent again: whoever asked has
 * been told by now that it failed. Key names and scripts are elsewhere.
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
const CONNECT_WITHIN_MS = 1500;
/** Said goodbye to by then, or cut off. */
const DISCONNECT_WITHIN_MS = 100;
/** It is looked so often whether the other end still answers; after so many looks in vain a new connection is made. */
const LOOK_EVERY_MS = 500;
const LOOKS_IN_VAIN = 3;

/** Resolves when Redis answers. @throws Error naming the address (without its password) when it does not in time. */
export async function connectRedis(options: RedisOptions, logger: Logger): Promise<RedisConnection> {
  const client = new Redis(options.url, {
    lazyConnect: true,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_RETRY_MS),
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0, // without this they would not even fail
    connectTimeout: CONNECT_WITHIN_MS,
    disconnectTimeout: DISCONNECT_WITHIN_MS,
  });
  logTransitions(client, logger);
  await firstAnswer(client, options);
  const unwatch = watch(client);
  return {
    client,
    away: () => (client.status === 'ready' ? undefined : `Redis is away (${client.status})`),
    async stop() {
      unwatch();
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

/**
 * A network that drops everything ends no connection: TCP finds out after minutes, and, when the network is back, tries
 * again after up to one. Looks are counted, not time: when this process stands still, its answers are there already.
 */
function watch(client: Redis): () => void {
  let inVain = 0;
  const look = (): void => {
    const { status } = client;
    if (status !== 'ready' && status !== 'connect')
      inVain = 0; // 'connecting' has a limit of its own
    else if (inVain++ >= LOOKS_IN_VAIN) client.disconnect(true);
    else if (status === 'ready' && inVain === 1) client.ping().then(answered, () => {});
  };
  const answered = (): void => {
    inVain = 0;
  };
  client.on('ready', answered);
  const looking = setInterval(look, LOOK_EVERY_MS).unref();
  return () => clearInterval(looking);
}

async function firstAnswer(client: Redis, { url, startTimeoutMs }: RedisOptions): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timeout = setTimeout(() => reject(new Error('no answer in time')), startTimeoutMs);
  try {
    void client.connect().catch(() => {}); // the retry strategy goes on; what counts is the answer below
    await Promise.race([new Promise((resolve) => client.once('ready', resolve)), tooLate]);
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
