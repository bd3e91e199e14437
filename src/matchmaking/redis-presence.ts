/**
 * Colyseus's presence in Redis, fit for outages and for many calls: every call between processes, Colyseus's own
 * included, gets its answer on one subscription, a call that nobody hears fails at once, and nothing waits for a Redis
 * that is away. Stock processes understand it, and it them. Rules: SPEC.md (C1 to C3, O2).
 *
 * Fields are protected rather than `#private`, because a room's `presence` is an object derived from this one, which
 * has no private fields.
 */
import { randomUUID } from 'node:crypto';
import { RedisPresence as StockPresence } from '@colyseus/redis-presence';
import type { Redis } from 'ioredis';
import type { Logger } from '../kernel/ports.ts';
import { type Answer, type CallTransport, ERROR, type Request, type SentCall } from './calls.ts';
import { ANSWER_WITHIN_MS, inTime, quiet, RedisAway } from './redis-away.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

/** Stock code knows a call without an answer by this message, and then takes another process, or asks for its health. */
const STOCK_TIMEOUT = 'ipc_timeout';
/** Stock callers listen on this and the id of their request. */
const ANSWERS = 'ipc:';

/** The longest time of a timer: three weeks and a half. */
const LONGEST_MS = 2 ** 31 - 1;

/** What a stock caller is told when its request was heard by nobody, or could not be sent. */
export class UnheardRequest extends Error {
  readonly failure: 'dead' | 'away';
  constructor(failure: 'dead' | 'away') {
    super(STOCK_TIMEOUT);
    this.failure = failure;
  }
}

type Listener = Parameters<StockPresence['subscribe']>[1];
type Answered = (answer: Answer) => void;

/** Every method fails with RedisAway within a second and a half when Redis is away; subscribing is made up for instead. */
export class RedisPresence extends StockPresence implements CallTransport {
  /** Not ours: whoever made it closes it. */
  protected readonly client: Redis;
  protected readonly subscriber: RedisSubscriber;
  /** What the channels of our answers begin with; no other process listens to them. */
  protected readonly answersTo: string;
  /** Calls that wait for their answer, by the id that their caller knows. */
  protected readonly waiting = new Map<string, Answered>();
  protected calls = 0;

  /** @param client connected; a second connection is made like it. */
  constructor(client: Redis, { logger }: { readonly logger: Logger }) {
    super(client);
    // Stock logs each attempt to connect; the client's owner logs each outage.
    client.off('error', client.listeners('error').at(-1) as Listener);
    this.sub.disconnect();
    this.client = client;
    this.answersTo = `${ANSWERS}${randomUUID()}:`;
    const wanted = { pattern: `${this.answersTo}*`, topics: () => this.subscriptions.eventNames() as string[] };
    const heard = { topic: this.handleSubscription, pattern: this.handleAnswer };
    this.subscriber = new RedisSubscriber(client, wanted, heard, logger);
    this.sub = this.subscriber.connection;
  }

  /** Resolves when answers are heard. @throws RedisAway */
  start(): Promise<void> {
    return this.subscriber.start();
  }

  /** Closes our connection at once: nothing is heard any more, and calls fail. The client stays. */
  disconnect(): void {
    this.subscriber.stop();
  }

  /** Stock closes the client as well, with a QUIT that fails while Redis is away. */
  override shutdown(): void {
    this.disconnect();
  }

  /** Calls under way. */
  get unanswered(): number {
    return this.waiting.size;
  }

  // Calls

  send(
    channel: string,
    method: string | undefined,
    args: readonly unknown[] | undefined,
    answered: Answered,
  ): SentCall {
    const id = `~${++this.calls}`; // no id of a stock caller begins so
    const heard = this.request(channel, [method, id, args]);
    this.waiting.set(id, answered);
    return { heard, forget: () => void this.waiting.delete(id) };
  }

  /** Sends a request under an id that brings its answer here: a stock responder publishes it to `ipc:<id>`. */
  protected request(channel: string, [method, id, args]: Request): Promise<number> {
    if (!this.subscriber.listening) return refused('its answer would not be heard');
    const addressed = JSON.stringify([method, `${this.answersTo.slice(ANSWERS.length)}${id}`, args]);
    return this.command(() => this.client.publish(channel, addressed));
  }

  /** A stock caller's: it hears of a failure as an answer, because it does not await this. */
  protected async requestOfStock(channel: string, request: Request): Promise<void> {
    const fail = (error: unknown): void => this.waiting.get(request[1])?.([ERROR, error]);
    try {
      if ((await this.request(channel, request)) === 0) fail(new UnheardRequest('dead'));
    } catch (error) {
      fail(error instanceof RedisAway ? new UnheardRequest('away') : error);
    }
  }

  protected readonly handleAnswer = (channel: string, text: string): void => {
    const id = channel.slice(this.answersTo.length);
    const answered = this.waiting.get(id);
    if (answered === undefined) return; // too late, or the second
    this.waiting.delete(id);
    answered(readAnswer(text));
  };

  // Topics

  override async subscribe(topic: string, listener: Listener): Promise<this> {
    if (topic.startsWith(ANSWERS)) {
      this.waiting.set(topic.slice(ANSWERS.length), listener as Answered);
      await this.start().catch(() => {}); // the request fails then: stock does not expect it of this
      return this;
    }
    this.subscriptions.addListener(topic, listener);
    await this.subscriber.add(topic);
    return this;
  }

  override async unsubscribe(topic: string, listener?: Listener): Promise<this> {
    if (topic.startsWith(ANSWERS)) {
      this.waiting.delete(topic.slice(ANSWERS.length));
      return this;
    }
    if (listener === undefined) this.subscriptions.removeAllListeners(topic);
    else this.subscriptions.removeListener(topic, listener);
    if (this.subscriptions.listenerCount(topic) === 0) await this.subscriber.remove(topic);
    return this;
  }

  override publish(topic: string, data: unknown = false): Promise<void> {
    if (this.isRequest(data)) return this.requestOfStock(topic, data);
    return this.command(async () => {
      await this.client.publish(topic, JSON.stringify(data));
    });
  }

  protected isRequest(data: unknown): data is Request {
    return Array.isArray(data) && data.length === 3 && this.waiting.has(data[1]);
  }

  // Keys. Stock's forms with callbacks never settle, or resolve with the error: those are ours.

  /** A command that is sent only while Redis is there: one that waited would have its effect after it was called failed. */
  protected command<T>(send: () => Promise<T>): Promise<T> {
    return this.client.status === 'ready' ? inTime(send()) : refused(`Redis is away (${this.client.status})`);
  }

  override channels(pattern = '*'): Promise<string[]> {
    return this.command(() => super.channels(pattern));
  }
  override exists(key: string): Promise<boolean> {
    return this.command(() => super.exists(key));
  }
  override set(key: string, value: string): Promise<unknown> {
    return this.command(() => this.client.set(key, value));
  }
  override setex(key: string, value: string, seconds: number): Promise<unknown> {
    return this.command(() => this.client.setex(key, seconds, value));
  }
  override expire(key: string, seconds: number): Promise<unknown> {
    return this.command(() => this.client.expire(key, seconds));
  }
  override get(key: string): Promise<unknown> {
    return this.command(() => this.client.get(key));
  }
  override del(key: string): Promise<unknown> {
    return this.command(() => this.client.del(key));
  }
  override sadd(key: string, value: string): Promise<unknown> {
    return this.command(() => this.client.sadd(key, value));
  }
  override smembers(key: string): Promise<string[]> {
    return this.command(() => super.smembers(key));
  }
  override sismember(key: string, field: string): Promise<number> {
    return this.command(() => super.sismember(key, field));
  }
  override srem(key: string, value: string): Promise<number> {
    return this.command(() => super.srem(key, value));
  }
  override scard(key: string): Promise<number> {
    return this.command(() => super.scard(key));
  }
  override sinter(...keys: string[]): Promise<string[]> {
    return this.command(() => super.sinter(...keys));
  }
  override hset(key: string, field: string, value: string): Promise<boolean> {
    return this.command(() => super.hset(key, field, value));
  }
  override hincrby(key: string, field: string, value: number): Promise<number> {
    return this.command(() => this.client.hincrby(key, field, value));
  }
  override hincrbyex(key: string, field: string, value: number, expireInSeconds: number): Promise<number> {
    return this.command(async () => {
      const results = await this.client.multi().hincrby(key, field, value).expire(key, expireInSeconds).exec();
      const [error, sum] = results![0]!; // null only when a WATCH failed
      if (error !== null) throw error;
      return sum as number;
    });
  }
  override hget(key: string, field: string): Promise<string> {
    return this.command(() => super.hget(key, field));
  }
  override hgetall(key: string): Promise<Record<string, string>> {
    return this.command(() => super.hgetall(key));
  }
  override hdel(key: string, field: string): Promise<boolean> {
    return this.command(() => super.hdel(key, field));
  }
  override hlen(key: string): Promise<number> {
    return this.command(() => super.hlen(key));
  }
  override incr(key: string): Promise<number> {
    return this.command(() => super.incr(key));
  }
  override decr(key: string): Promise<number> {
    return this.command(() => super.decr(key));
  }
  override llen(key: string): Promise<number> {
    return this.command(() => super.llen(key));
  }
  override rpush(key: string, ...values: string[]): Promise<number> {
    return this.command(() => super.rpush(key, ...values));
  }
  override lpush(key: string, ...values: string[]): Promise<number> {
    return this.command(() => super.lpush(key, ...values));
  }
  override rpop(key: string): Promise<string | null> {
    return this.command(() => super.rpop(key));
  }
  override lpop(key: string): Promise<string | null> {
    return this.command(() => super.lpop(key));
  }

  /**
   * Waits on a connection of its own, which is not made anew when it is lost: an item that came after the caller was told
   * would be lost with it. With a time of 0 it waits for weeks.
   */
  override brpop(...args: [...keys: string[], timeoutInSeconds: number]): Promise<[string, string] | null> {
    const seconds = args.at(-1) as number;
    const pop = async (): Promise<[string, string] | null> => {
      const connection = this.client.duplicate({ lazyConnect: true, retryStrategy: () => null });
      connection.on('error', () => {});
      try {
        const popped = connection.brpop(...(args.slice(0, -1) as string[]), seconds);
        return await inTime(popped, seconds > 0 ? seconds * 1000 + ANSWER_WITHIN_MS : LONGEST_MS);
      } finally {
        connection.disconnect();
      }
    };
    return this.client.status === 'ready' ? quiet(pop()) : refused(`Redis is away (${this.client.status})`);
  }
}

function readAnswer(text: string): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (Array.isArray(answer)) return answer as unknown as Answer;
  } catch {
    // neither
  }
  return [ERROR, 'what came back is no answer'];
}

function refused(why: string): Promise<never> {
  return quiet(Promise.reject(new RedisAway(why)));
}
