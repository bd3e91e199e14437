/**
 * `npm run fuzz -- wire`: whatever may come over a socket before anybody is known, and from players who are: first to the
 * parsers themselves, hundreds of thousands of inputs; then to a real server, over real sockets. Seeded. What breaks a
 * promise is written to a file, made as small as it gets, and can be done again with `--replay`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomSeed } from '../../src/kernel/random.ts';
import { type Command, type OptionTable, UsageError } from '../args.ts';
import { type Check, createReport, formatTable, publish } from '../report.ts';
import { makeCase } from './wire/cases.ts';
import { fuzzParsers, type PureResult } from './wire/pure.ts';
import { LIMITS } from './wire/sentinel.ts';
import { type Broken, fuzzServer, replay, type SessionResult, shrink } from './wire/session.ts';
import type { WireCase } from './wire/wire-case.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  seconds: { type: 'number', default: 600, min: 0, max: 86_400, help: 'how long the server is fuzzed; 0: not at all' },
  runs: { type: 'integer', default: 100_000, min: 0, max: 1e9, help: 'inputs for each parser; 0: none' },
  lanes: { type: 'integer', default: 128, min: 1, max: 1000, help: 'cases side by side' },
  seed: { type: 'integer', min: 0, max: 2 ** 32 - 1, help: 'makes the same cases again; one by chance if left out' },
  replay: { type: 'text', help: 'do the cases of a file again, and nothing else' },
  keep: { type: 'text', default: 'results', help: 'folder for the file of cases that break a promise' },
} as const satisfies OptionTable;

/** What a file for `--replay` holds. */
interface Found {
  readonly seed: number;
  readonly what: string;
  readonly again: boolean;
  readonly cases: readonly WireCase[];
}

export interface WireFigures {
  readonly seed: number;
  readonly parsers: readonly PureResult[];
  readonly server: Omit<SessionResult, 'broken'> | undefined;
  readonly broken: string | undefined;
  readonly file: string | undefined;
}

export const wireFuzz: Command<typeof OPTIONS> = {
  usage: 'npm run fuzz -- wire [options]',
  options: OPTIONS,
  async run(options) {
    if (options.replay !== undefined) return replayFile(options.replay);
    const seed = options.seed ?? randomSeed();
    console.log(`seed ${seed}`);
    const parsers = options.runs === 0 ? [] : await fuzzParsers(seed, options.runs);
    for (const { parser, failure } of parsers) if (failure !== undefined) console.log(`${parser}\n${failure}`);
    const session = options.seconds === 0 ? undefined : await fuzzSockets(seed, options);
    const { broken, ...server } = session ?? { broken: undefined };
    const file = broken === undefined ? undefined : await keep(seed, broken, options.keep);
    const figures: WireFigures = {
      seed,
      parsers,
      server: session === undefined ? undefined : (server as Omit<SessionResult, 'broken'>),
      broken: broken?.what,
      file,
    };
    const report = createReport({
      name: 'fuzz-wire',
      options: { ...options, seed },
      figures,
      checks: checkWire(figures),
      warnings: [],
    });
    return publish(report, formatWire(figures), options.json);
  },
};

/** With nothing done nothing was tested. */
export function checkWire({ parsers, server, broken, file }: WireFigures): Check[] {
  const checks = parsers.map(({ parser, cases, failure }) => ({
    id: `parser: ${parser}`,
    asked: 'nothing breaks it',
    measured: failure === undefined ? `${cases} inputs` : 'broken, see above',
    ok: failure === undefined && cases > 0,
  }));
  if (server === undefined) return checks;
  return [
    ...checks,
    {
      id: 'server',
      asked: 'it lives, answers, writes little, stays small, and an innocent player notices nothing',
      measured: broken === undefined ? 'it does' : `${broken}; ${file}`,
      ok: broken === undefined,
    },
    ...KINDS.map((kind) => triedOf(kind, server.outcomes)),
  ];
}

const KINDS = ['http', 'upgrade', 'frames, joining', 'frames, joined'];

/** Without a seat no frame comes anywhere. */
function triedOf(kind: string, outcomes: Readonly<Record<string, number>>): Check {
  const own = Object.entries(outcomes).filter(([outcome]) => outcome.startsWith(`${kind}: `));
  const all = own.reduce((sum, [, count]) => sum + count, 0);
  const tried = all - (outcomes[`${kind}: not possible`] ?? 0);
  return {
    id: `tried: ${kind}`,
    asked: 'most cases could be done',
    measured: `${tried} of ${all}`,
    ok: tried > all / 2,
  };
}

function fuzzSockets(seed: number, { seconds, lanes }: { readonly seconds: number; readonly lanes: number }) {
  const onProgress = (done: number): void => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${done} cases`);
  };
  return fuzzServer({ caseOf: (index) => makeCase(seed, index), seconds, lanes, limits: LIMITS, onProgress });
}

/** Made small, and written down. Returns the file's name. */
async function keep(seed: number, { what, cases }: Broken, folder: string): Promise<string> {
  console.log(`broken: ${what}\nlooking for the case that does it`);
  const shrunk = await shrink(cases, async (some) => (await replay(some, LIMITS)) !== undefined);
  const file = path.join(folder, `wire-${seed}.json`);
  mkdirSync(folder, { recursive: true });
  const found: Found = { seed, what, ...shrunk };
  writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  return file;
}

async function replayFile(file: string): Promise<number> {
  let found: Found;
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as Found;
  } catch (cause) {
    throw new UsageError(`--replay: ${file} cannot be read: ${cause}`);
  }
  const what = await replay(found.cases, LIMITS);
  console.log(what === undefined ? 'nothing is broken by these cases' : `broken: ${what}`);
  return what === undefined ? 0 : 1;
}

function formatWire({ seed, parsers, server }: WireFigures): string {
  const rows = parsers.map(({ parser, cases, seconds }) => [parser, `${cases} inputs in ${seconds.toFixed(1)} s`]);
  if (server !== undefined) {
    const { done, seconds, heldMore, longestWaitMs, logBytes, longestLine, outcomes } = server;
    rows.push(
      ['cases', `${done} in ${seconds.toFixed(1)} s, ${(done / seconds).toFixed(0)} a second`],
      ...Object.entries(outcomes).map(([outcome, count]): [string, string] => [`  ${outcome}`, String(count)]),
      ['held', `${(heldMore / 1024 / 1024).toFixed(0)} MiB more`],
      ['log', `${logBytes} bytes, longest line ${longestLine}`],
      ['longest wait of the innocent', `${longestWaitMs.toFixed(0)} ms`],
    );
  }
  return formatTable([['seed', String(seed)], ...rows]);
}
