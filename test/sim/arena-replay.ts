/**
 * Plays a whole arena from a seed: AI players, and people whose inputs are drawn from the same seed. Answers the hash of
 * everything at the end. Run as a program it prints that hash: `node test/sim/arena-replay.ts SEED TICKS`.
 */
import { pathToFileURL } from 'node:url';
import { Crew } from '../../rooms/arena/crew.ts';
import { ALL_BUTTONS, FILL } from '../../rooms/arena/rules.ts';
import { act, advance, type Input, joinMatch, type Match, sanitizeInput } from '../../rooms/arena/simulation.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { hashOf, inputOf, testMatch } from '../support/arena-match.ts';

const PEOPLE = 4;
/** People come and go during the match, so that the crew changes too. */
const CHANGE_TICKS = 700;

export function replay(seed: number, ticks: number): string {
  const test = testMatch({ seed, roundSeconds: 60, resultSeconds: 4 });
  const crew = new Crew(test.match, FILL);
  const people = new Map<string, Input>();
  const random = createRandom(seed ^ 0x5eed);
  for (let tick = 0; tick < ticks; tick++) {
    if (tick % CHANGE_TICKS === 0) comeOrGo(test.match, crew, people, random);
    for (const [id, input] of people) {
      if (random.next() < 0.2) changeInput(input, random);
      act(test.match, id, test.state.players.get(id)!, input);
    }
    crew.play();
    advance(test.match);
  }
  return hashOf(test);
}

function comeOrGo(match: Match, crew: Crew, people: Map<string, Input>, random: Random): void {
  const id = `person${random.int(PEOPLE)}`;
  if (people.delete(id)) {
    match.world.players.delete(id);
    crew.balance(people.size);
    return;
  }
  people.set(id, inputOf());
  crew.balance(people.size);
  joinMatch(match, id, { name: id, ai: false });
}

function changeInput(input: Input, random: Random): void {
  input.moveX = random.int(255) - 127;
  input.moveY = random.int(255) - 127;
  input.aim = random.next() * Math.PI * 2;
  input.buttons = random.int(ALL_BUTTONS + 1);
  sanitizeInput(input);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [seed, ticks] = process.argv.slice(2).map(Number);
  process.stdout.write(replay(seed!, ticks!));
}
