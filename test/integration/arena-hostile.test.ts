/** What a client may send to the arena and gain nothing: too many inputs, inputs out of range, frames of nonsense. */
import assert from 'node:assert/strict';
import { Button, DASH_SPEED, GUN_COOLDOWN_TICKS, MAX_SPEED, TICK_RATE } from '../../rooms/arena/rules.ts';
import { createRandom } from '../../src/kernel/random.ts';
import type { ArenaPlayer } from '../support/arena-player.ts';
import { arenaServer, standStill } from '../support/arena-server.ts';
import { until } from '../support/until.ts';

const OPEN_Y = 1330;
/** What inputs owed from before may add, and the machine's unevenness. */
const GRACE_SECONDS = 0.3;

describe('hostile clients in the arena', () => {
  // What the game itself does about them: frames are let through that the server's own limit would drop.
  const arena = arenaServer({ HYPOGEUM_MAX_INPUTS_PER_TICK: '100' });

  it('ten times the inputs move nobody further, and fire no more shots', async () => {
    const player = await arena.join('duel');
    await arena.put(player, 300, OPEN_Y);
    const body = arena.bodyOf(player);
    const start = performance.now();
    let sent = 0;
    await until('six hundred inputs to be sent', () => {
      const due = player.frame((input) => Object.assign(input, { moveX: 127, moveY: 0, aim: 0, buttons: Button.fire }));
      for (let i = 0; i < 9 * due; i++) player.input.send();
      sent += 10 * due;
      return sent >= 600;
    });
    const seconds = (performance.now() - start) / 1000;
    const way = body.x - 300;
    assert.ok(way <= MAX_SPEED * (seconds + GRACE_SECONDS), `${way} units in ${seconds} s`);
    assert.ok(way > 0.5 * MAX_SPEED * seconds, 'and it does move');
    assert.ok(body.shots <= ((seconds + GRACE_SECONDS) * TICK_RATE) / GUN_COOLDOWN_TICKS + 1, `${body.shots} shots`);
  });

  it('inputs out of any range move a body like a full stick, and press no button that is not there', async () => {
    const player = await arena.join('duel');
    await arena.put(player, 800, OPEN_Y);
    const body = arena.bodyOf(player);
    let fastest = 0;
    for (const wild of [
      { moveX: 127, moveY: -128, aim: 1e9, buttons: 0xf8 },
      { moveX: -128, moveY: -128, aim: Number.NaN, buttons: 0xf8 },
    ]) {
      let sent = 0;
      await until('the wild inputs to be used', () => {
        const due = player.predict.tick(performance.now());
        Object.assign(player.input.data, wild);
        for (let i = 0; i < due; i++, sent++) player.input.send();
        fastest = Math.max(fastest, Math.hypot(body.vx, body.vy));
        return sent > 20 && player.input.pendingCount < 3;
      });
    }
    assert.ok(fastest > 0.9 * MAX_SPEED && fastest <= MAX_SPEED + 0.01, `${fastest}`);
    assert.equal(body.shots, 0);
    assert.ok(Number.isFinite(body.aim) && Number.isFinite(body.x) && Number.isFinite(body.y));
  });

  it('frames of nonsense cost their sender at most, never the other player or the room', async () => {
    const random = createRandom(99);
    const nonsense = (): number[] => [
      19 + random.int(2),
      ...Array.from({ length: random.int(12) }, () => random.int(256)),
    ];
    const witness = await arena.join('duel');
    const before = arena.bodyOf(witness).toJSON();
    for (const frame of [
      [20, 1, 255],
      [148, 206, 0, 0, 0, 255, 0, 0, 0, 0, 1],
      [19],
      [147],
      [19, 255, 1, 128, 127, 255, 2, 3],
      [19, 128, 127, 129, 127, 130, 255, 255, 131, 255],
      [147, 203, 0, 0, 0, 0, 0, 0, 240, 127, 128, 127],
      ...Array.from({ length: 80 }, nonsense),
    ]) {
      await survive(Uint8Array.from(frame), witness);
    }
    const after = arena.bodyOf(witness).toJSON();
    assert.deepEqual({ ...after, shieldTicks: 0 }, { ...before, shieldTicks: 0 });
  });

  let attacker: ArenaPlayer | undefined;

  /** Sends one frame from a player that joins again whenever it was thrown out, and sees a tick go by after it. */
  async function survive(frame: Uint8Array, witness: ArenaPlayer): Promise<void> {
    if (!attacker?.room.connection.isOpen) {
      attacker = await arena.join('duel');
      attacker.room.reconnection.enabled = false;
    }
    assert.equal(attacker.room.roomId, witness.room.roomId);
    const body = arena.bodyOf(attacker);
    const used = witness.input.lastProcessed;
    attacker.room.connection.send(frame);
    await until('the room to go on', () => {
      witness.frame(standStill);
      return witness.input.lastProcessed > used;
    });
    assert.ok(Number.isFinite(body.x) && Number.isFinite(body.y) && Number.isFinite(body.aim), String(frame));
    assert.ok(Math.hypot(body.vx, body.vy) <= DASH_SPEED + 0.01);
  }
});
