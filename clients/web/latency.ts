/**
 * The line between page and server: counts what passes and, on request, makes it worse. Sits on the SDK's connection of
 * one room, where frames arrive and leave, and holds them back by the same rule in both directions; order is kept, as a
 * WebSocket keeps it. It knows nothing of what the frames mean, but which of them are patches.
 */
import { Protocol, type Room } from '@colyseus/sdk';

const PATCH = Protocol.ROOM_STATE_PATCH;
/** The protocol's low five bits are its code; the upper three decorate it. */
const CODE_MASK = 0x1f;

/** A room of any kind. */
type Connected = Pick<Room, 'connection'>;
type Handler = ((event: MessageEvent<ArrayBuffer>) => void) | null | undefined;

interface Held {
  readonly due: number;
  readonly deliver: () => void;
}

/** One direction: each frame after its delay, but never before the one sent earlier. */
class Lane {
  readonly #held: Held[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether a frame that comes now has to wait. */
  delays(delayMs: number): boolean {
    return delayMs > 0 || this.#held.length > 0;
  }

  pass(delayMs: number, now: number, deliver: () => void): void {
    if (!this.delays(delayMs)) {
      deliver();
      return;
    }
    const last = this.#held.at(-1);
    this.#held.push({ due: Math.max(now + delayMs, last?.due ?? 0), deliver });
    if (!last) this.#await(now);
  }

  /** Forgets what is under way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  #await(now: number): void {
    const next = this.#held[0];
    if (next) this.#timer = setTimeout(() => this.#deliver(), Math.max(0, next.due - now));
  }

  #deliver(): void {
    const now = performance.now();
    // Timers have whole milliseconds.
    while (this.#held[0] && this.#held[0].due <= now + 1) this.#held.shift()!.deliver();
    this.#await(now);
  }
}

export class Line {
  /** Added round trip, and how much of a frame's delay is chance; milliseconds, half of each for either direction. */
  addedLatencyMs = 0;
  addedJitterMs = 0;
  /** Totals since the room was joined. Bytes are payload, without the WebSocket's framing. */
  bytesIn = 0;
  bytesOut = 0;
  framesIn = 0;
  framesOut = 0;
  patches = 0;
  /** Time spent in handlers of received frames, in milliseconds. */
  handlingMs = 0;
  /** When the newest patch was handled, and how long after the one before; 0 before the first. */
  lastPatchAt = 0;
  patchIntervalMs = 0;

  readonly #in = new Lane();
  readonly #out = new Lane();

  constructor(room: Connected) {
    this.#tapIncoming(room);
    this.#tapOutgoing(room);
  }

  #tapIncoming({ connection: { events } }: Connected): void {
    const handleMessage = events.onmessage;
    const handleClose = events.onclose;
    events.onmessage = (event: MessageEvent<ArrayBuffer>) => {
      this.framesIn++;
      this.bytesIn += event.data.byteLength;
      this.#in.pass(this.#delay(), performance.now(), () => this.#handle(event, handleMessage));
    };
    // A frame that is still under way when the line breaks has not arrived.
    events.onclose = (event: CloseEvent) => {
      this.#in.clear();
      this.#out.clear();
      handleClose?.(event);
    };
  }

  #tapOutgoing({ connection }: Connected): void {
    const { transport } = connection;
    const send = transport.send.bind(transport);
    transport.send = (data: Uint8Array) => {
      this.framesOut++;
      this.bytesOut += data.byteLength;
      const delay = this.#delay();
      // The SDK writes its next input into the same buffer.
      const frame = this.#out.delays(delay) ? data.slice() : data;
      this.#out.pass(delay, performance.now(), () => transport.isOpen && send(frame));
    };
  }

  #handle(event: MessageEvent<ArrayBuffer>, handler: Handler): void {
    const startedAt = performance.now();
    if ((new Uint8Array(event.data, 0, 1)[0]! & CODE_MASK) === PATCH) this.#patchAt(startedAt);
    handler?.(event);
    this.handlingMs += performance.now() - startedAt;
  }

  #patchAt(now: number): void {
    this.patches++;
    if (this.lastPatchAt > 0) this.patchIntervalMs = now - this.lastPatchAt;
    this.lastPatchAt = now;
  }

  #delay(): number {
    return this.addedLatencyMs / 2 + (Math.random() * this.addedJitterMs) / 2;
  }
}
