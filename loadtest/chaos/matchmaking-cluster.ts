/**
 * Several server processes on one Redis, and what may happen to them: a process stops, goes on, is killed, comes back at
 * its port; Redis is killed and comes back empty. Whoever starts a cluster ends it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { type Child, startChild } from '../../deploy/child.ts';
import { type NginxServer, startNginx } from '../../deploy/nginx.ts';
import { findFreePorts } from '../../deploy/ports.ts';
import { type RedisServer, startRedis } from '../../deploy/redis.ts';
import { waitFor } from '../../deploy/wait.ts';
import { OPEN_DOORS } from '../open-doors.ts';

export interface ClusterPlan {
  readonly processes: number;
  /** What `node` runs, from the root of the project, with its arguments. It says where it is ready, as src/main.ts does. */
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY = /is ready: http:\/\/[^:\s]+:(\d+)/;
const START_TIMEOUT_MS = 20_000;
const RECONNECT_EVERY_MS = 20;
/** Every process listens to a channel of its own, `p:` and its id. */
const PROCESS = 'p:';

export class Cluster implements AsyncDisposable {
  readonly members: readonly Member[];
  /** Reads what the processes have in Redis. Fails at once while that is away. */
  readonly store: Redis;
  /** nginx before all of them, if one was asked for. */
  front: string | undefined;
  #redis: RedisServer | undefined;
  #nginx: NginxServer | undefined;
  #directory: string | undefined;
  readonly #port: number;

  private constructor({ processes, program, env }: ClusterPlan, port: number) {
    this.#port = port;
    this.store = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => RECONNECT_EVERY_MS,
    });
    this.store.on('error', () => {}); // told by the command that fails
    const settings = {
      HYPOGEUM_HOST: '127.0.0.1',
      HYPOGEUM_PUBLIC_ADDRESS: '',
      HYPOGEUM_LOG_LEVEL: 'warn',
      ...OPEN_DOORS,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      ...env,
    };
    this.members = Array.from({ length: processes }, (_, i) => new Member(i, port + 2 + i, program, settings));
  }

  /** @throws when a part does not start; nothing is left running then. */
  static async start(plan: ClusterPlan): Promise<Cluster> {
    const cluster = new Cluster(plan, await findFreePorts(plan.processes + 2));
    try {
      await cluster.startRedis();
      await cluster.store.connect();
      for (const member of cluster.members) await cluster.startMember(member);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a process, or one that was killed again, and learns its id. */
  async startMember(member: Member): Promise<void> {
    const before = await this.#processIds();
    await member.start();
    const started = async () => (await this.#processIds()).find((id) => !before.includes(id));
    member.processId = await waitFor(`process ${member.index} listens`, started, { timeoutMs: 5000, everyMs: 20 });
  }

  async startFront(): Promise<string> {
    this.#directory = await mkdtemp(join(tmpdir(), 'hypogeum-chaos-'));
    const port = this.#port + 1;
    const processes = this.members.map((member) => `127.0.0.1:${member.port}`);
    const front = { port, host: '127.0.0.1', publicHost: `127.0.0.1:${port}`, processes };
    this.#nginx = await startNginx(front, this.#directory);
    this.front = `http://127.0.0.1:${port}`;
    return this.front;
  }

  /** Resolves when it answers. It is empty. */
  async startRedis(): Promise<void> {
    this.#redis = await startRedis(this.#port);
  }

  async killRedis(): Promise<void> {
    await this.#redis?.child.stop('SIGKILL');
  }

  memberOf(processId: string): Member | undefined {
    return this.members.find((member) => member.processId === processId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.disconnect();
    await this.#nginx?.child.stop('SIGTERM');
    await Promise.all(this.members.map((member) => member.kill()));
    await this.#redis?.child.stop('SIGKILL');
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async #processIds(): Promise<string[]> {
    const channels = (await this.store.pubsub('CHANNELS', `${PROCESS}*`)) as string[];
    return channels.map((channel) => channel.slice(PROCESS.length));
  }
}

/** One of the processes. */
export class Member {
  readonly index: number;
  /** As it was asked for, until a program says that it has another. */
  port: number;
  /** Another one after each start. */
  processId = '';
  readonly #program: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: Child | undefined;

  constructor(index: number, port: number, program: readonly string[], env: Readonly<Record<string, string>>) {
    this.index = index;
    this.port = port;
    this.#program = program;
    this.#env = env;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.#child?.running() ?? false;
  }

  /** The end of what it said, for whoever looks into a failure. */
  get output(): string {
    return this.#child?.output() ?? '';
  }

  /** Resolves when it takes players. @throws with its output when it does not. */
  async start(): Promise<void> {
    const child = await startChild({
      name: `process ${this.index}`,
      command: process.execPath,
      args: this.#program,
      cwd: ROOT,
      env: { ...process.env, ...this.#env, HYPOGEUM_PORT: String(this.port) },
    });
    this.#child = child;
    const ready = () => READY.test(child.output()) || !child.running();
    await waitFor(`${child.name} is ready`, ready, { timeoutMs: START_TIMEOUT_MS, detail: child.output });
    if (!child.running()) throw new Error(`${child.name} ended (${await child.exited})\n${child.output().trim()}`);
    this.port = Number(READY.exec(child.output())![1]);
  }

  pause(): void {
    this.#child?.signal('SIGSTOP');
  }

  resume(): void {
    this.#child?.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    await this.#child?.stop('SIGKILL');
  }
}
