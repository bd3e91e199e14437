/**
 * The connection on which a process hears others: topics that come and go, and one pattern that stays. What is wanted is
 * kept by the owner and asked for again on each new connection; commands of an old one are never sent again, because
 * those would bring back topics that nobody wants any more, and others would take a room that is gone for a live one.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '../kernel/ports.ts';
import { inTime, isOfRedis, RedisAway } from './redis-away.ts';

export interface Wanted {
  readonly pattern: string;
  topics(): string[];
}

export interface Heard {
  topic(topic: string, text: string): void;
  /** On the channel of that name, which the pattern met. */
  pattern(channel: string, text: string): void;
}

/** A connection whose other end is gone without a word is found out in about fifteen seconds. */
const KEEP_ALIVE_MS = 5000;

export class RedisSubscriber {
  readonly connection: Redis;
  readonly #client: Redis;
  readonly #wanted: Wanted;
  readonly #logger: Logger;
  readonly #first = Promise.withResolvers<void>();
  #listening = false;
  #failureTold = false;

  /** @param client its address and password are taken over; not its connection. */
  constructor(client: Redis, wanted: Wanted, heard: Heard, logger: Logger) {
    this.#client = client;
    this.#wanted = wanted;
    this.#logger = logger;
    this.connection = client.duplicate({
      lazyConnect: true,
      enableReadyCheck: false, // it asks INFO, which a subscriber must not
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0, // commands under way fail with their connection
      keepAlive: KEEP_ALIVE_MS,
    });
    this.connection.setMaxListeners(0);
    this.connection.on('message', heard.topic);
    this.connection.on('pmessage', (_pattern: string, channel: string, text: string) => heard.pattern(channel, text));
    this.connection.on('ready', () => void this.#listen());
    this.connection.on('close', () => {
      this.#listening = false;
    });
    this.connection.on('error', (error: Error) => this.#failed(error));
    client.on('close', () => this.#connectAnew()); // nothing is asked here, so it is there that a silent line is found out
  }

  /** Everything wanted is heard now, as far as can be known. */
  get listening(): boolean {
    return this.#listening;
  }

  /** Connects, if it did not already. @throws RedisAway when that takes too long; it goes on trying then. */
  start(): Promise<void> {
    if (this.connection.status === 'wait') this.connection.connect().catch(() => {}); // its own retries go on
    return inTime(this.#first.promise);
  }

  /** Resolves when the topic is heard, or, while Redis is away, will be on its return. @throws what Redis has against it. */
  async add(topic: string): Promise<void> {
    try {
      if (this.connection.status === 'ready') await inTime(this.connection.subscribe(topic));
      else await this.start();
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
    }
  }

  async remove(topic: string): Promise<void> {
    if (this.connection.status !== 'ready') return;
    await inTime(this.connection.unsubscribe(topic)).catch(() => {});
  }

  stop(): void {
    this.#listening = false;
    this.connection.disconnect();
  }

  async #listen(): Promise<void> {
    const topics = this.#wanted.topics();
    try {
      const pattern = this.connection.psubscribe(this.#wanted.pattern);
      await inTime(Promise.all([pattern, topics.length > 0 && this.connection.subscribe(...topics)]));
      this.#listening = true;
      this.#failureTold = false;
      this.#first.resolve();
    } catch (error) {
      if (isOfRedis(error)) this.#failed(error as Error);
      this.#connectAnew(); // if it is not gone already: the next one listens
    }
  }

  #connectAnew(): void {
    if (this.connection.status === 'ready') this.connection.disconnect(true);
  }

  /** Once an outage, and not when all of Redis is away: the client's owner tells of that. */
  #failed(error: Error): void {
    if (this.#failureTold || this.#client.status !== 'ready') return;
    this.#failureTold = true;
    this.#logger.warn('messages of other processes are not heard', { error: error.message });
  }
}
