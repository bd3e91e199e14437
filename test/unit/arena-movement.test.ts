/** The step that server and client share: how fast, how far, never into a wall, and what it may be fed. */
import assert from 'node:assert/strict';
import { HEIGHT, WALLS, WIDTH } from '../../rooms/arena/map.ts';
import {
  ALL_BUTTONS,
  BODY_RADIUS,
  Button,
  DASH_COOLDOWN_TICKS,
  DASH_SPEED,
  DASH_TICKS,
  GUN_COOLDOWN_TICKS,
  HASTE_FACTOR,
  MAX_SPEED,
  ROCKET_COOLDOWN_TICKS,
  TICK_SECONDS,
} from '../../rooms/arena/rules.ts';
import {
  type Body,
  Fired,
  type Input,
  PREDICTED_FIELDS,
  sanitizeInput,
  stepBody,
  wrapAngle,
} from '../../rooms/arena/simulation.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { inputOf } from '../support/arena-match.ts';

function bodyAt(x: number, y: number, more: Partial<Body> = {}): Body {
  return {
    x,
    y,
    vx: 0,
    vy: 0,
    aim: 0,
    dashTicks: 0,
    dashCooldown: 0,
    gunCooldown: 0,
    rocketCooldown: 0,
    hasteTicks: 0,
    alive: true,
    ...more,
  };
}

const speedOf = (body: Body): number => Math.hypot(body.vx, body.vy);

function steps(body: Body, input: Input, count: number): void {
  for (let i = 0; i < count; i++) stepBody(body, input, TICK_SECONDS);
}

/** How far a place is from the nearest wall or the edge; at least the radius for a body that is nowhere inside. */
function clearance(x: number, y: number): number {
  const toWalls = WALLS.map((wall) => {
    const dx = Math.max(wall.x - x, 0, x - (wall.x + wall.w));
    const dy = Math.max(wall.y - y, 0, y - (wall.y + wall.h));
    return Math.hypot(dx, dy);
  });
  return Math.min(x, y, WIDTH - x, HEIGHT - y, ...toWalls);
}

function freePlace(random: Random): { x: number; y: number } {
  for (;;) {
    const x = Math.fround(random.next() * WIDTH);
    const y = Math.fround(random.next() * HEIGHT);
    if (clearance(x, y) >= BODY_RADIUS) return { x, y };
  }
}

describe('arena: moving', () => {
  it('reaches full speed within a fifth of a second and never exceeds it', () => {
    for (const [moveX, moveY] of [
      [127, 0],
      [0, -127],
      [89, 89],
      [-60, 100],
    ] as const) {
      const body = bodyAt(800, 800);
      steps(body, inputOf({ moveX, moveY }), 6);
      const wanted = (MAX_SPEED * Math.hypot(moveX, moveY)) / 127;
      assert.ok(Math.abs(speedOf(body) - wanted) < 0.01, `${speedOf(body)} is not ${wanted}`);
      for (let i = 0; i < 60; i++) {
        stepBody(body, inputOf({ moveX, moveY }), TICK_SECONDS);
        assert.ok(speedOf(body) <= MAX_SPEED + 0.01);
      }
    }
  });

  it('is no faster on the diagonal, even with a stick out of its circle', () => {
    const body = bodyAt(800, 800);
    for (let i = 0; i < 12; i++) {
      stepBody(body, inputOf({ moveX: 127, moveY: 127 }), TICK_SECONDS);
      assert.ok(speedOf(body) <= MAX_SPEED + 0.01);
    }
  });

  it('goes half as fast with the stick half out', () => {
    const body = bodyAt(800, 800);
    steps(body, inputOf({ moveX: 64 }), 10);
    assert.ok(Math.abs(speedOf(body) - (MAX_SPEED * 64) / 127) < 0.01);
  });

  it('haste raises the limit, and its end lowers it again', () => {
    const body = bodyAt(400, 1330, { hasteTicks: 20 });
    steps(body, inputOf({ moveX: 127 }), 15);
    assert.ok(Math.abs(speedOf(body) - MAX_SPEED * HASTE_FACTOR) < 0.01);
    steps(body, inputOf({ moveX: 127 }), 15);
    assert.ok(Math.abs(speedOf(body) - MAX_SPEED) < 0.01);
  });

  it('friction brings a body without stick to a full stop, soon', () => {
    const body = bodyAt(800, 800, { vx: MAX_SPEED });
    let last = speedOf(body);
    let count = 0;
    for (; speedOf(body) > 0; count++) {
      stepBody(body, inputOf(), TICK_SECONDS);
      assert.ok(speedOf(body) < last, 'it slows down in every step');
      last = speedOf(body);
      assert.ok(count < 30, 'it stops within a second');
    }
    const { x } = body;
    steps(body, inputOf(), 10);
    assert.equal(body.x, x, 'and stays where it stopped');
  });

  it('a dead body neither moves nor fires, and its timers stand', () => {
    const body = bodyAt(800, 800, { alive: false, gunCooldown: 3 });
    const before = { ...body };
    assert.equal(stepBody(body, inputOf({ moveX: 127, buttons: ALL_BUTTONS }), TICK_SECONDS), 0);
    assert.deepEqual(body, before);
  });

  it('reads and writes nothing but the fields that a client predicts', () => {
    const touched = new Set<PropertyKey>();
    const watched = new Proxy(bodyAt(500, 245, { vx: 100, dashTicks: 1, hasteTicks: 5 }), {
      get: (target, key) => {
        touched.add(key);
        return Reflect.get(target, key);
      },
      set: (target, key, value) => {
        touched.add(key);
        return Reflect.set(target, key, value);
      },
    });
    steps(watched, inputOf({ moveX: 127, buttons: ALL_BUTTONS }), 60);
    steps(watched, inputOf(), 60);
    assert.deepEqual(new Set(touched), new Set(PREDICTED_FIELDS));
  });

  it('leaves only numbers that float32 holds exactly', () => {
    const random = createRandom(7);
    const body = bodyAt(800, 800);
    for (let i = 0; i < 3000; i++) {
      stepBody(body, randomInput(random), TICK_SECONDS);
      for (const field of ['x', 'y', 'vx', 'vy'] as const) assert.equal(body[field], Math.fround(body[field]));
    }
  });
});

describe('arena: dashing', () => {
  it('goes where the stick points, else where the body aims, and then its direction is fixed', () => {
    const withStick = bodyAt(800, 800);
    stepBody(withStick, inputOf({ moveY: -127, buttons: Button.dash }), TICK_SECONDS);
    assert.ok(Math.abs(withStick.vy + DASH_SPEED) < 0.01 && Math.abs(withStick.vx) < 0.01);

    const byAim = bodyAt(800, 800);
    stepBody(byAim, inputOf({ aim: Math.PI, buttons: Button.dash }), TICK_SECONDS);
    assert.ok(Math.abs(byAim.vx + DASH_SPEED) < 0.01);
    for (let i = 1; i < DASH_TICKS; i++) {
      stepBody(byAim, inputOf({ moveX: 127 }), TICK_SECONDS);
      assert.ok(Math.abs(byAim.vx + DASH_SPEED) < 0.01, `step ${i} still dashes`);
    }
    stepBody(byAim, inputOf({ moveX: 127 }), TICK_SECONDS);
    assert.ok(byAim.vx > -DASH_SPEED, 'then the stick has the body again');
  });

  it('may be repeated only after its cooldown, however long the button is held', () => {
    const body = bodyAt(800, 800);
    const at: number[] = [];
    for (let i = 0; i <= 2 * DASH_COOLDOWN_TICKS; i++) {
      if (stepBody(body, inputOf({ buttons: Button.dash }), TICK_SECONDS) & Fired.dash) at.push(i);
    }
    assert.deepEqual(at, [0, DASH_COOLDOWN_TICKS, 2 * DASH_COOLDOWN_TICKS]);
  });

  it('gun and rocket fire at their own pace, told by the mask', () => {
    const body = bodyAt(800, 800);
    const guns: number[] = [];
    const rockets: number[] = [];
    for (let i = 0; i < 60; i++) {
      const fired = stepBody(body, inputOf({ buttons: Button.fire | Button.rocket }), TICK_SECONDS);
      if (fired & Fired.gun) guns.push(i);
      if (fired & Fired.rocket) rockets.push(i);
    }
    assert.deepEqual(
      guns,
      Array.from({ length: Math.ceil(60 / GUN_COOLDOWN_TICKS) }, (_, i) => i * GUN_COOLDOWN_TICKS),
    );
    assert.deepEqual(rockets, [0, ROCKET_COOLDOWN_TICKS]);
  });
});

describe('arena: walls', () => {
  it('no body is ever in a wall: 500 random starts, random inputs and pushes, for two seconds each', () => {
    const random = createRandom(2024);
    for (let start = 0; start < 500; start++) {
      const place = freePlace(random);
      const body = bodyAt(place.x, place.y, randomVelocity(random));
      for (let i = 0; i < 60; i++) {
        stepBody(body, randomInput(random), TICK_SECONDS);
        assert.ok(
          clearance(body.x, body.y) >= BODY_RADIUS,
          `start ${start}, step ${i}: in a wall at ${body.x}, ${body.y}`,
        );
      }
    }
  });

  it('nor after dashing from close to every wall, at every angle', () => {
    for (const wall of WALLS) {
      for (let degree = 0; degree < 360; degree += 5) {
        const angle = (degree * Math.PI) / 180;
        const x = wall.x + wall.w / 2 + Math.cos(angle) * (wall.w / 2 + BODY_RADIUS + 12);
        const y = wall.y + wall.h / 2 + Math.sin(angle) * (wall.h / 2 + BODY_RADIUS + 12);
        if (clearance(x, y) < BODY_RADIUS) continue;
        for (let aim = 0; aim < Math.PI * 2; aim += Math.PI / 18) {
          const body = bodyAt(x, y);
          stepBody(body, inputOf({ aim, buttons: Button.dash }), TICK_SECONDS);
          for (let i = 0; i < DASH_TICKS + 3; i++) {
            assert.ok(clearance(body.x, body.y) >= BODY_RADIUS, `from ${x}, ${y} at ${aim}: ${body.x}, ${body.y}`);
            stepBody(body, inputOf({ aim }), TICK_SECONDS);
          }
        }
      }
    }
  });

  it('a dash does not come out on the other side', () => {
    const wall = WALLS[2]!;
    const body = bodyAt(wall.x - BODY_RADIUS - 1, wall.y + wall.h / 2);
    stepBody(body, inputOf({ moveX: 127, buttons: Button.dash }), TICK_SECONDS);
    steps(body, inputOf({ moveX: 127 }), 30);
    assert.ok(body.x < wall.x);
  });

  it('a body slides along a wall it runs into at an angle, keeping its speed along it', () => {
    const wall = WALLS[0]!;
    const body = bodyAt(wall.x + 60, wall.y - BODY_RADIUS - 2);
    steps(body, inputOf({ moveX: 89, moveY: 89 }), 15);
    assert.ok(Math.abs(body.y - (wall.y - BODY_RADIUS)) < 0.1, 'it stays at the wall');
    assert.ok(body.vx > 200 && Math.abs(body.vy) < 1, `it moves along it: ${body.vx}, ${body.vy}`);
  });

  it('and stops at the edge of the arena', () => {
    const body = bodyAt(60, 60);
    steps(body, inputOf({ moveX: -89, moveY: -89 }), 60);
    assert.deepEqual([body.x, body.y], [BODY_RADIUS, BODY_RADIUS]);
    assert.deepEqual([body.vx, body.vy].map(Math.abs), [0, 0]);
  });
});

describe('arena: inputs made harmless', () => {
  const sanitized = (input: Partial<Input>): Input => {
    const whole = inputOf(input);
    sanitizeInput(whole);
    return whole;
  };

  it('leaves a good input as it is', () => {
    const good = inputOf({ moveX: -90, moveY: 89, aim: 3, buttons: Button.fire | Button.dash });
    assert.deepEqual(sanitized(good), good);
  });

  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`turns ${wrong} into nothing, wherever it stands`, () => {
      assert.deepEqual(sanitized({ moveX: wrong, moveY: wrong, aim: wrong, buttons: wrong }), inputOf());
    });
  }

  it('brings movement into range, and its length to full stick', () => {
    assert.deepEqual(sanitized({ moveX: 1e9 }), inputOf({ moveX: 127 }));
    assert.deepEqual(sanitized({ moveY: -128 }), inputOf({ moveY: -127 }));
    const { moveX, moveY } = sanitized({ moveX: 127, moveY: -127 });
    assert.deepEqual([moveX, moveY], [89, -89]);
    assert.ok(Number.isInteger(sanitized({ moveX: 12.7 }).moveX));
  });

  it('wraps the aim into one turn', () => {
    for (const [aim, expected] of [
      [-Math.PI / 2, 1.5 * Math.PI],
      [5 * Math.PI, Math.PI],
      [Math.PI * 2, 0],
      [-1e-20, 0],
    ] as const) {
      assert.ok(Math.abs(wrapAngle(aim) - expected) < 1e-9, `${aim} became ${wrapAngle(aim)}`);
      assert.ok(wrapAngle(aim) >= 0 && wrapAngle(aim) < Math.PI * 2);
    }
  });

  it('takes away buttons that do not exist', () => {
    assert.equal(sanitized({ buttons: 255 }).buttons, ALL_BUTTONS);
    assert.equal(sanitized({ buttons: 8 }).buttons, 0);
  });

  it('and twice does no more than once, for any input', () => {
    const random = createRandom(11);
    for (let i = 0; i < 2000; i++) {
      const wild = () => (random.next() - 0.5) * 10 ** random.int(6);
      const once = sanitized({ moveX: wild(), moveY: wild(), aim: wild(), buttons: wild() });
      assert.deepEqual(sanitized(once), once);
      assert.ok(Math.hypot(once.moveX, once.moveY) <= 127);
    }
  });
});

function randomInput(random: Random): Input {
  const input = inputOf({
    moveX: random.int(256) - 128,
    moveY: random.int(256) - 128,
    aim: random.next() * Math.PI * 2,
    buttons: random.int(8),
  });
  sanitizeInput(input);
  return input;
}

function randomVelocity(random: Random): { vx: number; vy: number } {
  const angle = random.next() * Math.PI * 2;
  const speed = random.next() * DASH_SPEED;
  return { vx: Math.fround(Math.cos(angle) * speed), vy: Math.fround(Math.sin(angle) * speed) };
}
