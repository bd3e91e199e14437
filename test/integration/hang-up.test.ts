import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { hangUp } from '../../src/kernel/hang-up.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { until } from '../support/until.ts';

describe('a connection that is hung up (H2, H3)', () => {
  const stack = disposedAfterwards();

  async function connected(): Promise<{ near: Socket; far: Socket }> {
    const server = createServer().listen(0, '127.0.0.1');
    stack.defer(() => void server.close());
    await once(server, 'listening');
    const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
    stack.defer(() => void far.destroy());
    far.on('error', () => {});
    const [near] = (await once(server, 'connection')) as [Socket];
    return { near, far };
  }

  it('has its last words, and does not wait for the other side to end', async () => {
    const { near, far } = await connected();
    hangUp(near, 'bye');
    const [words] = (await once(far, 'data')) as [Buffer];
    assert.equal(words.toString(), 'bye');
    await until('its end', () => near.destroyed);
  });

  it('is gone a moment later, though what was to be read before the last words never is', async () => {
    const { near, far } = await connected();
    far.pause();
    near.write(Buffer.alloc(32 * 1024 * 1024));
    hangUp(near, 'bye');
    assert.equal(near.destroyed, false);
    await until('its end', () => near.destroyed);
  });
});
