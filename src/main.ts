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
import { Ending } from './isolation/node-ending.ts';
import { Owners } from './isolation/node-owners.ts';
import { keepInstrumentationOut, takeExceptions, takeWarnings } from './isolation/node-process.ts';
import { ProcessFaults } from './isolation/process-faults.ts';
import { messageOf } from './kernel/invariant.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import { openLocalStore } from './matchmaking/colyseus-local-store.ts';
import { inTime } from './matchmaking/redis-away.ts';
import { openRedisStore } from './matchmaking/redis-store.ts';
import { nodeTimers } from './matchmaking/timers.ts';
import { createCounters } from './observability/counters.ts';
import { openStderr } from './observability/pino-destination.ts';
import { createPinoLogger, type Log } from './observability/pino-logger.ts';
import { RedisBanStore } from './security/redis-bans.ts';
import { redisRates } from './security/redis-rates.ts';
import { type RunningServer, type ServerDeps, startServer } from './server.ts';
import { letHelpersStepBack } from './tick/node-helpers.ts';

const PAGE = new URL('../clients/web/', import.meta.url);
const REDIS_START_TIMEOUT_MS = 5000;

if (process.argv.includes('--help')) {
  process.stdout.write(helpText());
} else {
  const parsed = parseEnvironment(process.env);
  if (parsed.ok) await run(parsed.settings);
  else fail(parsed.mistakes);
}

async function run(settings: Settings): Promise<void> {
  const meter = createCounters();
  const logger = openLog(settings, meter);
  const deps = { logger, meter, clock: performance, timers: nodeTimers };
  const owners = new Owners();
  const ending = new Ending(logger, settings.drainTimeoutMs, () => logger.settle());
  const unsound = (reason: string): void => ending.unsound(reason);
  keepInstrumentationOut();
  letHelpersStepBack();
  const strays = new FaultLog(deps, 'an exception nobody caught; the process goes on');
  const policy = new ProcessFaults({ ...deps, faults: strays, unsound }, settings.maxStrayExceptions);
  takeExceptions(policy, owners, logger);
  takeWarnings(logger);
  tameConsole(console, logger, new FaultLog(deps, 'a client sent what cannot be decoded'));
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
      owners,
      unsound,
      page: page(assets, pagePolicy(settings)),
      defineRooms: (define) => defineRooms(define, { arena }),
    });
    ending.of(server);
    announce(server, settings);
  } catch (cause) {
    fail([`Hypogeum could not start: ${messageOf(cause)}`]);
  }
}

function openLog({ logFormat, logLevel: level, ...limits }: Settings, meter: Meter): Log {
  const terminal = process.stderr.isTTY ? 'pretty' : 'json';
  const options = {
    level,
    format: logFormat === 'auto' ? terminal : logFormat,
    linesPerKind: limits.logLinesPerKind,
    bytesPerSecond: limits.logBytesPerSecond,
  };
  return createPinoLogger(options, { destination: openStderr(), now: Date.now, timers: nodeTimers, meter });
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
): Promise<Pick<ServerDeps, 'store' | 'bans' | 'sharedRates'>> {
  if (redisUrl === '') return { store: openLocalStore(services) };
  const store = await openRedisStore({ url: redisUrl, startTimeoutMs: REDIS_START_TIMEOUT_MS }, services);
  const sharedRates = redisRates({ client: store.client, ...services });
  return { store, bans: new RedisBanStore({ ...store, inTime }), sharedRates };
}

function announce({ port, certificate }: RunningServer, { host }: Settings): void {
  const at = certificate
    ? pageAddress(certifiedName(certificate, pageHost(host)), port, 'https')
    : pageAddress(host, port);
  process.stdout.write(`Hypogeum is ready: ${at}\n`);
  process.send?.('ready');
}

function fail(reasons: readonly string[]): void {
  process.stderr.write(`${reasons.join('\n')}\n`);
  process.exit(1);
}
