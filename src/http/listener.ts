/**
 * The HTTP server below the routes: its time-outs and sizes, and everything that never becomes a request of theirs. What
 * cannot be read, comes too slowly or asks to be something else is answered here, counted, and its connection closed.
 * Rules: src/security/SPEC.md, H.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import { hangUp } from '../kernel/hang-up.ts';
import { Pipelines } from './pipeline.ts';
import type { Reason, Refusals } from './refusals.ts';
import { lastWords, replyError, replyLater } from './reply.ts';
import { asksForGame, asksForWebSocket, type Flaw, flawOf, hasBody } from './request-checks.ts';
import type { TlsContext } from './tls.ts';

export interface ListenerOptions {
  readonly headTimeoutMs: number;
  /** For head and body. */
  readonly requestTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
}

export interface ListenerDeps {
  readonly refusals: Refusals;
  /** Asked once for each request that can be read: 0, or for how many milliseconds its address may make none. */
  readonly requestWaitMs: (req: IncomingMessage) => number;
  /** Serves TLS with it. */
  readonly tls: TlsContext | undefined;
}

/** How often Node looks for who is too slow: what is late is cut at most so much later. */
const CHECK_EVERY_MS = 250;

const FLAWS: { readonly [flaw in Flaw]: ErrorKind } = {
  method: ERRORS.METHOD_NOT_ALLOWED,
  target: ERRORS.MALFORMED_REQUEST,
  host: ERRORS.MALFORMED_REQUEST,
  headers: ERRORS.HEAD_TOO_LARGE,
};

/** `app` gets requests whose head is sound. Upgrades to a game's socket are left to listeners of 'upgrade'. Does not listen yet. */
export function createListener(
  app: RequestListener,
  options: ListenerOptions,
  { refusals, tls, requestWaitMs }: ListenerDeps,
): Server {
  const readable = (req: IncomingMessage): boolean => flawOf(req, options.maxHeaders) === undefined;
  const settings = {
    headersTimeout: Math.min(options.headTimeoutMs, options.requestTimeoutMs),
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: options.keepAliveMs,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    maxHeaderSize: options.maxHeadBytes,
    // Looked at with all else, to be answered alike.
    requireHostHeader: false,
    // What is refused becomes a plain request, and is answered as one.
    shouldUpgradeCallback: (req: IncomingMessage) => asksForGame(req) && readable(req),
  };
  const server = tls
    ? createTlsServer({ ...settings, ...tls, handshakeTimeout: options.headTimeoutMs })
    : createServer(settings);
  // Older versions of Node drop those above the number without a word: one more is let in, to be seen.
  server.maxHeadersCount = options.maxHeaders + 1;
  server.maxRequestsPerSocket = options.maxRequestsPerConnection;
  server.timeout = options.answerTimeoutMs;

  const pipelines = new Pipelines();
  const end = (req: IncomingMessage, res: ServerResponse): void => {
    pipelines.end(req);
    res.shouldKeepAlive = false;
  };
  const refuse = (req: IncomingMessage, res: ServerResponse, why: Reason, kind: ErrorKind): void => {
    refusals.report(why);
    end(req, res);
    replyError(res, kind);
  };
  const handle: RequestListener = (req, res) => {
    const turn = pipelines.enter(req, res);
    if (turn === 'too many') {
      refusals.report('pipelined');
      req.socket.destroy();
    }
    if (turn !== 'next') return;
    const flaw = flawOf(req, options.maxHeaders);
    if (flaw !== undefined) return refuse(req, res, flaw, FLAWS[flaw]);
    if (asksForWebSocket(req)) return refuse(req, res, 'upgrade', ERRORS.NOT_FOUND);
    const waitMs = requestWaitMs(req);
    if (waitMs > 0) {
      end(req, res);
      return replyLater(res, ERRORS.TOO_MANY_REQUESTS, waitMs);
    }
    // Node counts the requests of a connection only from HTTP/1.1 on.
    if (req.httpVersionMinor === 0) end(req, res);
    if (hasBody(req)) closeUnlessRead(req, res);
    app(req, res);
  };
  server.on('request', handle);
  // Only who reads the body says that it may come.
  server.on('checkContinue', handle);
  server.on('checkExpectation', (req, res) => refuse(req, res, 'expectation', ERRORS.MALFORMED_REQUEST));
  server.on('dropRequest', () => refusals.report('too_many_requests'));
  server.on('connect', (_req, socket) => {
    refusals.report('connect');
    dismiss(socket, ERRORS.METHOD_NOT_ALLOWED);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [why, kind] = verdictOn(error.code);
    refusals.report(why, error.code);
    dismiss(socket, kind);
  });
  // Node's own listener makes a 'clientError' of it, which has words; but nobody could read them yet.
  server.prependListener('tlsClientError', (_error: Error, socket: Duplex) => {
    refusals.report('tls');
    socket.destroy();
  });
  return server;
}

/** A body that no route reads may have no end: it is not waited for. */
function closeUnlessRead(req: IncomingMessage, res: ServerResponse): void {
  const { shouldKeepAlive } = res;
  res.shouldKeepAlive = false;
  req.once('end', () => {
    res.shouldKeepAlive = shouldKeepAlive;
  });
}

function verdictOn(code: string | undefined): [Reason, ErrorKind] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['too_slow', ERRORS.REQUEST_TIMEOUT];
    case 'HPE_HEADER_OVERFLOW':
      return ['head_too_large', ERRORS.HEAD_TOO_LARGE];
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['body', ERRORS.BODY_TOO_LARGE];
    default:
      return ['unreadable', ERRORS.MALFORMED_REQUEST];
  }
}

/** Routes answer in one piece, so these words never come in the middle of others. */
function dismiss(socket: Duplex, kind: ErrorKind): void {
  hangUp(socket, lastWords(kind));
}
