/**
 * `npm run cluster [-- --processes N --port P]`: the game on several processes behind one public address, until Ctrl+C.
 * Installs first what the machine lacks for it, when this user may; says in a few lines what goes on, and ends with code
 * 1 when a part cannot start or is lost.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pageAddress } from '../src/http/page-address.ts';
import { type ClusterOptions, parseClusterOptions } from './cluster-options.ts';
import { LocalCluster } from './local-cluster.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { type ProgramName, provide } from './system-packages.ts';

const STATUS_EVERY_MS = 2000;
/** npm hands a Ctrl+C on to us who have it already: only a later one means "at once". */
const SECOND_SIGNAL_AFTER_MS = 1500;

const say = (line: string): void => console.log(line);

/** Resolves at the first signal to stop; the next one ends this process, and by that all it started. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first > SECOND_SIGNAL_AFTER_MS) process.exit(1);
        resolve();
      });
    }
  });
}

function requirePrograms({ redisUrl }: ClusterOptions): void {
  const needed: ProgramName[] = redisUrl === undefined ? ['redis-server', 'nginx'] : ['nginx'];
  const problem = provide(needed);
  if (problem !== undefined) throw new Error(problem);
}

/** Says whenever a process stops or begins to accept players, until `until` is aborted. */
async function reportStatus(ports: readonly number[], until: AbortSignal): Promise<void> {
  let known: Readiness[] = ports.map(() => ({ ready: true, reason: '' }));
  while (!until.aborted) {
    await sleep(STATUS_EVERY_MS, undefined, { ref: false });
    const now = await Promise.all(ports.map((port) => readinessOf(`http://127.0.0.1:${port}`)));
    if (until.aborted) return;
    for (const [i, { ready, reason }] of now.entries()) {
      if (ready === known[i]?.ready && reason === known[i]?.reason) continue;
      say(`process ${i} ${ready ? 'accepts players' : `does not accept players: ${reason}`}`);
    }
    known = now;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const usualProcesses = Math.min(Math.max(availableParallelism(), 2), 4);
  const options = parseClusterOptions(args, process.env, usualProcesses);
  requirePrograms(options);

  const lost = Promise.withResolvers<never>();
  const cluster = new LocalCluster(options, {
    say,
    env: process.env,
    lost: (part, how) => lost.reject(new Error(`${part} ended by itself (${how})`)),
  });
  const signal = stopSignal();
  const stopping = new AbortController();
  try {
    const interrupted = await Promise.race([signal.then(() => true), cluster.start().then(() => false), lost.promise]);
    if (interrupted) return say('Stopping');
    say(`Hypogeum is ready: ${pageAddress(options.host, options.port)} (Ctrl+C stops it)`);
    void reportStatus(cluster.ports, stopping.signal);
    await Promise.race([signal, lost.promise]);
    say('Stopping');
  } finally {
    stopping.abort();
    await cluster.stop();
  }
}

try {
  await run(process.argv.slice(2));
  say('Stopped');
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
