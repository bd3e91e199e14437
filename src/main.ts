/**
 * The composition root: environment -> settings -> services -> server, and all of it stopped again in reverse order on
 * a signal. `npm start` runs this file.
 */
import { defineRooms } from '../rooms/index.ts';
import { helpText } from './config/help.ts';
import { parseEnvironment } from './config/parse.ts';
import type { Settings } from './config/settings.ts';
import { buildPage } from './http/esbuild-page.ts';
import { page } from './http/page.ts';
import { pageAddress, pageHost } from './http/page-address.ts';
import { pagePolicy } from './http/security-headers.ts';
import { certifiedName } from './http/tls.ts';
import { tameConsole } from './isolation/console-tamer.ts';
import { FaultLog } from './isolation/fault-log.ts';
import { keepInstrumentationOut, surviveStrayExceptions } from './isolation/node-process.ts';
import { messageOf } from './kernel/invariant.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import { openLocalStore } from './matchmaking/colyseus-local-store.ts';
import { openRedisStore } from './matchmaking/redis-store.ts';
import { createConsoleLogger } from './observability/console-logger.ts';
import { createCounters } from './observability/counters.ts';

import { redisRates } from './security/redis-rates.ts';
import { type RunningServer, type ServerDeps, startServer } from './server.ts';

const PAGE = new URL('../clients/web/', import.meta.url);
const REDIS_START_TIMEOUT_MS = 5000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;
/** npm passes a Ctrl+C on to us who have it already: only a later one means "at once". */
const SECOND_SIGNAL_AFTER_MS = 1500;
/** Before the promised end, so that the process is gone within it. */
const LAST_EXIT_MARGIN_MS = 200;

if (process.argv.includes('--help')) {
  process.stdout.write(helpText());
} else {
  const parsed = parseEnvironment(process.env);
  if (parsed.ok) await run(parsed.settings);
  else fail(parsed.mistakes);
}

async function run(settings: Settings): Promise<void> {
  const logger = createConsoleLogger(settings.logLevel, {
    write: (line) => process.stderr.write(`${line}\n`),
    now: () => new Date(),
  });
  const deps = { logger, meter: createCounters(), clock: performance };
  keepInstrumentationOut();
  surviveStrayExceptions(new FaultLog(deps, 'an exception nobody caught; the process goes on'));
  tameConsole(console, new FaultLog(deps, 'a client sent what cannot be decoded'));
  try {
    const [assets, stores] = await Promise.all([buildPage(PAGE), openStore(settings, deps)]);
    const arena = {
      roundSeconds: settings.arenaRoundSeconds,
      resultSeconds: settings.arenaResultSeconds,
      fill: settings.arenaFill,
    };
    const server = await startServer({
      ...deps,
      settings,
      ...stores,
      page: page(assets, pagePolicy(settings)),
      defineRooms: (define) => defineRooms(define, { arena }),
    });
    stopOnSignal(server, settings, logger);
    announce(server, settings);
  } catch (cause) {
    fail([`Hypogeum could not start: ${messageOf(cause)}`]);
  }
}

interface Services {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** What the processes share, or this one has for itself. */
async function openStore(
  { redisUrl }: Settings,
  services: Services,
): Promise<Pick<ServerDeps, 'store' | 'sharedRates'>> {
  if (redisUrl === '') return { store: openLocalStore(services) };
  const store = await openRedisStore({ url: redisUrl, startTimeoutMs: REDIS_START_TIMEOUT_MS }, services);
  return { store, sharedRates: redisRates({ client: store.client, ...services }) };
}

function announce({ port, certificate }: RunningServer, { host }: Settings): void {
  const at = certificate
    ? pageAddress(certifiedName(certificate, pageHost(host)), port, 'https')
    : pageAddress(host, port);
  process.stdout.write(`Hypogeum is ready: ${at}\n`);
  process.send?.('ready');
}

function stopOnSignal(server: RunningServer, { drainTimeoutMs }: Settings, logger: Logger): void {
  let firstAt: number | undefined;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > SECOND_SIGNAL_AFTER_MS) process.exit(1);
      return;
    }
    firstAt = performance.now();
    logger.info('stopping', { signal });
    setTimeout(() => process.exit(0), drainTimeoutMs - LAST_EXIT_MARGIN_MS).unref();
    await server.stop();
    process.exit(0);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, (received) => void stop(received));
}

function fail(reasons: readonly string[]): void {
  process.stderr.write(`${reasons.join('\n')}\n`);
  process.exit(1);
}
