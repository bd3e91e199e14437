/**
 * A program: a server put together as src/main.ts does it, with rooms whose code leaves exceptions behind that nobody
 * catches. With `packages` it has @pm2/io in it, started before and after the policy of the process, and a package that
 * exits at any exception. SIGHUP makes it throw where no room is involved, as often as STORM says.
 */
import { createRequire } from 'node:module';
import { type Client, Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { parseEnvironment } from '../../src/config/parse.ts';
import { tameConsole } from '../../src/isolation/console-tamer.ts';
import { FaultLog } from '../../src/isolation/fault-log.ts';
import { Ending } from '../../src/isolation/node-ending.ts';
import { Owners } from '../../src/isolation/node-owners.ts';
import { keepInstrumentationOut, takeExceptions, takeWarnings } from '../../src/isolation/node-process.ts';
import { ProcessFaults } from '../../src/isolation/process-faults.ts';
import { openLocalStore } from '../../src/matchmaking/colyseus-local-store.ts';
import { nodeTimers } from '../../src/matchmaking/timers.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { openStderr } from '../../src/observability/pino-destination.ts';
import { createPinoLogger } from '../../src/observability/pino-logger.ts';
import { startServer } from '../../src/server.ts';

const TICK_MS = 20;
const State = schema({ ticks: t.uint32().default(0) }, 'StrayState');

class StrayRoom extends Room {
  state = new State();
  messages = {
    echo: (_client: Client, payload: unknown) => payload,
    log: (_client: Client, { words, times }: Saying) => {
      for (let i = 0; i < times; i++) console.log(words, i);
    },
    memory: () => process.memoryUsage.rss(),
    stray: (_client: Client, { words, times }: Saying) => {
      for (let i = 0; i < times; i++) this.#leave(words);
    },
  };

  onCreate() {
    this.setSimulationInterval(() => this.state.ticks++, TICK_MS);
  }

  /** Five exceptions. */
  #leave(words: string): void {
    const fail = (): never => {
      throw new Error(words);
    };
    setTimeout(fail, 1);
    setImmediate(fail);
    process.nextTick(fail);
    void Promise.reject(new Error(words));
    void new Promise((resolve) => setTimeout(resolve, 1)).then(fail);
  }
}

interface Saying {
  readonly words: string;
  readonly times: number;
}

interface Pm2Io {
  init(options: { catchExceptions: boolean }): void;
}

const withPackages = process.argv.includes('packages');
const installed = '@pm2/io';
const pm2 = withPackages ? (createRequire(import.meta.url)(installed) as Pm2Io) : undefined;
const installHandlers = (): void => {
  if (!withPackages) return;
  pm2!.init({ catchExceptions: true });
  process.on('uncaughtException', () => process.exit(99));
  process.prependListener('unhandledRejection', () => process.exit(98));
};

const parsed = parseEnvironment(process.env);
if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
const { settings } = parsed;
installHandlers();
const meter = createCounters();
const logger = createPinoLogger(
  { level: 'info', format: 'json', linesPerKind: settings.logLinesPerKind, bytesPerSecond: settings.logBytesPerSecond },
  { destination: openStderr(), now: Date.now, timers: nodeTimers, meter },
);
const deps = { logger, meter, clock: performance, timers: nodeTimers };
const owners = new Owners();
const ending = new Ending(logger, settings.drainTimeoutMs, () => logger.settle());
const unsound = (reason: string): void => ending.unsound(reason);
keepInstrumentationOut();
const policy = new ProcessFaults(
  { ...deps, faults: new FaultLog(deps, 'stray'), unsound },
  settings.maxStrayExceptions,
);
takeExceptions(policy, owners, logger);
takeWarnings(logger);
tameConsole(console, logger, new FaultLog(deps));
installHandlers();

const server = await startServer({
  ...{ ...deps, settings, owners, unsound },
  store: openLocalStore(deps),
  page: (_req, _res, next) => next(),
  defineRooms: (define) => void define('stray', StrayRoom),
});
ending.of(server);
process.on('SIGHUP', () => {
  for (let i = 0; i < Number(process.env.STORM); i++) {
    setTimeout(() => {
      throw new Error('of the process itself');
    }, i);
  }
});
process.stdout.write(`Hypogeum is ready: http://127.0.0.1:${server.port}\n`);
