import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@colyseus/sdk';
import { type Listing, Lobby } from '../../clients/web/lobby.ts';

class FakeRoom {
  readonly reconnection = { enabled: true };
  readonly #heard = new Map<string, (message: unknown) => void>();
  left = false;

  onMessage(type: string, callback: (message: unknown) => void): void {
    this.#heard.set(type, callback);
  }

  onLeave(): void {}

  async leave(): Promise<void> {
    this.left = true;
  }

  say(type: string, message: unknown): void {
    this.#heard.get(type)!(message);
  }
}

describe('the list of rooms', () => {
  let joining: PromiseWithResolvers<FakeRoom>[];
  let shown: string[][];
  let lobby: Lobby;

  beforeEach(() => {
    joining = [];
    shown = [];
    const joinOrCreate = () => {
      const answer = Promise.withResolvers<FakeRoom>();
      joining.push(answer);
      return answer.promise;
    };
    lobby = new Lobby({ joinOrCreate, auth: { token: 'kept' } } as unknown as Client, {
      onRooms: (rooms) => shown.push(rooms.map(({ roomId }) => roomId)),
      onLive: () => {},
    });
  });

  /** Answers the nth request for a place. */
  async function joined(n: number): Promise<FakeRoom> {
    const room = new FakeRoom();
    joining[n]!.resolve(room);
    await setImmediate();
    return room;
  }

  const listing = (roomId: string, clients: number): Listing => ({ roomId, name: 'arena', clients, maxClients: 16 });

  it('shows rooms with space first, the fullest of them on top', async () => {
    lobby.start();
    const room = await joined(0);
    room.say('rooms', [listing('empty', 1), listing('full', 16), listing('busy', 15)]);
    assert.deepEqual(shown, [['busy', 'empty', 'full']]);
  });

  it('leaves when it is stopped, also before it is in', async () => {
    lobby.start();
    lobby.stop();
    assert.ok((await joined(0)).left);
    lobby.start();
    const room = await joined(1);
    lobby.stop();
    assert.ok(room.left);
  });

  it('holds one place only, when it is stopped and started while it joins', async () => {
    lobby.start();
    lobby.stop();
    lobby.start();
    const [late, current] = [await joined(0), await joined(1)];
    assert.deepEqual([late.left, current.left], [true, false]);
  });
});
