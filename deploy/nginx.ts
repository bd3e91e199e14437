/**
 * nginx in front of the processes: writes deploy/nginx.conf for a given number of processes and runs it. The file in the
 * repository is what this writes for the defaults. As a program it prints the configuration:
 * `npm exec -- node deploy/nginx.ts`, with the options of `USAGE`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { MAX_PROCESSES } from './cluster-options.ts';
import { parseOptions, wholeNumber } from './command-line.ts';
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
    listen: [`listen ${host === undefined ? '' : `${bracketed(host)}:`}${port};`],
    servers: processes.map((address) => `server ${address} max_fails=0;`),
    owners: processes.map((address, i) => `p${i} ${address};`),
    public: [`sub_filter '"publicAddress":"${publicHost}/' '"publicAddress":"$http_host/';`],
  };
  return Object.entries(sections).reduce((text, [name, lines]) => replaceSection(text, name, lines), template);
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
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

const USAGE =
  'npm exec -- node deploy/nginx.ts [--processes 4] [--port 2567] [--first-port 2568] [--host ADDRESS] [--public HOST[:PORT]]';

async function main(args: readonly string[]): Promise<void> {
  const values = parseOptions(args, ['processes', 'port', 'first-port', 'host', 'public'], USAGE);
  const count = wholeNumber('--processes', values.processes ?? 4, { min: 1, max: MAX_PROCESSES }, USAGE);
  const port = wholeNumber('--port', values.port ?? 2567, { min: 1, max: 65535 }, USAGE);
  const first = wholeNumber('--first-port', values['first-port'] ?? 2568, { min: 1, max: 65536 - count }, USAGE);
  const processes = Array.from({ length: count }, (_, i) => `127.0.0.1:${first + i}`);
  const front = { port, host: values.host, publicHost: values.public ?? `localhost:${port}`, processes };
  process.stdout.write(renderNginxConfig(await readFile(TEMPLATE, 'utf8'), front));
}

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
