import assert from 'node:assert/strict';
import { ArenaBrain } from '../../loadtest/bots/arena-brain.ts';
import { clearHeading } from '../../loadtest/bots/steering.ts';
import { HEIGHT, WALLS, WIDTH } from '../../rooms/arena/map.ts';
import { BODY_RADIUS, Button, TICK_SECONDS } from '../../rooms/arena/rules.ts';
import { type Input, sanitizeInput, stepBody } from '../../rooms/arena/simulation.ts';
import { ArenaState, Player } from '../../rooms/arena/state.ts';
import { createRandom } from '../../src/kernel/random.ts';

const STEP_MS = TICK_SECONDS * 1000;
const CENTRE = { x: 1000, y: 700 };
const EAST_OF_THE_CENTRE = { x: 1300, y: 700 };

function addPlayer(world: ArenaState, id: string, place: { x: number; y: number }): Player {
  const player = new Player();
  player.x = place.x;
  player.y = place.y;
  world.players.set(id, player);
  return player;
}

function idleInput(): Input {
  return { moveX: 0, moveY: 0, aim: 0, buttons: 0 };
}

/** Lets one bot play in a world where nobody else moves; its inputs, in order. */
function playAlone(world: ArenaState, seed: number, steps: number): Input[] {
  const brain = new ArenaBrain('me', createRandom(seed));
  const me = world.players.get('me')!;
  const inputs: Input[] = [];
  for (let step = 0; step < steps; step++) {
    const input = idleInput();
    brain.decide(world, step * STEP_MS, input);
    sanitizeInput(input);
    stepBody(me, input, TICK_SECONDS);
    inputs.push(input);
  }
  return inputs;
}

function worldWith(other?: { x: number; y: number }): ArenaState {
  const world = new ArenaState();
  addPlayer(world, 'me', CENTRE);
  if (other !== undefined) addPlayer(world, 'other', other);
  return world;
}

describe('load test: arena bots', () => {
  it('decide the same for the same seed, and differently for another', () => {
    const inputs = (seed: number) => playAlone(worldWith(EAST_OF_THE_CENTRE), seed, 300);
    assert.deepEqual(inputs(1), inputs(1));
    assert.notDeepEqual(inputs(1), inputs(2));
  });

  it('aim at whom they see, and shoot', () => {
    const world = worldWith(EAST_OF_THE_CENTRE);
    const brain = new ArenaBrain('me', createRandom(1));
    const input = idleInput();
    let shots = 0;
    for (let now = 0; now < 3000; now += STEP_MS) {
      brain.decide(world, now, input);
      if ((input.buttons & Button.fire) === 0) continue;
      shots++;
      assert.ok(Math.abs(Math.sin(input.aim)) < 0.2 && Math.cos(input.aim) > 0.9, `aims at ${input.aim}`);
    }
    assert.ok(shots > 30, `${shots} shots in three seconds`);
  });

  it('do not shoot through walls, nor at the dead', () => {
    const wall = WALLS[0]!;
    const above = { x: wall.x + wall.w / 2, y: wall.y - 60 };
    const hidden = new ArenaState();
    addPlayer(hidden, 'me', above);
    addPlayer(hidden, 'other', { x: above.x, y: wall.y + wall.h + 60 });
    const dead = worldWith(EAST_OF_THE_CENTRE);
    dead.players.get('other')!.alive = false;
    for (const world of [hidden, dead]) {
      const brain = new ArenaBrain('me', createRandom(1));
      const input = idleInput();
      for (let now = 0; now < 2000; now += STEP_MS) {
        brain.decide(world, now, input);
        assert.equal(input.buttons & (Button.fire | Button.rocket), 0);
      }
    }
  });

  it('rest while dead, between rounds, and before the first state', () => {
    const dead = worldWith(EAST_OF_THE_CENTRE);
    dead.players.get('me')!.alive = false;
    const between = worldWith(EAST_OF_THE_CENTRE);
    between.phase = 'result';
    for (const world of [dead, between, new ArenaState()]) {
      const input = { moveX: 5, moveY: 5, aim: 1, buttons: Button.fire };
      new ArenaBrain('me', createRandom(1)).decide(world, 0, input);
      assert.deepEqual(input, { moveX: 0, moveY: 0, aim: 1, buttons: 0 });
    }
  });

  it('get about: alone for a minute, they see most of the arena and are hardly ever stuck', () => {
    const world = worldWith();
    const me = world.players.get('me')!;
    const brain = new ArenaBrain('me', createRandom(3));
    const visited = new Set<string>();
    let still = 0;
    for (let step = 0; step < 60 * 30; step++) {
      const input = idleInput();
      const before = { x: me.x, y: me.y };
      brain.decide(world, step * STEP_MS, input);
      sanitizeInput(input);
      stepBody(me, input, TICK_SECONDS);
      if (Math.hypot(me.x - before.x, me.y - before.y) < 1) still++;
      visited.add(`${Math.floor((me.x / WIDTH) * 4)},${Math.floor((me.y / HEIGHT) * 3)}`);
    }
    assert.ok(visited.size >= 6, `saw ${visited.size} of 12 parts`);
    assert.ok(still < 180, `stood still in ${still} of 1800 steps`);
  });

  it('send only what the server would not have to correct', () => {
    for (const input of playAlone(worldWith(EAST_OF_THE_CENTRE), 5, 600)) {
      const sanitized = { ...input };
      sanitizeInput(sanitized);
      assert.deepEqual(sanitized, input);
    }
  });

  it('turn away from a wall ahead, as little as needed', () => {
    const wall = WALLS[0]!;
    const before = { x: wall.x - BODY_RADIUS - 10, y: wall.y + wall.h / 2 };
    assert.notEqual(clearHeading(before.x, before.y, 0), 0);
    assert.equal(clearHeading(before.x, before.y, Math.PI), Math.PI);
  });
});
