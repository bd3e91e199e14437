/**
 * A PM2 of one's own: its daemon, its logs and its list live in a given directory, so that the PM2 of the person at this
 * machine is not touched. Speaks to it through its command line, which reads ecosystem.config.js anew each time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { signalTo } from './child.ts';

const COMMAND = join(dirname(createRequire(import.meta.url).resolve('pm2/package.json')), 'bin/pm2');

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** PM2's word for it: online, stopping, stopped, launching, errored, `waiting restart`. */
  readonly status: string;
  readonly restarts: number;
}

export interface Pm2Options {
  /** Directory of its own, made when it is missing. Its sockets are in there: at most some 90 characters. */
  readonly home: string;
  /** Environment of the commands, and by PM2's ways of the processes too. */
  readonly env: NodeJS.ProcessEnv;
}

/** The answers of `pm2 jlist` that are used here. */
interface ListedProcess {
  readonly name: string;
  readonly pid: number;
  readonly pm2_env: { readonly status: string; readonly restart_time: number };
}

export class Pm2 {
  readonly home: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ home, env }: Pm2Options) {
    this.home = home;
    this.#env = { ...env, PM2_HOME: home };
  }

  /** Starts what a configuration file lists; resolves when each said that it is ready, has ended or took too long. */
  async start(configFile: string): Promise<void> {
    await this.#command('start', configFile);
  }

  async stop(name: string): Promise<void> {
    await this.#command('stop', name);
  }

  /** In fork mode: stops a process, waits for its end, starts it again and waits for it to be ready. */
  async reload(name: string): Promise<void> {
    await this.#command('reload', name);
  }

  async list(): Promise<ManagedProcess[]> {
    const output = await this.#command('jlist');
    const json = output.slice(output.search(/^\[(\{|\])/m));
    const listed = JSON.parse(json) as ListedProcess[];
    return listed.map(({ name, pid, pm2_env }) => ({
      name,
      pid,
      status: pm2_env.status,
      restarts: pm2_env.restart_time,
    }));
  }

  /** The end of what a process wrote, errors last. */
  async log(name: string, characters = 2000): Promise<string> {
    const files = ['out', 'error'].map((kind) => join(this.home, 'logs', `${name}-${kind}.log`));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    return texts.join('').slice(-characters);
  }

  /** Stops all processes as gracefully as they can, then the daemon. */
  async shutdown(): Promise<void> {
    if (this.#alive([this.#daemonFile]).length > 0) await this.#command('kill');
    this.killNow();
  }

  /** Ends the daemon and its processes at once: the last resort of a process that is ending itself. */
  killNow(): void {
    for (const pid of this.pids()) signalTo(pid, 'SIGKILL');
  }

  /** Process ids of the daemon and of what it runs, the daemon first, from the files it keeps. */
  pids(): number[] {
    const directory = join(this.home, 'pids');
    const files = existsSync(directory) ? readdirSync(directory).map((file) => join(directory, file)) : [];
    return this.#alive([this.#daemonFile, ...files]);
  }

  get #daemonFile(): string {
    return join(this.home, 'pm2.pid');
  }

  #alive(pidFiles: readonly string[]): number[] {
    return pidFiles
      .filter((file) => existsSync(file))
      .map((file) => Number(readFileSync(file, 'utf8')))
      .filter((pid) => Number.isInteger(pid) && pid > 1 && isAlive(pid));
  }

  /** In a process group of its own: a Ctrl+C in the terminal does not end it half way. */
  async #command(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    if (code === 0) return stdout;
    throw new Error(`pm2 ${args[0]} failed\n${stdout}${stderr}`.trimEnd());
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
