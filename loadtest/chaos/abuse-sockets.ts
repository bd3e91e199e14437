/** Attacks by connections that are only held: silent ones, and such as send a byte now and then. From one address. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTACKER } from './abuse-addresses.ts';
import { type Attack, type Field, lanes } from './abuse-attack.ts';
import type { Score } from './abuse-score.ts';
import { hold } from './abuse-shot.ts';

/** What one address may hold: a school's worth of players behind one router, each with some connections, and no more. */
const MOST_CONNECTIONS = 1000;
/** The system connects before any server can refuse: only what is open after so long was let in. */
const STAYS_OPEN_MS = 1000;
const LANES = 50;
const TRY_AGAIN_MS = 20;
const DRIP_EVERY_MS = 500;

const SLOW_HEAD = Buffer.from(
  'POST /matchmake/joinOrCreate/arena HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n',
);
const DRIP = Buffer.from('X-a: b\r\n');
const SLOW_BODY = Buffer.concat([SLOW_HEAD, Buffer.from('Content-Length: 10000\r\n\r\n{"name":"')]);

interface Holding {
  readonly name: string;
  readonly what: string;
  readonly sockets: number;
  /** What a connection begins with; nothing when left out. */
  readonly begin?: Buffer;
  readonly drip?: Buffer;
}

function holding({ name, what, sockets, begin, drip }: Holding): Attack {
  return {
    name,
    what,
    unit: 'connections',
    accepts: `it was still open ${STAYS_OPEN_MS} ms later`,
    measure: 'held',
    limit: MOST_CONNECTIONS,
    async run(field, score) {
      const open = new Set<Socket>();
      const dripping = setInterval(() => {
        if (drip !== undefined) for (const socket of open) socket.write(drip);
      }, DRIP_EVERY_MS);
      await lanes(LANES, () => keepOpen(field, score, open, { begin, sockets: sockets / LANES }));
      clearInterval(dripping);
      for (const socket of open) socket.resetAndDestroy();
    },
  };
}

/** Opens its share one after the other, and again whatever the server closes. */
async function keepOpen(
  field: Field,
  score: Score,
  open: Set<Socket>,
  { begin, sockets }: { readonly begin: Buffer | undefined; readonly sockets: number },
): Promise<void> {
  let mine = 0;
  let wasCut = false;
  while (!field.over) {
    if (mine >= sockets || wasCut) {
      wasCut = false;
      await sleep(TRY_AGAIN_MS);
      continue;
    }
    mine++;
    score.offer();
    let stays: NodeJS.Timeout | undefined;
    let isHeld = false;
    const socket = hold(field.port, ATTACKER, {
      onOpen: (opened) => {
        open.add(opened);
        if (begin !== undefined) opened.write(begin);
        // What the server did until then is read first: this process may be late.
        stays = setTimeout(() => setImmediate(letIn), STAYS_OPEN_MS);
      },
      onEnd: () => {
        clearTimeout(stays);
        wasCut ||= !isHeld;
        if (isHeld) score.hold(-1);
        score.end(isHeld ? 'closed' : 'cut at once');
        open.delete(socket);
      },
    });
    const letIn = (): void => {
      if (socket.destroyed || socket.readableEnded) return;
      isHeld = true;
      score.accept();
      score.hold(1);
    };
    socket.once('close', () => mine--);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve());
    });
  }
}

export const SOCKET_ATTACKS: readonly Attack[] = [
  holding({
    name: 'slow-headers',
    what: '2,000 requests whose headers never end',
    sockets: 2000,
    begin: SLOW_HEAD,
    drip: DRIP,
  }),
  holding({
    name: 'slow-bodies',
    what: '2,000 requests whose bodies come a byte at a time',
    sockets: 2000,
    begin: SLOW_BODY,
    drip: Buffer.from('x'),
  }),
  holding({ name: 'idle-sockets', what: '2,000 connections that say nothing', sockets: 2000 }),
];
