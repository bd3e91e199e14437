/** Asks a server of the matchmaking bench for seats over HTTP, from a process of its own; takes none of them. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { DurationHistogram } from '../histograms.ts';
import {
  type FromJoiner,
  type Joins,
  type JoinsWanted,
  ROOM_NAME,
  type ToJoiner,
} from './matchmaking-join-messages.ts';

const BODY = '{}';
const HEADERS = { 'content-type': 'application/json', 'content-length': BODY.length };
const ANSWER_TIMEOUT_MS = 30_000;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', async (message: ToJoiner) => tell({ type: 'joined', joins: await joinFor(message) }));
tell({ type: 'ready' });

function tell(message: FromJoiner): void {
  process.send?.(message);
}

/** Connections are made anew each time: a server closes those that were idle for the other's turn. */
async function joinFor({ port, atOnce, seconds }: JoinsWanted): Promise<Joins> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const durations = new DurationHistogram();
  const refusals: string[] = [];
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1000) {
      const asked = performance.now();
      const refusal = await join(port, agent);
      if (refusal === undefined) durations.record(performance.now() - asked);
      else refusals.push(refusal);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const wallMs = performance.now() - began;
  agent.destroy();
  const { count: seats, p50, p99 } = durations.summary;
  const [refusal] = refusals;
  return { seats, refused: refusals.length, ...(refusal === undefined ? {} : { refusal }), wallMs, p50, p99 };
}

/** Resolves with what was answered instead of a seat; undefined for a seat. */
async function join(port: number, agent: Agent): Promise<string | undefined> {
  const response = await post(port, agent);
  const body = await text(response);
  const seat = response.statusCode === 200 ? (JSON.parse(body) as { sessionId?: unknown }) : {};
  return typeof seat.sessionId === 'string' ? undefined : `${response.statusCode} ${body}`;
}

function post(port: number, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `/matchmake/joinOrCreate/${ROOM_NAME}`;
    const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers: HEADERS, agent }, resolve);
    asked.setTimeout(ANSWER_TIMEOUT_MS, () => asked.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)));
    asked.once('error', reject);
    asked.end(BODY);
  });
}
