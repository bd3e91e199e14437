/**
 * The bots of `chaos -- abuse`: ordinary clients of the arena that run, aim and shoot thirty times a second, acknowledge,
 * answer pings, and time their patches. They decode nothing, so that one process plays a hundred without being late itself.
 */
import { InputEncoder } from '@colyseus/schema/input';
import { Protocol } from '@colyseus/sdk';
import { Button } from '../../rooms/arena/rules.ts';
import { ArenaInput } from '../../rooms/arena/state.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { DurationHistogram } from '../histograms.ts';
import { botAddress } from './abuse-addresses.ts';
import { AbusePlayer } from './abuse-player.ts';
import { rawFrame } from './abuse-wire.ts';

/** A window that closes counts a patch that is overdue by so much as late as it is. */
const OVERDUE_MS = 250;
/** About four decisions a second. */
const CHANGE_OF_MIND = 1 / 8;
const DIRECTIONS = 16;
const BUTTONS = [0, Button.fire, Button.fire, Button.fire | Button.rocket, Button.dash];
const FULL_STICK = 127;

/** Made by the SDK's own encoder, each with all of its fields. */
const INPUTS: readonly Buffer[] = Array.from({ length: DIRECTIONS }, (_, direction) => direction).flatMap((direction) =>
  BUTTONS.map((buttons) => inputFrame((direction / DIRECTIONS) * Math.PI * 2, buttons)),
);

export interface Patched {
  /** A patch arrived; `now`: monotonic milliseconds. */
  patched(player: AbusePlayer, now: number): void;
}

/** Patch intervals of all bots, while a window is open. */
export class PatchWatch implements Patched {
  #intervals: DurationHistogram | undefined;
  readonly #patchedAt = new Map<AbusePlayer, number>();

  begin(players: readonly AbusePlayer[], now: number): void {
    this.#intervals = new DurationHistogram();
    for (const player of players) this.#patchedAt.set(player, now);
  }

  patched(player: AbusePlayer, now: number): void {
    const before = this.#patchedAt.get(player);
    if (before !== undefined) this.#intervals?.record(now - before);
    this.#patchedAt.set(player, now);
  }

  /** HDR histogram as text. */
  end(players: readonly AbusePlayer[], now: number): string {
    const intervals = this.#intervals ?? new DurationHistogram();
    for (const player of players) {
      const waited = now - (this.#patchedAt.get(player) ?? now);
      if (waited > OVERDUE_MS) intervals.record(waited);
    }
    this.#intervals = undefined;
    return intervals.toWire();
  }
}

export class AbuseBot {
  readonly player: AbusePlayer;
  readonly #random: Random;
  #input = INPUTS[0]!;

  private constructor(player: AbusePlayer, random: Random) {
    this.player = player;
    this.#random = random;
  }

  /** @throws when it is not let in. */
  static async join(port: number, index: number, seed: number, watch: Patched): Promise<AbuseBot> {
    const options = { name: `Bot ${index + 1}` };
    const wish = { port, from: botAddress(index), method: 'joinOrCreate', room: 'arena', options } as const;
    let entered: AbusePlayer | undefined;
    const onFrame = (code: number): void => {
      if (code === Protocol.ROOM_STATE_PATCH && entered !== undefined) watch.patched(entered, performance.now());
    };
    entered = await AbusePlayer.enter(wish, { onFrame });
    if (entered === undefined) throw new Error(`bot ${index + 1} was not let into the arena`);
    return new AbuseBot(entered, createRandom(seed + index));
  }

  play(): void {
    if (this.#random.next() < CHANGE_OF_MIND) this.#input = this.#random.pick(INPUTS);
    this.player.send(this.#input);
  }
}

function inputFrame(heading: number, buttons: number): Buffer {
  const moveX = Math.round(Math.cos(heading) * FULL_STICK);
  const moveY = Math.round(Math.sin(heading) * FULL_STICK);
  const input = new ArenaInput().assign({ moveX, moveY, aim: heading, buttons });
  return rawFrame(Buffer.concat([Buffer.from([Protocol.ROOM_INPUT_RELIABLE]), new InputEncoder(input).encode()]));
}
