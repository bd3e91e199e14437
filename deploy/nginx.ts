/**
 * nginx in front of the processes: writes deploy/nginx.conf for a given number of processes and runs it. The file in the
 * repository is what this writes for the defaults. As a program it prints the configuration:
 * `node deploy/nginx.ts [--processes 4] [--port 2567] [--first-port 2568] [--host ADDRESS] [--public HOST[:PORT]]`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Child, startChild } from './child.ts';
import { answers } from './ports.ts';
import { locate } from './system-packages.ts';
import { waitFor } from './wait.ts';

export interface Front {
  /** The public port, and the address to listen at; every address of the machine when left out. */
  readonly port: number;
  readonly host?: string;
  /** The `HOST[:PORT]` that the processes' public addresses begin with. */
  readonly publicHost: string;
  /** `address:port` of process 0, 1, 2 ... */
  readonly processes: readonly string[];
}

export interface NginxServer {
  readonly child: Child;
  /** Refuses new connections, lets those that are open end by themselves, for `timeoutMs` at most. */
  stop(timeoutMs?: number): Promise<void>;
}

const TEMPLATE = join(import.meta.dirname, 'nginx.conf');

/** Writes the lines between the marks of a configuration anew. Pure. */
export function renderNginxConfig(template: string, { port, host, publicHost, processes }: Front): string {
  const sections: Record<string, readonly string[]> = {
    listen: [`listen ${host === undefined ? '' : `${host}:`}${port};`],
    servers: processes.map((address) => `server ${address} max_fails=0;`),
    owners: processes.map((address, i) => `p${i} ${address};`),
    public: [`sub_filter '"publicAddress":"${publicHost}/' '"publicAddress":"$http_host/';`],
  };
  return Object.entries(sections).reduce((text, [name, lines]) => replaceSection(text, name, lines), template);
}

function replaceSection(text: string, name: string, lines: readonly string[]): string {
  const marks = new RegExp(`^( *)# begin: ${name}\n[^]*?^ *# end: ${name}\n`, 'm');
  if (!marks.test(text)) throw new Error(`nginx.conf has no section "${name}"`);
  const write = (_: string, indent: string) =>
    [`# begin: ${name}`, ...lines, `# end: ${name}`].map((line) => `${indent}${line}\n`).join('');
  return text.replace(marks, write);
}

/**
 * Runs nginx below `directory`, which it makes. Resolves when the public port answers.
 * @throws an Error with its output when it does not.
 */
export async function startNginx(front: Front, directory: string): Promise<NginxServer> {
  const config = join(directory, 'nginx.conf');
  await mkdir(directory, { recursive: true });
  await writeFile(config, renderNginxConfig(await readFile(TEMPLATE, 'utf8'), front));
  const child = await startChild({
    name: 'nginx',
    command: locate('nginx') ?? 'nginx',
    args: ['-p', directory, '-c', config, '-g', 'daemon off;'],
  });
  try {
    const settled = async () => !child.running() || (await answers(front.port, front.host));
    await waitFor('nginx answers', settled, { timeoutMs: 10_000, detail: child.output });
    if (!child.running()) throw new Error(`nginx ended (${await child.exited})\n${child.output().trim()}`);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return { child, stop: (timeoutMs = 10_000) => child.stop('SIGQUIT', timeoutMs) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      processes: { type: 'string', default: '4' },
      port: { type: 'string', default: '2567' },
      'first-port': { type: 'string', default: '2568' },
      host: { type: 'string' },
      public: { type: 'string' },
    },
  });
  const first = Number(values['first-port']);
  const processes = Array.from({ length: Number(values.processes) }, (_, i) => `127.0.0.1:${first + i}`);
  const publicHost = values.public ?? `localhost:${values.port}`;
  const front = { port: Number(values.port), host: values.host, publicHost, processes };
  process.stdout.write(renderNginxConfig(await readFile(TEMPLATE, 'utf8'), front));
}

if (import.meta.main) await main();
