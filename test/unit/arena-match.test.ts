/** Lives, pickups, rounds, and the AI players that fill a room. */
import assert from 'node:assert/strict';
import { Crew } from '../../rooms/arena/crew.ts';
import { SPAWNS } from '../../rooms/arena/map.ts';
import {
  Button,
  HASTE_TICKS,
  HEALTH_PICKUP,
  MAX_HEALTH,
  PICKUP_RESPAWN_TICKS,
  RESPAWN_TICKS,
  SHIELD_TICKS,
  TICK_RATE,
} from '../../rooms/arena/rules.ts';
import { act, advance, type Fighter, joinMatch, type Match } from '../../rooms/arena/simulation.ts';
import { inputOf, place, testMatch } from '../support/arena-match.ts';

const SHOOT = inputOf({ buttons: Button.fire });

function run(match: Match, ticks: number): void {
  for (let i = 0; i < ticks; i++) advance(match);
}

const spawnOf = (player: Fighter) => SPAWNS.find(({ x, y }) => x === player.x && y === player.y);

function nearestEnemy(match: Match, x: number, y: number, self: Fighter): number {
  const others = [...match.world.players.values()].filter((other) => other !== self && other.alive);
  return Math.min(...others.map((other) => Math.hypot(other.x - x, other.y - y)));
}

function killed(match: Match, victim: Fighter): void {
  const [x, y] = [victim.x, victim.y];
  const shooter = place(match, 'killer', 600, 480);
  Object.assign(victim, { x: 900, y: 480, health: 1, shieldTicks: 0 });
  act(match, 'killer', shooter, SHOOT);
  assert.equal(victim.alive, false);
  Object.assign(victim, { x, y });
}

describe('arena: lives', () => {
  it('a player comes in alive, whole, shielded, at a spawn, in a color of its own', () => {
    const { match, state } = testMatch();
    for (let i = 0; i < 16; i++) joinMatch(match, `p${i}`, { name: `P${i}`, ai: false });
    const players = [...state.players.values()];
    assert.equal(new Set(players.map((player) => player.color)).size, 16);
    assert.equal(new Set(players.map((player) => spawnOf(player))).size, 16, 'nobody stands on somebody else');
    for (const player of players) {
      assert.deepEqual([player.alive, player.health, player.shieldTicks], [true, MAX_HEALTH, SHIELD_TICKS]);
    }
  });

  it('a color that somebody left behind is given to the next', () => {
    const { match, state } = testMatch();
    for (const id of ['a', 'b', 'c']) joinMatch(match, id, { name: id, ai: false });
    state.players.delete('b');
    assert.equal(joinMatch(match, 'd', { name: 'd', ai: false }).color, 1);
  });

  it('is back after two seconds, whole and shielded, as far from every enemy as the spawns allow', () => {
    const { match } = testMatch();
    const victim = joinMatch(match, 'victim', { name: 'v', ai: false });
    for (const [id, x, y] of [
      ['e1', 150, 150],
      ['e2', 1700, 1200],
      ['e3', 300, 1200],
    ] as const)
      place(match, id, x, y);
    killed(match, victim);
    run(match, RESPAWN_TICKS - 1);
    assert.equal(victim.alive, false);
    run(match, 1);
    assert.deepEqual([victim.alive, victim.health, victim.respawnTicks], [true, MAX_HEALTH, 0]);
    assert.equal(victim.shieldTicks, SHIELD_TICKS);
    const best = Math.max(...SPAWNS.map(({ x, y }) => nearestEnemy(match, x, y, victim)));
    assert.equal(nearestEnemy(match, victim.x, victim.y, victim), best);
  });

  it('a tie between spawns is decided by the seed', () => {
    const spawns = (seed: number) => spawnOf(joinMatch(testMatch({ seed }).match, 'a', { name: 'a', ai: false }));
    assert.equal(spawns(3), spawns(3));
    assert.ok(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(spawns)).size > 2);
  });

  it('the shield wears off', () => {
    const { match } = testMatch();
    const player = joinMatch(match, 'a', { name: 'a', ai: false });
    run(match, SHIELD_TICKS);
    assert.equal(player.shieldTicks, 0);
  });

  it('who is away stays dead until back', () => {
    const { match } = testMatch();
    const victim = joinMatch(match, 'victim', { name: 'v', ai: false });
    killed(match, victim);
    victim.connected = false;
    run(match, 3 * RESPAWN_TICKS);
    assert.equal(victim.alive, false);
    victim.connected = true;
    run(match, 1);
    assert.equal(victim.alive, true);
  });
});

describe('arena: pickups', () => {
  const lay = () => {
    const test = testMatch();
    const entries = [...test.state.pickups.entries()];
    const [health, haste] = ['health', 'haste'].map((kind) => entries.find(([, item]) => item.kind === kind)!);
    return { ...test, health: health!, haste: haste! };
  };

  it('health heals, not beyond full, and only who needs it takes it', () => {
    const { match, health, events } = lay();
    const [id, item] = health;
    const player = place(match, 'a', item.x, item.y);
    run(match, 3);
    assert.equal(item.active, true, 'in full health it stays');
    player.health = 30;
    run(match, 1);
    assert.deepEqual([player.health, item.active], [30 + HEALTH_PICKUP, false]);
    assert.deepEqual(events, [{ type: 'pickup', by: 'a', id, kind: 'health' }]);
  });

  it('heals to no more than full', () => {
    const { match, health } = lay();
    const player = place(match, 'a', health[1].x, health[1].y);
    player.health = MAX_HEALTH - 1;
    run(match, 1);
    assert.equal(player.health, MAX_HEALTH);
  });

  it('haste is taken by anybody, and is back after its time', () => {
    const { match, haste } = lay();
    const [, item] = haste;
    const player = place(match, 'a', item.x, item.y);
    run(match, 1);
    assert.deepEqual([player.hasteTicks, item.active], [HASTE_TICKS, false]);
    player.x += 300;
    run(match, PICKUP_RESPAWN_TICKS - 1);
    assert.equal(item.active, false);
    run(match, 1);
    assert.equal(item.active, true);
  });

  it('the dead take nothing', () => {
    const { match, haste } = lay();
    const player = place(match, 'a', haste[1].x, haste[1].y);
    Object.assign(player, { alive: false, respawnTicks: 60 });
    run(match, 1);
    assert.equal(haste[1].active, true);
  });
});

describe('arena: rounds', () => {
  const shortRound = () => testMatch({ roundSeconds: 2, resultSeconds: 1 });

  it('count down in whole seconds, rounded up, then show the result, then start the next', () => {
    const { match, state } = shortRound();
    const seen: [string, number, number][] = [[state.phase, state.round, state.secondsLeft]];
    for (let i = 0; i < 3 * TICK_RATE; i++) {
      advance(match);
      const now: [string, number, number] = [state.phase, state.round, state.secondsLeft];
      if (String(now) !== String(seen.at(-1))) seen.push(now);
    }
    assert.deepEqual(seen, [
      ['play', 1, 2],
      ['play', 1, 1],
      ['result', 1, 1],
      ['play', 2, 2],
    ]);
  });

  it('name the winner, and nobody on a draw or without points', () => {
    const winnerFor = (...scores: number[]): string => {
      const { match, state } = shortRound();
      for (const [i, score] of scores.entries()) place(match, `p${i}`, 100 + 200 * i, 1330).score = score;
      run(match, 2 * TICK_RATE);
      assert.equal(state.phase, 'result');
      return state.winner;
    };
    assert.equal(winnerFor(100, 300, 200), 'p1');
    assert.equal(winnerFor(300, 300, 200), '');
    assert.equal(winnerFor(100, 300, 300, 400), 'p3');
    assert.equal(winnerFor(0, -50), '');
    assert.equal(winnerFor(), '');
  });

  it('in the result nobody is hurt, nothing is picked up, and the scores stand', () => {
    const { match, state } = shortRound();
    const shooter = place(match, 'a', 600, 480);
    const victim = place(match, 'b', 900, 480);
    const collector = place(match, 'c', 1000, 500);
    collector.alive = false;
    victim.health = 5;
    shooter.score = 200;
    run(match, 2 * TICK_RATE - 1);
    Object.assign(collector, { alive: true, x: 1000, y: 900 });
    state.pickups.get('p1')!.active = false;
    match.pickupTicks.set('p1', 3);
    run(match, 5);
    assert.equal(state.phase, 'result');
    act(match, 'a', shooter, inputOf({ buttons: Button.fire | Button.rocket }));
    run(match, 20);
    assert.equal(shooter.shots, 1, 'one may still shoot for joy');
    assert.deepEqual([victim.health, shooter.score, state.winner], [5, 200, 'a']);
    assert.equal(state.pickups.get('p1')!.active, true);
    assert.equal(collector.hasteTicks, 0);
  });

  it('the next round starts from zero', () => {
    const { match, state } = shortRound();
    const winner = place(match, 'a', 600, 480);
    const away = place(match, 'b', 900, 480);
    Object.assign(winner, { score: 300, kills: 3, deaths: 2, health: 10, hasteTicks: 100 });
    Object.assign(away, { connected: false, score: 100 });
    run(match, 3 * TICK_RATE - 1);
    act(match, 'a', winner, inputOf({ buttons: Button.rocket }));
    state.pickups.get('p0')!.active = false;
    run(match, 1);
    assert.deepEqual([state.phase, state.round, state.winner], ['play', 2, '']);
    assert.deepEqual([winner.score, winner.kills, winner.deaths, winner.health, winner.hasteTicks], [0, 0, 0, 100, 0]);
    assert.equal(winner.rocketCooldown, 0);
    assert.ok(spawnOf(winner));
    assert.deepEqual([away.score, away.alive], [0, false], 'who is away waits off the field');
    assert.equal(state.rockets.size, 0);
    assert.equal(match.rocketTicks.size, 0);
    assert.ok([...state.pickups.values()].every((item) => item.active));
  });
});

describe('arena: the crew of AI players', () => {
  const names = (match: Match) => [...match.world.players.values()].map((player) => player.name);

  it('fills the room, makes room for people, and comes back as they go', () => {
    const { match, state } = testMatch();
    const crew = new Crew(match, 8);
    crew.balance(0);
    assert.equal(state.players.size, 8);
    assert.equal(new Set(names(match)).size, 8, 'each has a name of its own');
    crew.balance(1);
    assert.equal(state.players.size, 7);
    crew.balance(12);
    assert.equal(state.players.size, 0);
    crew.balance(3);
    assert.equal(state.players.size, 5);
    assert.ok([...state.players].every(([id, player]) => player.ai && id.startsWith('ai:')));
  });

  it('the weakest leaves first', () => {
    const { match, state } = testMatch();
    const crew = new Crew(match, 3);
    crew.balance(0);
    const [first, second, third] = [...state.players.keys()];
    for (const [id, score] of [
      [first, 200],
      [second, -50],
      [third, 100],
    ] as const)
      state.players.get(id!)!.score = score;
    crew.balance(1);
    assert.deepEqual([...state.players.keys()], [first, third]);
  });

  it('a room for sixteen has sixteen names', () => {
    const { match } = testMatch();
    new Crew(match, 16).balance(0);
    assert.equal(new Set(names(match)).size, 16);
  });
});
