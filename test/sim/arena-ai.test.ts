/** What eight AI players do with five minutes, from several seeds: they fight, move, collect, and can be beaten. */
import assert from 'node:assert/strict';
import { createMind, decide } from '../../rooms/arena/ai.ts';
import { Crew } from '../../rooms/arena/crew.ts';
import { Button, TICK_RATE } from '../../rooms/arena/rules.ts';
import {
  act,
  advance,
  canSee,
  type Fighter,
  type Input,
  joinMatch,
  type World,
  wrapAngle,
} from '../../rooms/arena/simulation.ts';
import { inputOf, place, type TestMatch, testMatch } from '../support/arena-match.ts';

const MINUTES = 5;
/** Who has not got farther than this from one place for three seconds is stuck. */
const ONE_PLACE = 60;
const STUCK_TICKS = 3 * TICK_RATE;

interface Watch {
  x: number;
  y: number;
  since: number;
  way: number;
  lastX: number;
  lastY: number;
}

function watch(watches: Map<string, Watch>, world: World, tick: number): number {
  let longest = 0;
  for (const [id, player] of world.players) {
    const seen = watches.get(id) ?? { x: 0, y: 0, since: tick, way: 0, lastX: player.x, lastY: player.y };
    watches.set(id, seen);
    const away = Math.hypot(player.x - seen.x, player.y - seen.y) > ONE_PLACE;
    if (away || !player.alive) Object.assign(seen, { x: player.x, y: player.y, since: tick });
    seen.way += Math.min(40, Math.hypot(player.x - seen.lastX, player.y - seen.lastY));
    Object.assign(seen, { lastX: player.x, lastY: player.y });
    longest = Math.max(longest, tick - seen.since);
  }
  return longest;
}

const count = ({ events }: TestMatch, type: string): number => events.filter((event) => event.type === type).length;

describe('arena: AI players among themselves', () => {
  for (const seed of [1, 2, 3]) {
    it(`five minutes from seed ${seed}: kills throughout, all move, nobody is stuck, pickups are taken`, () => {
      const test = testMatch({ seed, roundSeconds: MINUTES * 60 });
      const crew = new Crew(test.match, 8);
      crew.balance(0);
      const watches = new Map<string, Watch>();
      for (let minute = 1, tick = 0; minute <= MINUTES; minute++) {
        const before = count(test, 'kill');
        // The last tick of the round would take the scores away.
        for (const end = minute * 60 * TICK_RATE - 1; tick < end; tick++) {
          crew.play();
          advance(test.match);
          assert.ok(watch(watches, test.state, tick) <= STUCK_TICKS, 'somebody is stuck');
        }
        const kills = count(test, 'kill') - before;
        assert.ok(kills > 5 && kills < 100, `${kills} kills in minute ${minute}`);
      }
      for (const [id, { way }] of watches) assert.ok(way > 10_000 * MINUTES, `${id} went ${way} units only`);
      assert.ok(count(test, 'pickup') > 5 * MINUTES);
      const players = [...test.state.players.values()];
      assert.ok(
        players.every(({ kills, deaths }) => kills > 0 && deaths > 0),
        'everybody kills and dies',
      );
    });
  }
});

describe('arena: AI players and people', () => {
  it('a visitor who does nothing is found and killed', () => {
    const test = testMatch({ seed: 5 });
    const crew = new Crew(test.match, 8);
    crew.balance(1);
    const idler = joinMatch(test.match, 'idler', { name: 'idler', ai: false });
    play(test, crew, 'idler', 60 * TICK_RATE, () => inputOf());
    assert.ok(idler.deaths >= 2, `died ${idler.deaths} times in a minute`);
  });

  it('who plays decently wins: a steady aim with 200 ms of reaction', () => {
    let won = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const test = testMatch({ seed });
      const crew = new Crew(test.match, 8);
      crew.balance(1);
      joinMatch(test.match, 'person', { name: 'person', ai: false });
      const person = new DecentPerson();
      play(test, crew, 'person', 180 * TICK_RATE, (self, tick) => person.decide('person', self, test.state, tick));
      if (test.state.winner === 'person') won++;
    }
    assert.ok(won >= 4, `won ${won} of 5 rounds`);
  });

  it('an AI player does not shoot at whom it has not seen within the last moment', () => {
    const test = testMatch({ seed: 6 });
    const crew = new Crew(test.match, 1);
    crew.balance(0);
    const [, ai] = [...test.state.players][0]!;
    const hidden = place(test.match, 'hidden', 440, 420);
    let lastSeen = -1;
    let shots = 0;
    for (let tick = 0; tick < 1200; tick++) {
      if (canSee(ai.x, ai.y, hidden.x, hidden.y)) lastSeen = tick;
      crew.play();
      advance(test.match);
      hidden.health = 100;
      if (ai.shots !== shots) assert.ok(lastSeen >= 0 && tick - lastSeen <= 6, `shot blindly in tick ${tick}`);
      shots = ai.shots;
    }
    assert.ok(shots > 0, 'and does shoot when it sees');
  });
});

function play(
  test: TestMatch,
  crew: Crew,
  id: string,
  ticks: number,
  decide: (self: Fighter, tick: number) => Input,
): void {
  for (let tick = 0; tick < ticks; tick++) {
    const self = test.state.players.get(id)!;
    act(test.match, id, self, decide(self, tick));
    crew.play();
    advance(test.match);
  }
}

/** Goes about like the AI players, but aims like a person: where the enemy should be, judging by 200 ms ago. */
class DecentPerson {
  readonly #mind = createMind(1);
  readonly #trail: Sighting[] = [];
  #aim = 0;

  decide(id: string, self: Fighter, world: World, tick: number): Input {
    const enemy = nearestInSight(id, self, world);
    this.#trail.push(enemy);
    const seen = this.#trail.length > REACTION_TICKS ? this.#trail.shift()! : NOBODY;
    const knows = seen.id !== '' && seen.id === enemy.id;
    if (knows) this.#aim = wrapAngle(Math.atan2(ahead(seen.y, seen.vy) - self.y, ahead(seen.x, seen.vx) - self.x));
    const { moveX, moveY } = decide(this.#mind, id, self, world);
    return { moveX, moveY, aim: this.#aim, buttons: knows ? Button.fire | (tick % 40 < 2 ? Button.rocket : 0) : 0 };
  }
}

const REACTION_TICKS = 6;
const ahead = (at: number, speed: number): number => at + (speed * REACTION_TICKS) / TICK_RATE;

interface Sighting {
  id: string;
  x: number;
  y: number;
  vx: number;
  vy: number;
}
const NOBODY: Sighting = { id: '', x: 0, y: 0, vx: 0, vy: 0 };

function nearestInSight(id: string, self: Fighter, world: World): Sighting {
  let nearest = NOBODY;
  let shortest = 700;
  for (const [otherId, other] of world.players) {
    const distance = Math.hypot(other.x - self.x, other.y - self.y);
    if (otherId === id || !other.alive || distance >= shortest) continue;
    if (!canSee(self.x, self.y, other.x, other.y)) continue;
    shortest = distance;
    nearest = { id: otherId, x: other.x, y: other.y, vx: other.vx, vy: other.vy };
  }
  return nearest;
}
