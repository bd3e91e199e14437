/** docs/ADMIN.md, run as it stands against one of two real processes, about players in rooms of both. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, type Room, type SeatReservation } from '@colyseus/sdk';
import { CloseCodes, ERRORS } from '../../src/kernel/errors.ts';
import { LEASE_MS } from '../../src/matchmaking/process-registry.ts';
import { accountService } from '../support/accounts.ts';
import { disposedAfterwards, passive, ROOT, type ServerProcess, startServerProcess } from '../support/processes.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const TOKEN = 'correct-horse-battery';
const run = promisify(execFile);

describe('the admin of two processes', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();
  const accounts = accountService();
  const servers: ServerProcess[] = [];
  const [setUp = '', ...examples] = readFileSync(join(ROOT, 'docs/ADMIN.md'), 'utf8')
    .match(/```sh\n[\s\S]*?```/g)!
    .map((block) => block.slice(6, -3));

  before(async () => {
    const redis = stack.use(await startRedis());
    const start = async () => {
      const server = await startServerProcess({
        REDIS_URL: redis.url,
        HYPOGEUM_ADMIN_TOKEN: TOKEN,
        HYPOGEUM_AUTH_KEYS: accounts.jwks,
        HYPOGEUM_ARENA_FILL: '0',
      });
      stack.defer(() => server.child.stop('SIGKILL'));
      return server;
    };
    servers.push(...(await Promise.all([start(), start()])));
  });

  /** Runs the example that begins with these words, as a shell does, and reads what each of its lines answers. */
  async function example(words: string, env: Record<string, string> = {}): Promise<Record<string, never>[]> {
    const script = examples.find((block) => block.startsWith(words));
    assert.ok(script, words);
    const given = { PATH: process.env.PATH, SERVER: servers[0]!.origin, TOKEN, ...env };
    const { stdout } = await run('sh', ['-ec', `${setUp}\n${script}`], { env: given });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>);
  }

  const act = ({ origin }: ServerProcess, name: string, body: object) =>
    fetch(`${origin}/admin/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });

  interface Played {
    readonly room: Room;
    readonly processId: string;
    readonly code: Promise<number>;
  }

  /** In a room that was asked for at one process, and made at any. */
  async function play({ origin }: ServerProcess, subject: string): Promise<Played> {
    const client = new Client(origin);
    const token = await accounts.token({ subject });
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${origin}/matchmake/create/arena`, { method: 'POST', headers, body: '{}' });
    const seat = (await response.json()) as SeatReservation & { code?: number };
    if (seat.code !== undefined) throw Object.assign(new Error('refused'), { code: seat.code });
    const room = passive(await client.consumeSeatReservation(seat));
    return { room, processId: seat.processId ?? '', code: new Promise((resolve) => room.onLeave.once(resolve)) };
  }

  /** In a room at another process than that one. */
  async function playElsewhere(than: Played, subject: string): Promise<Played> {
    return until('a room at the other process', async () => {
      const played = await play(servers[1]!, subject);
      if (played.processId !== than.processId) return played;
      await played.room.leave();
      return undefined;
    });
  }

  it("ID3 takes a guest's token of one process at the other", async () => {
    const post = async (server: ServerProcess, path: string, token?: string) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${server.origin}${path}`, { method: 'POST', headers });
      return (await response.json()) as { token: string; user: { id: string }; sessionId?: string };
    };
    const { token, user } = await post(servers[0]!, '/auth/guest');
    assert.equal((await post(servers[1]!, '/auth/guest', token)).user.id, user.id);
    assert.ok((await post(servers[1]!, '/matchmake/joinOrCreate/arena', token)).sessionId);
  });

  it('ID12 sees, kicks, bans and closes rooms at both, as docs/ADMIN.md says', async () => {
    const ann = await play(servers[0]!, 'ann');
    const ben = await playElsewhere(ann, 'ben');
    const rooms = [ann.room.roomId, ben.room.roomId];
    const seen = await until('the admin to see both rooms', async () => {
      const answers = await example('admin rooms', { ROOM: rooms[1]! });
      const listed = (answers[0] as unknown as { rooms: { roomId: string }[] }).rooms.map(({ roomId }) => roomId);
      const { silent } = answers[1] as unknown as { silent: string[] };
      return rooms.every((roomId) => listed.includes(roomId)) && silent.length === 0 ? answers : undefined;
    });
    const [, all, one] = seen as unknown as { players: { id: string; roomId: string; address: string }[] }[];
    assert.deepEqual(all!.players.map(({ id }) => id).sort(), ['ann', 'ben'], JSON.stringify(all));
    assert.deepEqual(
      one!.players.map(({ id, address }) => [id, address]),
      [['ben', '127.0.0.1']],
    );

    const kicked = await example('admin kick', { PLAYER: 'ben' });
    assert.deepEqual(kicked, [{ kicked: 1, silent: [] }]);
    assert.equal(await ben.code, CloseCodes.kicked);
    const again = await playElsewhere(ann, 'ben');

    const [banned, , bans, unbanned] = await example('admin ban', { PLAYER: 'ben' });
    assert.equal((banned as unknown as { ban: { reason: string } }).ban.reason, 'cheats');
    assert.equal((bans as unknown as { bans: object[] }).bans.length, 2);
    assert.deepEqual(unbanned, { removed: true });
    assert.equal(await again.code, CloseCodes.banned);

    assert.deepEqual(await example('admin close-room', { ROOM: rooms[0]! }), [{ closed: true, silent: [] }]);
    assert.equal(await ann.code, CloseCodes.roomClosed);
    assert.ok((await example('admin limits')).length > 0);
  });

  it('L7 names a process that stands still, when its lease is over as well', async () => {
    const [asked, stalled] = servers as [ServerProcess, ServerProcess];
    const players = async () => (await (await act(asked, 'players', {})).json()) as { silent: string[] };
    assert.deepEqual((await players()).silent, []);
    stalled.child.signal('SIGSTOP');
    try {
      await sleep(LEASE_MS + 500);
      assert.equal((await players()).silent.length, 1);
    } finally {
      stalled.child.signal('SIGCONT');
    }
    await until('it to answer again', async () => (await players()).silent.length === 0);
  });

  it('ID7 a ban at one process keeps out at the other', async () => {
    await act(servers[0]!, 'ban', { identity: 'cid', reason: '' });
    await until('the other process to hear of it', async () => {
      const error = await play(servers[1]!, 'cid').then(
        ({ room }) => void room.leave(),
        (cause: { code: number }) => cause,
      );
      return error?.code === ERRORS.BANNED.code;
    });
    await act(servers[0]!, 'unban', { identity: 'cid' });
  });

  it('ID12 logs what was done, and no tokens', () => {
    const told = servers[0]!.child.output();
    for (const action of ['kick', 'ban', 'unban', 'close room', 'rooms', 'players', 'limits'])
      assert.match(told, new RegExp(`"admin: ${action}"`), action);
    assert.ok(!told.includes(TOKEN) && !told.includes('eyJ'));
  });
});
