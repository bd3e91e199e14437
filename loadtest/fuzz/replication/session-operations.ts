/** What can happen to players: they join, leave, drop out, come back, stall and get messages. */
import type { Random } from '../../../src/kernel/random.ts';
import { FuzzClient } from './client.ts';
import { UNIT_COLLECTIONS } from './collections.ts';
import { putBody } from './entity-operations.ts';
import type { StateReplicator } from './replicator.ts';
import { Session } from './session.ts';
import type { World } from './world.ts';

/** The players of a run, and what they need to come in. */
export interface Players {
  readonly world: World;
  readonly replicator: StateReplicator;
  readonly handshake: Uint8Array;
  readonly sessions: Map<string, Session>;
}

export type PlayerOperation = (players: Players, random: Random) => string | undefined;

const SEATS = 5;
const units = UNIT_COLLECTIONS[0]!;

export const SESSION_OPERATIONS = {
  join(players, random) {
    const sessionId = `s${random.int(SEATS)}`;
    return players.sessions.has(sessionId) ? undefined : join(players, sessionId, random);
  },
  leave(players, random) {
    const session = pickSession(players, random);
    if (session === undefined) return undefined;
    session.disconnect(players.replicator);
    players.sessions.delete(session.sessionId);
    if (random.int(3) > 0) players.world.take(units, session.sessionId);
    return `${session.sessionId} leaves`;
  },
  drop(players, random) {
    const session = pickSession(players, random);
    if (session?.connection.kind !== 'here') return undefined;
    session.disconnect(players.replicator);
    return `${session.sessionId} drops out`;
  },
  reconnect(players, random) {
    const session = pickSession(players, random);
    if (session === undefined) return undefined;
    const anew = random.int(3) === 0;
    if (anew) session.client = new FuzzClient(players.handshake);
    if (anew) session.sent.length = 0;
    session.connect(players.replicator);
    return `${session.sessionId} reconnects${anew ? ' with an empty client' : ''}`;
  },
  stall(players, random) {
    const session = pickSession(players, random);
    if (session?.connection.kind !== 'here') return undefined;
    session.connection.stalledTicks = random.pick([1, 1, 2, 3, 6, 12]);
    return `${session.sessionId} stalls for ${session.connection.stalledTicks} ticks`;
  },
  resumeAll(players) {
    const stalled = [...players.sessions.values()].filter(
      ({ connection }) => connection.kind === 'here' && connection.stalledTicks > 0,
    );
    for (const { connection } of stalled) if (connection.kind === 'here') connection.stalledTicks = 0;
    return stalled.length === 0 ? undefined : `${stalled.length} resume together`;
  },
  /** A body that jumps takes its player to other sights. */
  travel(players, random) {
    const session = pickSession(players, random);
    const body = session && players.world.state.units.get(session.sessionId);
    if (session === undefined || body === undefined) return undefined;
    players.world.stray(body, random);
    return `${session.sessionId} travels to ${body.x}, ${body.y}`;
  },
  message(players, random) {
    const session = pickSession(players, random);
    if (session?.connection.kind !== 'here' || session.connection.stalledTicks > 0) return undefined;
    session.send(`message ${random.int(1000)}`);
    return `a message to ${session.sessionId}`;
  },
} as const satisfies Record<string, PlayerOperation>;

/** Most have a body; who has none sees nothing by distance. */
export function join(players: Players, sessionId: string, random: Random): string {
  const session = new Session(sessionId, players.handshake, random);
  players.sessions.set(sessionId, session);
  session.connect(players.replicator);
  if (random.int(5) > 0) putBody(players.world, sessionId, random);
  if (random.int(2) === 0) players.world.put(UNIT_COLLECTIONS[2]!, sessionId, players.world.makeUnit(random));
  const { budget } = session;
  return `${sessionId} joins${budget === undefined ? '' : `, ${JSON.stringify(budget)}`}`;
}

function pickSession({ sessions }: Players, random: Random): Session | undefined {
  return sessions.size === 0 ? undefined : random.pick([...sessions.values()]);
}
