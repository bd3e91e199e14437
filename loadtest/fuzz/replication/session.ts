/** One player of a fuzz run: its client, the observer that stands for it, and how its line is doing. */
import type { Random } from '../../../src/kernel/random.ts';
import { FuzzClient, ROOM_DATA, ROOM_STATE, ROOM_STATE_PATCH } from './client.ts';
import { type Budget, ObserverModel } from './model.ts';
import type { StateReplicator } from './replicator.ts';

const TIMED = 0x80;
const TIMED_HEAD_BYTES = 9;

/** `stalledTicks`: for how long its line takes nothing yet. */
export type Connection =
  | { readonly kind: 'away' }
  | { readonly kind: 'here'; readonly observer: unknown; readonly model: ObserverModel; stalledTicks: number };

export class Session {
  readonly sessionId: string;
  readonly budget: Budget | undefined;
  /** Rooms with inputs put time and acknowledgement before the state. */
  readonly timed: boolean;
  readonly sent: string[] = [];
  client: FuzzClient;
  connection: Connection = { kind: 'away' };

  constructor(sessionId: string, handshake: Uint8Array, random: Random) {
    this.sessionId = sessionId;
    this.client = new FuzzClient(handshake);
    this.timed = random.int(3) === 0;
    this.budget =
      random.int(3) > 0
        ? undefined
        : { bytesPerSecond: random.pick([200, 1000, 4000, 20_000]), maxStaleMs: random.pick([100, 300, 1000]) };
  }

  connect(replicator: StateReplicator): void {
    this.disconnect(replicator);
    const observer = replicator.addObserver({ sessionId: this.sessionId }, this.budget);
    const model = new ObserverModel(this.sessionId, this.budget);
    this.connection = { kind: 'here', observer, model, stalledTicks: 0 };
  }

  disconnect(replicator: StateReplicator): void {
    if (this.connection.kind === 'here') replicator.removeObserver(this.connection.observer);
    this.connection = { kind: 'away' };
  }

  /** A message between two patches. */
  send(text: string): void {
    this.sent.push(text);
    this.client.receive(Buffer.concat([Buffer.of(ROOM_DATA), Buffer.from(text)]));
  }

  /** What a state frame to this client begins with. */
  head(kind: 'state' | 'patch', now: number): Buffer {
    const code = kind === 'state' ? ROOM_STATE : ROOM_STATE_PATCH;
    if (!this.timed) return Buffer.of(code);
    const head = Buffer.alloc(TIMED_HEAD_BYTES, code | TIMED);
    head.writeUInt32LE(now, 1);
    return head;
  }
}
