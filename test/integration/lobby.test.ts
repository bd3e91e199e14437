/** The stock LobbyRoom, with clients that mean harm. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { LobbyRoom, matchMaker, Room } from '@colyseus/core';
import type { Room as SdkRoom } from '@colyseus/sdk';
import { LIST_EVERY_MS } from '../../src/security/colyseus-lobby.ts';
import type { DefineRoom } from '../../src/server.ts';
import { passive } from '../support/processes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {
  override autoDispose = false;
}

class OurLobby extends LobbyRoom {}

describe('a lobby', () => {
  let server: TestServer;
  before(async () => {
    const rooms = (define: DefineRoom): void => {
      define('hall', Hall).enableRealtimeListing();
      define('lobby', LobbyRoom);
      define('our-lobby', OurLobby);
    };
    server = await startTestServer({ rooms });
  });
  after(() => server.stop());

  /** Its lists as they come, and what is told of rooms. */
  async function enter(name: string) {
    const lobby: SdkRoom = passive(await server.client.joinOrCreate(name));
    const lists: { at: number; names: string[] }[] = [];
    const told: string[] = [];
    lobby.onMessage<{ name: string }[]>('rooms', (rooms) => {
      lists.push({ at: performance.now(), names: rooms.map((room) => room.name) });
    });
    lobby.onMessage<[string]>('+', ([roomId]) => told.push(roomId));
    await until('the first list', () => lists.length === 1);
    return { lobby, lists, told };
  }

  for (const name of ['lobby', 'our-lobby']) {
    it(`F15: answers filters now and then, the newest at last (${name})`, async () => {
      await matchMaker.createRoom('hall', {});
      const { lobby, lists } = await enter(name);
      lists.length = 0;
      for (let i = 0; i < 50; i++) lobby.send('filter', { name: i === 49 ? 'hall' : `none ${i}` });
      await until('the last list', () => lists.at(-1)?.names.includes('hall'));
      assert.equal(lists.length, 2);
      assert.deepEqual(lists[0]!.names, []);
      assert.ok(lists[1]!.at - lists[0]!.at > LIST_EVERY_MS / 2);
      await lobby.leave();
    });
  }

  it('F15: no filter keeps others from being told of rooms', async () => {
    const attacker = await enter('lobby');
    attacker.lobby.send('filter', { name: 'hall', metadata: { map: 1 } });
    await until('the answer', () => attacker.lists.length === 2);
    const { lobby, told } = await enter('lobby');
    const { roomId } = await matchMaker.createRoom('hall', {});
    await until('the new room', () => told.includes(roomId));
    assert.deepEqual([attacker.told, attacker.lists[1]!.names], [[], []]);
    assert.deepEqual(
      server.lines.filter(({ level }) => level === 'error'),
      [],
    );
    await Promise.all([lobby.leave(), attacker.lobby.leave()]);
  });
});
