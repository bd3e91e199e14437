/**
 * A world bot that understands no state: it takes a seat, acknowledges, counts frames and bytes, hears which of its inputs
 * the server used, and walks about. One process plays thousands of them. Written for the frames of Colyseus 0.18.
 */

import { decode } from '@colyseus/schema';
import { InputEncoder } from '@colyseus/schema/input';
import { Protocol } from '@colyseus/sdk';
import { MAX_STEPS } from '../../rooms/world/rules.ts';
import { WalkInput } from '../../rooms/world/state.ts';
import { createRandom } from '../../src/kernel/random.ts';
import type { BotMeter } from '../recorder.ts';
import type { BotOrder, LoadBot } from './bot.ts';
import { clientFrame, Opcode } from './frames.ts';
import { codeOf, JOINED, LEAVE, type Seat, seatPath } from './room-frames.ts';
import { ThinSocket } from './thin-socket.ts';
import { DIRECTIONS, STAND, stickOf, WorldBrain } from './world-brain.ts';

/** An input covers this many ticks: four a second keep a bot walking. */
export const STEPS_AN_INPUT = MAX_STEPS;

const TIMED = 0x80;
/** After the first byte of a timed frame: the room's clock, then the number of the newest input used. */
const INPUT_SEQ_AT = 5;
const LEAVE_TIMEOUT_MS = 1500;

/** By direction; the last one stands. Made by the SDK's own encoder, each with all of its fields. */
const INPUTS: readonly Buffer[] = Array.from({ length: DIRECTIONS + 1 }, (_, direction) => inputFrame(direction));

export class ThinWorldBot implements LoadBot {
  readonly #brain: WorldBrain;
  readonly #socket: ThinSocket;
  readonly #closed: Promise<void>;
  /** Resolves when the room has let it in. */
  readonly #joined: Promise<void>;
  #letIn!: () => void;
  #turnAway!: (cause: Error) => void;
  #meter: BotMeter | undefined;
  #now: () => number = () => 0;
  #onLeave: ((code: number) => void) | undefined;
  #sent = 0;
  #acknowledged = 0;

  private constructor(order: BotOrder, seat: Seat) {
    this.#brain = new WorldBrain(createRandom(order.seed));
    this.#joined = new Promise((resolve, reject) => {
      this.#letIn = resolve;
      this.#turnAway = reject;
    });
    let ended!: () => void;
    this.#closed = new Promise((resolve) => {
      ended = resolve;
    });
    this.#socket = new ThinSocket(new URL(order.endpoint), seatPath(seat), {
      onMessage: (frame) => this.#hear(frame),
      onClose: (code) => {
        this.#turnAway(new Error(`the connection was closed with ${code} before the room let it in`));
        ended();
        this.#onLeave?.(code);
      },
    });
  }

  /** Rejects with the server's refusal. */
  static async join(order: BotOrder): Promise<ThinWorldBot> {
    const bot = new ThinWorldBot(order, await takeSeat(order));
    bot.#joined.catch(() => {});
    await bot.#socket.opened;
    await bot.#joined;
    return bot;
  }

  play(now: number): number {
    const frame = INPUTS[this.#brain.decide(now)]!;
    if (!this.#socket.send(frame)) return 0;
    this.#meter?.bytesOut(frame.length - OVERHEAD);
    return ++this.#sent;
  }

  tap(meter: BotMeter, now: () => number): void {
    this.#meter = meter;
    this.#now = now;
  }

  onLeave(callback: (code: number) => void): void {
    this.#onLeave = callback;
  }

  async leave(): Promise<void> {
    this.#socket.send(LEAVE);
    const timer = setTimeout(() => this.#socket.destroy(), LEAVE_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #hear(frame: Buffer): void {
    const first = frame[0]!;
    this.#meter?.bytesIn(frame.length);
    switch (codeOf(frame)) {
      case Protocol.ROOM_STATE_PATCH:
        if (first & TIMED) this.#acknowledged = frame.readUInt32LE(INPUT_SEQ_AT);
        this.#meter?.patch(this.#now(), this.#acknowledged);
        return;
      case Protocol.JOIN_ROOM:
        this.#socket.send(JOINED);
        this.#letIn();
        return;
      case Protocol.ERROR:
        this.#turnAway(errorIn(frame));
    }
  }
}

/** Two bytes of header and four of mask: an input is short. */
const OVERHEAD = 6;

function inputFrame(direction: number): Buffer {
  const input = new WalkInput().assign({ ...stickOf(direction), steps: direction === STAND ? 1 : STEPS_AN_INPUT });
  const body = new InputEncoder(input).encode();
  return clientFrame(Opcode.binary, Buffer.concat([Buffer.from([Protocol.ROOM_INPUT_RELIABLE]), body]));
}

/** What a room says instead of letting a player in: a code and words. */
function errorIn(frame: Buffer): Error {
  const it = { offset: 1 };
  const code = decode.number(frame, it);
  return new Error(`the room answered with ${code} (${decode.string(frame, it)})`);
}

async function takeSeat({ endpoint, roomName, name }: BotOrder): Promise<Seat> {
  const response = await fetch(`${endpoint}/matchmake/joinOrCreate/${roomName}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const answer = (await response.json()) as Seat & { code?: number; error?: string };
  if (!response.ok) throw Object.assign(new Error(answer.error ?? response.statusText), { code: answer.code });
  return answer;
}
