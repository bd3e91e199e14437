import assert from 'node:assert/strict';
import { CloseCode } from '@colyseus/sdk';
import { Stay } from '../../clients/web/visit/stay.ts';

/** What of the SDK's room a stay uses, with its events in the test's hands. */
class FakeRoom {
  readonly reconnection = { minUptime: 5000, maxRetries: 15, retryCount: 0 };
  left = 0;
  drop = (): void => {};
  comeBack = (): void => {};
  close = (_code: number, _reason?: string): void => {};

  onDrop(callback: () => void): void {
    this.drop = callback;
  }

  onReconnect(callback: () => void): void {
    this.comeBack = callback;
  }

  onLeave(callback: (code: number, reason?: string) => void): void {
    this.close = callback;
  }

  async leave(): Promise<number> {
    return ++this.left;
  }
}

describe('a stay in a room', () => {
  let room: FakeRoom;
  let stay: Stay;
  let told: unknown[][];

  beforeEach(() => {
    room = new FakeRoom();
    told = [];
    stay = new Stay(room as unknown as ConstructorParameters<typeof Stay>[0], {
      onReturn: () => told.push(['return']),
      onEnd: (code, reason) => told.push(['end', code, reason]),
    });
  });

  it('counts the attempts to come back while the connection is lost, the first at once', () => {
    assert.deepEqual([stay.dropped, stay.attempt], [false, 0]);
    room.drop();
    assert.deepEqual([stay.dropped, stay.attempt], [true, 1]);
    room.reconnection.retryCount = 3;
    assert.equal(stay.attempt, 3);
    room.comeBack();
    assert.deepEqual([stay.dropped, stay.attempt, told], [false, 0, [['return']]]);
  });

  it('leaves the room, and is over when the server says so', () => {
    stay.leave();
    assert.deepEqual([room.left, told], [1, []]);
    room.close(CloseCode.CONSENTED);
    room.close(CloseCode.CONSENTED);
    assert.deepEqual(told, [['end', CloseCode.CONSENTED, undefined]]);
  });

  it('is over at once when it is left without a connection, and stays over if that comes back', () => {
    room.drop();
    stay.leave();
    assert.deepEqual([room.left, room.reconnection.maxRetries], [0, 0]);
    assert.deepEqual(told, [['end', CloseCode.CONSENTED, undefined]]);
    room.comeBack();
    assert.equal(room.left, 1, 'the place that was won back is given up');
    assert.equal(told.length, 1);
  });

  it('ends with the code and the reason of a connection that is not won back', () => {
    room.drop();
    room.close(CloseCode.FAILED_TO_RECONNECT, 'gone');
    assert.deepEqual(told, [['end', CloseCode.FAILED_TO_RECONNECT, 'gone']]);
  });
});
