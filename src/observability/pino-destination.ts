/**
 * Where log lines leave the process, stderr: written behind its back, so that a reader who is slow, or reads no more,
 * stalls nothing. What waits for them is bounded, and lines beyond that are dropped. A process that ends does not wait for
 * such a reader either.
 */
import pino from 'pino';

export interface LogDestination {
  /** Takes a line with its end; false when it was dropped. Never waits, never throws. */
  write(line: string): boolean;
}

const STDERR = 2;
const MAX_WAITING_BYTES = 65_536;
/** Tries, 100 ms apart (sonic-boom's own number), that the end of a process spends on a reader who is slow. */
const LAST_TRIES = 2;

/** What still waits when the process exits is written then, for as long as somebody reads it. */
export function openStderr(): LogDestination {
  let dropped = false;
  let closed = false;
  let triesLeft = Number.POSITIVE_INFINITY;
  doNotBlock();
  // The first listener of this event: pino's own would wait for a reader without end.
  process.once('exit', () => {
    closed = true;
    triesLeft = LAST_TRIES;
    try {
      stream.flushSync();
    } catch {
      // Nobody reads.
    }
    stream.destroy();
  });
  const stream = pino.destination({
    fd: STDERR,
    sync: false,
    maxLength: MAX_WAITING_BYTES,
    retryEAGAIN: () => triesLeft-- > 0,
  });
  stream.on('drop', () => {
    dropped = true;
  });
  // A reader that is gone (EPIPE), a disk that is full: there is nowhere left to say it.
  stream.on('error', () => {});
  return {
    write(line) {
      if (closed) return false;
      dropped = false;
      stream.write(line);
      return !dropped;
    },
  };
}

/**
 * Node's own stream makes a pipe non-blocking when it is first asked for. Without that a write to a full pipe keeps one of
 * the process's threads, and the process cannot end before somebody reads (test/integration/logs.test.ts).
 */
function doNotBlock(): void {
  for (const stream of [process.stderr, process.stdout]) stream.on('error', () => {});
}
