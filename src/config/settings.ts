/**
 * Every setting of a server process, once: environment name, default, unit, range and help. The parser, `--help` and the
 * README's table are made from this list; nothing else in the project reads the environment.
 */
import { z } from 'zod';

export interface Setting<T> {
  readonly env: string;
  /** As it would be written in the environment; '' when there is none. */
  readonly fallback: string;
  readonly unit: string;
  readonly range: string;
  readonly help: string;
  /** From the written text to the value; its messages say what is allowed. */
  readonly schema: z.ZodType<T, string>;
  /** May hold a password: its value is never shown. */
  readonly secret?: boolean;
}

interface Described {
  readonly env: string;
  readonly unit?: string;
  readonly help: string;
  readonly secret?: boolean;
}

function integer(d: Described & { fallback: number; min: number; max: number }): Setting<number> {
  const range = `${d.min} to ${d.max}`;
  const schema = z
    .string()
    .regex(/^-?\d+$/, `must be a whole number, ${range}`)
    .transform(Number)
    .refine((value) => value >= d.min && value <= d.max, `must be ${range}`);
  return { env: d.env, fallback: String(d.fallback), unit: d.unit ?? '', range, help: d.help, schema };
}

function choice<const T extends string>(d: Described & { fallback: T; of: readonly T[] }): Setting<T> {
  const range = d.of.join(', ');
  const schema = z.string().refine((value): value is T => d.of.includes(value as T), `must be one of ${range}`);
  return { env: d.env, fallback: d.fallback, unit: d.unit ?? '', range, help: d.help, schema };
}

function text(d: Described & { fallback: string; range: string; fits: (text: string) => boolean }): Setting<string> {
  const { fits, ...described } = d;
  return { ...described, unit: d.unit ?? '', schema: z.string().refine(fits, `must be ${d.range}`) };
}

export const SETTINGS = {
  port: integer({
    env: 'HYPOGEUM_PORT',
    fallback: 2567,
    min: 0,
    max: 65535,
    help: 'Port of the page, matchmaking and the game; 0 takes a free one.',
  }),
  host: text({
    env: 'HYPOGEUM_HOST',
    fallback: '0.0.0.0',
    range: 'an address or host name of this machine',
    fits: (text) => /^[A-Za-z0-9.:_-]+$/.test(text),
    help: 'Address to listen on; 127.0.0.1 lets nobody in from outside.',
  }),
  redisUrl: text({
    env: 'REDIS_URL',
    fallback: '',
    range: 'redis://... or rediss://..., or nothing',
    fits: (text) => text === '' || (/^rediss?:\/\/./.test(text) && URL.canParse(text)),
    help: 'Redis that several processes share. Without it everything runs in this one.',
    secret: true,
  }),
  internalAddress: text({
    env: 'HYPOGEUM_INTERNAL_ADDRESS',
    fallback: '',
    range: 'host[:port], or nothing',
    fits: (text) => text === '' || /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/.test(text),
    help: 'Where the other processes reach this one; left out, the address it listens on.',
  }),
  clusterKey: text({
    env: 'HYPOGEUM_CLUSTER_KEY',
    fallback: '',
    range: 'at least 16 characters, or nothing',
    fits: (text) => text === '' || text.length >= 16,
    help: 'Signs what processes tell each other of forwarded players; left out, they agree on one through Redis.',
    secret: true,
  }),
  maxForwarded: integer({
    env: 'HYPOGEUM_MAX_FORWARDED',
    fallback: 5000,
    min: 0,
    max: 100_000,
    unit: 'sockets',
    help: 'Sockets of rooms elsewhere that are forwarded at a time; one more is answered with 503.',
  }),
  publicAddress: text({
    env: 'HYPOGEUM_PUBLIC_ADDRESS',
    fallback: '',
    range: 'host[:port][/path], or nothing',
    fits: (text) => /^$|^[A-Za-z0-9.[\]:_-]+(\/[A-Za-z0-9._~/-]*)?$/.test(text),
    help: 'Where players reach this very process, if not at the address they asked for a match.',
  }),
  drainTimeoutMs: integer({
    env: 'HYPOGEUM_DRAIN_TIMEOUT_MS',
    fallback: 5000,
    min: 500,
    max: 600_000,
    unit: 'ms',
    help: 'After a stop signal the process is gone within this time.',
  }),
  logLevel: choice({
    env: 'HYPOGEUM_LOG_LEVEL',
    fallback: 'info',
    of: ['debug', 'info', 'warn', 'error', 'silent'],
    help: 'The least serious line that is logged (to stderr).',
  }),
  logFormat: choice({
    env: 'HYPOGEUM_LOG_FORMAT',
    fallback: 'auto',
    of: ['auto', 'pretty', 'json'],
    help: 'Short lines for people, or a JSON record a line; auto: short ones in a terminal.',
  }),
  logLinesPerKind: integer({
    env: 'HYPOGEUM_LOG_LINES_PER_KIND',
    fallback: 10,
    min: 1,
    max: 100_000,
    unit: 'lines',
    help: 'Lines of one kind that are logged in ten seconds; of the others the number is told.',
  }),
  logBytesPerSecond: integer({
    env: 'HYPOGEUM_LOG_BYTES_PER_SECOND',
    fallback: 4096,
    min: 256,
    max: 16_777_216,
    unit: 'bytes/s',
    help: 'All that is logged; what was not used in the last eight seconds may be used at once.',
  }),
  maxStrayExceptions: integer({
    env: 'HYPOGEUM_MAX_STRAY_EXCEPTIONS',
    fallback: 60,
    min: 1,
    max: 100_000,
    unit: 'a minute',
    help: 'Exceptions that belong to no room, player or request; beyond it the process drains and ends with code 1.',
  }),
  maxMemoryMb: integer({
    env: 'HYPOGEUM_MAX_MEMORY_MB',
    fallback: 0,
    min: 0,
    max: 16_777_216,
    unit: 'MB',
    help: 'Resident memory above which no new rooms are made here; 0: three quarters of what the machine or container has.',
  }),
  maxLagMs: integer({
    env: 'HYPOGEUM_MAX_LAG_MS',
    fallback: 500,
    min: 20,
    max: 60_000,
    unit: 'ms',
    help: 'No new rooms here once everything was held up for longer than this in each of three seconds.',
  }),
  maxMessageBytes: integer({
    env: 'HYPOGEUM_MAX_MESSAGE_BYTES',
    fallback: 4096,
    min: 256,
    max: 1_048_576,
    unit: 'bytes',
    help: 'Largest frame a client may send; a larger one ends its connection.',
  }),
  maxInFlightBytes: integer({
    env: 'HYPOGEUM_MAX_IN_FLIGHT_BYTES',
    fallback: 65_536,
    min: 1024,
    max: 16_777_216,
    unit: 'bytes',
    help: 'Sent to a player and not yet acknowledged; beyond it, and beyond two patches, no state is sent to them.',
  }),
  maxQueuedBytes: integer({
    env: 'HYPOGEUM_MAX_QUEUED_BYTES',
    fallback: 262_144,
    min: 1024,
    max: 67_108_864,
    unit: 'bytes',
    help: 'Messages that wait for a player whose connection is that full; beyond it, it is closed.',
  }),
  congestedTimeoutMs: integer({
    env: 'HYPOGEUM_CONGESTED_TIMEOUT_MS',
    fallback: 15_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    help: 'A connection that stays that full, or does not answer, for so long is closed; the SDK connects again.',
  }),
  maxBodyBytes: integer({
    env: 'HYPOGEUM_MAX_BODY_BYTES',
    fallback: 16_384,
    min: 256,
    max: 1_048_576,
    unit: 'bytes',
    help: 'Largest body of a matchmaking request.',
  }),
  arenaRoundSeconds: integer({
    env: 'HYPOGEUM_ARENA_ROUND_SECONDS',
    fallback: 180,
    min: 5,
    max: 3600,
    unit: 's',
    help: 'Length of a round in the arena.',
  }),
  arenaResultSeconds: integer({
    env: 'HYPOGEUM_ARENA_RESULT_SECONDS',
    fallback: 8,
    min: 1,
    max: 60,
    unit: 's',
    help: "How long a round's result is shown before the next.",
  }),
  arenaFill: integer({
    env: 'HYPOGEUM_ARENA_FILL',
    fallback: 8,
    min: 0,
    max: 16,
    unit: 'players',
    help: 'AI players fill an arena up to this many.',
  }),
} satisfies Record<string, Setting<unknown>>;

export type Settings = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};
