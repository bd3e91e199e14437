/**
 * Every setting of a server process, once: environment name, default, unit, range and help. The parser, `--help` and the
 * README's table are made from this list; nothing else in the project reads the environment.
 */
import { DOOR_SETTINGS } from './door-settings.ts';
import { choice, integer, type Setting, text } from './kinds.ts';

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
  ...DOOR_SETTINGS,
} satisfies Record<string, Setting<unknown>>;

export type Settings = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};
