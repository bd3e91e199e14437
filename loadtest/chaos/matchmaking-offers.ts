/**
 * Every seat that the index offers, told by Redis: MONITOR shows what the script that claims a seat writes down. What
 * joiners are answered would not tell it: a dead process gives no seat, however often its rooms are offered.
 *
 * Its lines are read here, because ioredis (5.11.1) fails when the first of them comes together with the answer to MONITOR.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { KEYS } from '../../src/redis/keys.ts';

export interface Offer {
  /** Of `performance`. */
  readonly at: number;
  readonly roomId: string;
}

export class OfferWatch {
  readonly offers: Offer[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Resolves when it watches. `store` is where Redis is, on this machine. */
  static async start({ host, port }: { readonly host: string; readonly port: number }): Promise<OfferWatch> {
    const socket = connect(port, host);
    const watch = new OfferWatch(socket);
    const lines = createInterface({ input: socket });
    socket.on('error', () => {}); // killed with what it watches
    socket.write('MONITOR\r\n');
    await once(lines, 'line');
    // The clock of Redis is this machine's.
    const sinceEpoch = Date.now() - performance.now();
    lines.on('line', (line) => {
      const roomId = offeredIn(line);
      if (roomId !== undefined) watch.offers.push({ at: Number.parseFloat(line.slice(1)) * 1000 - sinceEpoch, roomId });
    });
    return watch;
  }

  stop(): void {
    this.#socket.destroy();
  }
}

/** The room that a script offers in a line of MONITOR (`+1795411066.192875 [0 lua] "HSET" ...`); undefined when it does something else. */
export function offeredIn(line: string): string | undefined {
  const [name, key, , roomId] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!);
  return name?.toUpperCase() === 'HSET' && key === KEYS.claimed ? roomId : undefined;
}
