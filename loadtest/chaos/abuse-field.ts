/** The field of an attack as its process prepares it: honest watchers in the rooms, and frames recorded from a real client. */

import { Protocol } from '@colyseus/sdk';
import type { Random } from '../../src/kernel/random.ts';
import { strangerAddress, watcherAddress } from './abuse-addresses.ts';
import type { Field } from './abuse-attack.ts';
import type { AttackOrder } from './abuse-messages.ts';
import { AbusePlayer } from './abuse-player.ts';
import { recordFrames } from './abuse-recorded.ts';
import { messageFrame, rawFrame } from './abuse-wire.ts';

const TALLY = messageFrame('tally');
const PING = rawFrame(Uint8Array.of(Protocol.PING));
const TALLY_BYTES = 5;
const TALLY_TIMEOUT_MS = 5000;
/** Watchers are no idle players. */
const STIR_EVERY_MS = 1000;

interface Tallied {
  readonly handled: number;
  readonly polluted: boolean;
}

export class AbuseField implements Field {
  readonly port: number;
  pens: readonly [string, string] = ['', ''];
  publicRooms: readonly string[] = [];
  recorded: readonly Buffer[] = [];
  order!: AttackOrder;
  random!: Random;
  #endsAt = 0;
  #strangers = 0;
  #watchers = 0;
  #watcher: AbusePlayer | undefined;
  #tallied: Tallied = { handled: 0, polluted: false };
  #told: (() => void) | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** @throws when somebody honest is not let in. */
  async prepare(publicRooms: number): Promise<void> {
    this.#watcher = await this.#watch('pen');
    const game = await this.#watch('game-pen');
    this.pens = [this.#watcher.seat.roomId, game.seat.roomId];
    const rooms: string[] = [];
    for (let i = 0; i < publicRooms; i++) rooms.push((await this.#watch('public')).seat.roomId);
    this.publicRooms = rooms;
    this.recorded = await recordFrames(`http://127.0.0.1:${this.port}`, this.pens[0]);
  }

  begin(order: AttackOrder, random: Random): void {
    this.order = order;
    this.random = random;
    this.#endsAt = performance.now() + order.seconds * 1000;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  get over(): boolean {
    return this.leftMs === 0;
  }

  stranger(): string {
    return strangerAddress(this.#strangers++);
  }

  /** @throws when the room does not answer: then nobody knows what it handled. */
  async tally(): Promise<Tallied> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the watcher was not told')), TALLY_TIMEOUT_MS);
      this.#told = () => {
        clearTimeout(late);
        resolve();
      };
      this.#watcher?.send(TALLY);
    });
    return this.#tallied;
  }

  async #watch(room: string): Promise<AbusePlayer> {
    const wish = { port: this.port, from: watcherAddress(this.#watchers++), method: 'create', room } as const;
    const watcher = await AbusePlayer.enter(wish, { onFrame: (code, frame) => this.#hear(code, frame) });
    if (watcher === undefined) throw new Error(`a watcher was not let into a room "${room}"`);
    setInterval(() => watcher.send(room === 'public' ? PING : TALLY), STIR_EVERY_MS);
    return watcher;
  }

  #hear(code: number, frame: Buffer): void {
    if (code !== Protocol.ROOM_DATA_BYTES) return;
    const body = frame.subarray(frame.length - TALLY_BYTES);
    this.#tallied = { handled: body.readUInt32LE(0), polluted: body[4] === 1 };
    this.#told?.();
  }
}
