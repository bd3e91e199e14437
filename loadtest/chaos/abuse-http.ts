/** Attacks by HTTP requests that nobody should send. From one address. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { ATTACKER } from './abuse-addresses.ts';
import { type Attack, type Field, lanes, paced } from './abuse-attack.ts';
import { LIMITED_WITHIN_MS } from './abuse-messages.ts';
import { POLLUTION } from './abuse-pens.ts';
import { HEADER_FLOODS, MALFORMED, ODD_REQUESTS } from './abuse-requests.ts';
import type { Score } from './abuse-score.ts';
import { shoot } from './abuse-shot.ts';
import { send as sendBody } from './abuse-upload.ts';

const MOST_UNDER_WAY = 400;
const BODIES = 10;
const BODY_BYTES = 50 * 1024 * 1024;

/** Each request goes out as bytes; one that is answered kindly, or with a failure of the server's own, is a breach. */
function requests(given: Pick<Attack, 'name' | 'what'> & { perSecond: number; texts: readonly Buffer[] }): Attack {
  const { texts, ...described } = given;
  return {
    ...described,
    perSecond: given.perSecond,
    unit: 'requests',
    accepts: 'its connection was still open, and unanswered, after 2 s',
    measure: 'never',
    limit: 0,
    run: (field, score) =>
      paced(field, { perSecond: given.perSecond, most: MOST_UNDER_WAY }, async (index) => {
        const bytes = texts[index % texts.length]!;
        const impact = await shoot({ port: field.port, from: ATTACKER, bytes, patienceMs: LIMITED_WITHIN_MS });
        if (impact.unconnected) return score.end('not connected');
        score.offer();
        judge(impact.status, impact.done, score);
      }),
  };
}

function judge(status: number, done: boolean, score: Score): void {
  score.end(status === 0 ? (done ? 'cut' : 'still open') : status);
  if (!done) score.accept();
  const refused = status === 0 || status === 101 || (status >= 400 && status < 600 && status !== 500);
  if (!refused) score.breach(`answered with ${status}`);
}

const malformed = requests({
  name: 'malformed-requests',
  what: '5,000 malformed requests a second',
  perSecond: 5000,
  texts: MALFORMED,
});

const odd = requests({
  name: 'odd-requests',
  what: 'TRACE, a bad Host, upgrade targets that are no URL, methods nobody has',
  perSecond: 500,
  texts: ODD_REQUESTS,
});

const headerFloods = requests({
  name: 'header-floods',
  what: 'thousands of headers, and single ones of a megabyte',
  perSecond: 50,
  texts: HEADER_FLOODS,
});

const largeBodies: Attack = {
  name: 'large-bodies',
  what: `${BODIES} bodies of 50 MB at once`,
  unit: 'bytes',
  accepts: 'its body was still being read after 2 s, or was taken',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    await lanes(BODIES, async () => {
      const sent = await sendBody({
        port: field.port,
        from: ATTACKER,
        path: '/matchmake/joinOrCreate/arena',
        bytes: BODY_BYTES,
        patienceMs: LIMITED_WITHIN_MS,
        onSent: (bytes) => score.offer(bytes),
      });
      score.end(sent.status || (sent.done ? 'cut' : 'still being read'));
      if (!sent.done || sent.status === 200) score.accept();
    });
  },
};

/** Deep bodies fit into 16 KiB; what pollutes objects comes under every name. */
const DEPTH = 4000;
const DEEP = ['{"a":', '[', '{"options":['].map((open) => {
  const close = [...open]
    .reverse()
    .map((sign) => (sign === '{' ? '}' : sign === '[' ? ']' : ''))
    .join('');
  const levels = Math.min(DEPTH, Math.floor(16_000 / (open.length + close.length)));
  return `{"x":${open.repeat(levels)}1${close.repeat(levels)}}`;
});
const bad = `{"${POLLUTION}":true}`;
const POLLUTED = [
  `{"__proto__":${bad}}`,
  `{"constructor":{"prototype":${bad}}}`,
  `{"a":{"__proto__":${bad}}}`,
  `{"name":"x","__proto__":{"toString":1,"${POLLUTION}":1}}`,
  `{"a":[{"constructor":{"prototype":${bad}}}]}`,
];
/** A body this deep is no join's options. */
const json: Attack = {
  name: 'json',
  what: 'join options nested thousands deep, and such as would pollute every object',
  unit: 'requests',
  accepts: 'a deep body was taken for the options of a join',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    await paced(field, { perSecond: 300, most: MOST_UNDER_WAY }, async (index) => {
      const deep = index % 2 === 0;
      const bodies = deep ? DEEP : POLLUTED;
      await post(field, score, bodies[(index >> 1) % bodies.length]!, deep);
    });
    if ((await field.tally()).polluted) score.breach('every object has a property from outside');
  },
};

/** From strangers, so that each is read. */
async function post(field: Field, score: Score, body: string, deep: boolean): Promise<void> {
  const path = `/matchmake/joinById/${field.random.pick(field.pens)}`;
  const answer = await ask({ port: field.port, from: field.stranger(), path, body, timeoutMs: LIMITED_WITHIN_MS });
  score.offer();
  score.end(answer.status);
  if (deep && answer.status === 200) score.accept();
  if (answer.status === 500) score.breach('answered with 500');
  if (answer.status === 0) await sleep(1);
}

export const HTTP_ATTACKS: readonly Attack[] = [malformed, largeBodies, json, odd, headerFloods];
