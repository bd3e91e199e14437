/**
 * The game on several processes of this machine, with all that belongs to it: a Redis if none is given, the processes
 * under PM2 (ecosystem.config.js), nginx in front on one public address. Owns the order of starting and stopping; what
 * is said on the terminal and when to stop is the caller's.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterOptions } from './cluster-options.ts';
import { type NginxServer, startNginx } from './nginx.ts';
import { Pm2 } from './pm2.ts';
import { findFreePorts, portProblem } from './ports.ts';
import { readinessOf } from './readiness.ts';
import { type RedisServer, startRedis } from './redis.ts';

const CONFIG = join(import.meta.dirname, '../ecosystem.config.js');

export interface ClusterDeps {
  /** One short line about what happened. */
  say(line: string): void;
  /** A part ended by itself. */
  lost(part: string, how: string): void;
  readonly env: NodeJS.ProcessEnv;
}

export class LocalCluster {
  readonly #options: ClusterOptions;
  readonly #deps: ClusterDeps;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #directory: string | undefined;
  #redis: RedisServer | undefined;
  #pm2: Pm2 | undefined;
  #nginx: NginxServer | undefined;

  constructor(options: ClusterOptions, deps: ClusterDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** The ports of the processes, on the loopback. */
  get ports(): number[] {
    const { port, processes } = this.#options;
    return Array.from({ length: processes }, (_, i) => port + 1 + i);
  }

  /** Resolves when the public address serves. @throws an Error naming the part that failed; then stop() what did start. */
  start(): Promise<void> {
    this.#starting ??= this.#startParts();
    return this.#starting;
  }

  /** Stops what was started, in reverse order; twice is fine. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopParts();
    return this.#stopping;
  }

  /** The last resort, should this process end before stop() is through: Redis and nginx end with it by themselves. */
  #endNow = (): void => {
    this.#pm2?.killNow();
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  };

  async #startParts(): Promise<void> {
    await this.#requirePorts();
    this.#directory = await mkdtemp(join(tmpdir(), 'hypogeum-'));
    process.once('exit', this.#endNow);
    const redisUrl = this.#options.redisUrl ?? (await this.#startRedis());
    if (this.#stopping === undefined) await this.#startProcesses(redisUrl, join(this.#directory, 'pm2'));
    if (this.#stopping === undefined) await this.#startNginx(join(this.#directory, 'nginx'));
  }

  async #stopParts(): Promise<void> {
    // A part that is half started cannot be found to be stopped.
    await this.#starting?.catch(() => {});
    // nginx takes nobody in from here on, but players hear through it that their process is stopping.
    this.#nginx?.child.signal('SIGQUIT');
    await this.#pm2?.shutdown();
    await this.#nginx?.child.stop('SIGTERM');
    await this.#redis?.stop();
    process.removeListener('exit', this.#endNow);
    this.#endNow();
  }

  async #requirePorts(): Promise<void> {
    const { port, host } = this.#options;
    const inner = this.ports.map((each) => portProblem(each, '127.0.0.1'));
    const problems = (await Promise.all([portProblem(port, host), ...inner])).filter((each) => each !== undefined);
    if (problems.length === 0) return;
    throw new Error(`${problems.join('; ')}\nStop what uses it, or take another: npm run cluster -- --port PORT`);
  }

  async #startRedis(): Promise<string> {
    const redis = await startRedis(await findFreePorts(1));
    this.#redis = redis;
    this.#watch('Redis', redis.child.exited);
    this.#deps.say(`Redis at ${redis.url}, for as long as this runs`);
    return redis.url;
  }

  async #startProcesses(redisUrl: string, home: string): Promise<void> {
    const pm2 = new Pm2({ home, env: this.#environment(redisUrl) });
    this.#pm2 = pm2;
    await pm2.start(CONFIG);
    for (const [i, port] of this.ports.entries()) await requireReady(pm2, i, port);
    this.#deps.say(`${this.ports.length} processes at the ports ${this.ports.join(', ')}; logs in ${home}/logs`);
  }

  async #startNginx(directory: string): Promise<void> {
    const { port, host, publicHost } = this.#options;
    const processes = this.ports.map((each) => `127.0.0.1:${each}`);
    this.#nginx = await startNginx({ port, host, publicHost, processes }, directory);
    this.#watch('nginx', this.#nginx.child.exited);
  }

  #watch(part: string, exited: Promise<string>): void {
    exited.then((how) => {
      if (this.#stopping === undefined) this.#deps.lost(part, how);
    });
  }

  /** What ecosystem.config.js reads: the environment given, with what is decided here. */
  #environment(redisUrl: string): NodeJS.ProcessEnv {
    const { port, processes, publicHost } = this.#options;
    return {
      ...this.#deps.env,
      REDIS_URL: redisUrl,
      WEB_CONCURRENCY: String(processes),
      HYPOGEUM_PORT: String(port + 1),
      HYPOGEUM_HOST: '127.0.0.1',
      HYPOGEUM_PUBLIC_ADDRESS: publicHost,
    };
  }
}

async function requireReady(pm2: Pm2, index: number, port: number): Promise<void> {
  const { ready, reason } = await readinessOf(`http://127.0.0.1:${port}`);
  if (ready) return;
  const log = (await pm2.log(`hypogeum-${index}`)).trim();
  throw new Error(`process ${index} (port ${port}) did not start: ${reason}${log ? `\n${log}` : ''}`);
}
