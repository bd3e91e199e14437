/**
 * The tick bench's instrument, the same for every kind of room: notes when a room steps, when it writes its field and
 * when the patch with that write has been written to each client's socket. One per process; it records only while
 * the window is open. Its own cost is some clock reads a step and one a patch.
 */
import type { Client } from '@colyseus/core';
import { Protocol } from '@colyseus/sdk';
import { codeOf } from '../bots/room-frames.ts';
import { DurationHistogram } from '../histograms.ts';

export interface Tallied {
  readonly seconds: number;
  readonly latency: string;
  readonly interval: string;
  readonly deviation: string;
  readonly steps: number;
  readonly patches: number;
  readonly skipped: number;
  readonly doubled: number;
}

export class TickProbe {
  readonly #periodMs: number;
  readonly #latency = new DurationHistogram();
  readonly #interval = new DurationHistogram();
  readonly #deviation = new DurationHistogram();
  #openedAt = Number.NaN;
  #steps = 0;
  #patches = 0;
  #skipped = 0;
  #doubled = 0;

  constructor(tickRateHz: number) {
    this.#periodMs = 1000 / tickRateHz;
  }

  /** A part of the instrument for one room. */
  room(): RoomProbe {
    return new RoomProbe(this);
  }

  open(): void {
    for (const histogram of [this.#latency, this.#interval, this.#deviation]) histogram.reset();
    this.#steps = this.#patches = this.#skipped = this.#doubled = 0;
    this.#openedAt = performance.now();
  }

  stepped(sinceLastMs: number): void {
    if (Number.isNaN(this.#openedAt)) return;
    this.#steps++;
    this.#interval.record(sinceLastMs);
    this.#deviation.record(Math.abs(sinceLastMs - this.#periodMs));
    if (sinceLastMs > 1.5 * this.#periodMs) this.#skipped++;
    if (sinceLastMs < 0.5 * this.#periodMs) this.#doubled++;
  }

  patched(sinceWriteMs: number): void {
    if (Number.isNaN(this.#openedAt)) return;
    this.#patches++;
    this.#latency.record(sinceWriteMs);
  }

  result(): Tallied {
    return {
      seconds: (performance.now() - this.#openedAt) / 1000,
      latency: this.#latency.toWire(),
      interval: this.#interval.toWire(),
      deviation: this.#deviation.toWire(),
      steps: this.#steps,
      patches: this.#patches,
      skipped: this.#skipped,
      doubled: this.#doubled,
    };
  }
}

/** What of a client's connection the probe stands before: its WebSocket, and the TCP socket below (ws's own name). */
interface Socket {
  send(data: Uint8Array, ...rest: unknown[]): void;
  readonly _socket: { _write(data: Uint8Array, ...rest: unknown[]): void };
}

interface Watched {
  /** When the oldest write was made that no patch to this client carried yet; NaN when there is none. */
  writtenAt: number;
}

export class RoomProbe {
  readonly #process: TickProbe;
  readonly #watched = new Map<string, Watched>();
  #lastStepAt = Number.NaN;

  constructor(process: TickProbe) {
    this.#process = process;
  }

  /** First thing in a step. */
  stepped(): void {
    const now = performance.now();
    if (!Number.isNaN(this.#lastStepAt)) this.#process.stepped(now - this.#lastStepAt);
    this.#lastStepAt = now;
  }

  /** Right before the field is written. */
  writing(): void {
    const now = performance.now();
    for (const watched of this.#watched.values()) if (Number.isNaN(watched.writtenAt)) watched.writtenAt = now;
  }

  /**
   * Stands before what is last on the way to the kernel, so that whatever a transport does before is measured: ws's `send`,
   * which writes before it returns (no compression), or `_write` of a whole frame to the TCP socket, which ends in the
   * system call. The time is taken after.
   */
  watch(client: Client): void {
    const watched: Watched = { writtenAt: Number.NaN };
    this.#watched.set(client.sessionId, watched);
    const socket = client.ref as unknown as Socket;
    const send = socket.send.bind(socket);
    socket.send = (data, ...rest) => {
      send(data, ...rest);
      if (codeOf(data) === Protocol.ROOM_STATE_PATCH) this.#sent(watched);
    };
    const { _socket: tcp } = socket;
    const write = tcp._write.bind(tcp);
    tcp._write = (data, ...rest) => {
      write(data, ...rest);
      if (carriesPatch(data)) this.#sent(watched);
    };
  }

  #sent(watched: Watched): void {
    if (Number.isNaN(watched.writtenAt)) return;
    this.#process.patched(performance.now() - watched.writtenAt);
    watched.writtenAt = Number.NaN;
  }

  unwatch(client: Client): void {
    this.#watched.delete(client.sessionId);
  }
}

const BINARY_FRAME = 0x82;
const SHORT_HEADER_BYTES = 2;
const HEADER_BYTES = 4;
const LENGTH_IN_16_BITS = 126;

/** Whether these bytes begin with a whole WebSocket frame (RFC 6455) whose message is a patch. */
function carriesPatch(data: Uint8Array): boolean {
  if (data[0] !== BINARY_FRAME) return false;
  return codeOf(data, data[1]! < LENGTH_IN_16_BITS ? SHORT_HEADER_BYTES : HEADER_BYTES) === Protocol.ROOM_STATE_PATCH;
}
