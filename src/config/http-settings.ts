/** The settings of HTTP: sizes, times, which pages may ask, and TLS. */
import { integer, list, text } from './kinds.ts';

/** `scheme://host[:port]` as browsers write it, or one of the words. */
const ORIGIN = /^(local|null|\*|[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?)$/i;

export const HTTP_SETTINGS = {
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
  corsOrigins: {
    ...list({
      env: 'HYPOGEUM_CORS_ORIGINS',
      range: 'origins (https://play.example.com) separated by commas, local, null, *',
      fits: (item) => ORIGIN.test(item),
      help: 'Pages of other hosts that may ask for matches here. local: those of the own machine; *: all.',
    }),
    fallback: 'local',
  },
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
};
