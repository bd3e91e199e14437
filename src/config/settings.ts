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

/** `scheme://host[:port]` as browsers write it, or one of the words. */
const ORIGIN = /^(local|null|\*|[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?)$/;

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
  maxJsonDepth: integer({
    env: 'HYPOGEUM_MAX_JSON_DEPTH',
    fallback: 32,
    min: 1,
    max: 1000,
    unit: 'levels',
    help: 'Deepest nesting in the body of a request.',
  }),
  maxHeadBytes: integer({
    env: 'HYPOGEUM_MAX_HEAD_BYTES',
    fallback: 16_384,
    min: 2048,
    max: 65_536,
    unit: 'bytes',
    help: 'Largest head of a request: its target and all headers.',
  }),
  maxHeaders: integer({
    env: 'HYPOGEUM_MAX_HEADERS',
    fallback: 100,
    min: 16,
    max: 1000,
    unit: 'headers',
    help: 'Most headers of a request.',
  }),
  headTimeoutMs: integer({
    env: 'HYPOGEUM_HEAD_TIMEOUT_MS',
    fallback: 5000,
    min: 100,
    max: 60_000,
    unit: 'ms',
    help: 'For the head of a request, from the connection or the first byte on; for the TLS handshake too.',
  }),
  requestTimeoutMs: integer({
    env: 'HYPOGEUM_REQUEST_TIMEOUT_MS',
    fallback: 10_000,
    min: 100,
    max: 120_000,
    unit: 'ms',
    help: 'For a whole request with its body.',
  }),
  answerTimeoutMs: integer({
    env: 'HYPOGEUM_ANSWER_TIMEOUT_MS',
    fallback: 30_000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    help: 'An HTTP connection on which nothing moves for so long while it is answered is cut.',
  }),
  keepAliveMs: integer({
    env: 'HYPOGEUM_KEEP_ALIVE_MS',
    fallback: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    help: 'How long an HTTP connection stays open for its next request.',
  }),
  maxRequestsPerConnection: integer({
    env: 'HYPOGEUM_MAX_REQUESTS_PER_CONNECTION',
    fallback: 1000,
    min: 1,
    max: 1_000_000,
    unit: 'requests',
    help: 'After so many an HTTP connection is closed.',
  }),
  corsOrigins: text({
    env: 'HYPOGEUM_CORS_ORIGINS',
    fallback: 'local',
    range: 'origins separated by commas; local: any port of this machine; null; *: all',
    fits: (text) => text.split(',').every((one) => ORIGIN.test(one.trim())),
    help: 'Pages that may ask for matches, besides those of the host they ask.',
  }),
  tlsCert: text({
    env: 'HYPOGEUM_TLS_CERT',
    fallback: '',
    range: 'a file, or nothing',
    fits: () => true,
    help: 'Certificates (PEM, the own first): serves https and wss. A new one is taken over when the file changes.',
  }),
  tlsKey: text({
    env: 'HYPOGEUM_TLS_KEY',
    fallback: '',
    range: 'a file, or nothing',
    fits: () => true,
    help: 'The private key (PEM) of that certificate.',
  }),
  hstsSeconds: integer({
    env: 'HYPOGEUM_HSTS_SECONDS',
    fallback: 15_552_000,
    min: 0,
    max: 63_072_000,
    unit: 's',
    help: 'With TLS, how long browsers are to use nothing but https for the whole host name; 0 says nothing of it.',
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
