import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { Room } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { INTERNAL_METHODS, internalsOf } from '../../src/isolation/colyseus-internals.ts';

/** The lock file's word, since not every package shows its package.json. */
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, { version: string }>;
};
const version = (name: string): string | undefined => lock.packages[`node_modules/${name}`]?.version;

describe("the inside of Colyseus's Room that we touch", () => {
  class Plain extends Room {}

  it('is of the version it was read in; after an update read src/isolation and src/roomkit/game-room.ts again', () => {
    assert.equal(version('@colyseus/core'), '0.18.17');
    assert.equal(version('@colyseus/ws-transport'), '0.18.4');
  });

  it('has every method by its name', () => {
    for (const name of INTERNAL_METHODS)
      assert.equal(typeof internalsOf(Room.prototype as Room)[name], 'function', name);
  });

  it('has its emitter, and keeps its timer where the driver puts its own mark', async () => {
    const room = new Plain();
    internalsOf(room).__init();
    assert.ok(internalsOf(room)._events instanceof EventEmitter);
    assert.equal(internalsOf(room)._simulationInterval, undefined);
    room.setFixedTimestep(() => {}, 30);
    assert.equal(typeof (internalsOf(room)._simulationInterval as NodeJS.Timeout).ref, 'function');
    internalsOf(room)._events.emit('dispose');
    await Promise.resolve();
    assert.equal(internalsOf(room)._simulationInterval, undefined);
  });

  it('starts no timer for a patch rate of null when a simulation runs, so that the driver is the only one', () => {
    const room = new Plain();
    room.patchRate = null;
    internalsOf(room)._simulationInterval = {};
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    internalsOf(room).__init();
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    assert.equal(after - before, 1, 'only the one that ends a room nobody joins');
    internalsOf(room)._events.emit('dispose');
  });

  it('has the transport whose sockets we guard and cut', () => {
    const transport = new WebSocketTransport({ noServer: true });
    assert.ok('wss' in transport && typeof transport.shutdown === 'function');
  });
});
