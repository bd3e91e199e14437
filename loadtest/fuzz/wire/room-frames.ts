/** A room with a joined client, without a network: any frame can be handed to it as the socket's own reader would. */
import { type Client, ClientState, Room } from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import { ArenaInput } from '../../../rooms/arena/state.ts';
import { guardRoom } from '../../../src/isolation/colyseus-guard.ts';
import { internalsOf } from '../../../src/isolation/colyseus-internals.ts';
import { FaultLog } from '../../../src/isolation/fault-log.ts';
import { noMeter, silentLogger } from '../../../src/kernel/ports.ts';

export interface FrameTarget {
  /** @throws what got past everything that should have caught it. */
  take(frame: Buffer): void;
  /** Frames for which the client would have been thrown out, and answers it would have been sent. */
  readonly thrownOut: number;
  readonly answers: number;
  /** Puts the console and Colyseus's logger back. */
  release(): void;
}

class Target extends Room {
  override autoDispose = false;
  override inputs = this.defineInput(ArenaInput, { bufferMaxSize: 12 });
  override messages = {
    note: (): void => {},
    echo: (_client: Client, payload: unknown): unknown => payload,
    7: (): void => {},
  };

  override onCreate(): void {
    this.onMessageBytes('bytes', () => {});
  }
}

/** Of Colyseus's Room, what joining would have set up (@colyseus/core 0.18.17). */
interface Inside {
  _inputController: { allocate(client: object): void; register(sessionId: string, client: object): void };
  _simulationInterval: unknown;
}

const quiet = (): void => {};
const NO_TIMER = Object.freeze({});

export function createFrameTarget(): FrameTarget {
  const deps = { clock: performance, logger: silentLogger, meter: noMeter };
  const { warn, error } = console;
  Object.assign(console, { warn: quiet, error: quiet });
  setLogger({ debug: quiet, info: quiet, trace: quiet, warn: quiet, error: quiet });
  const room = new (guardRoom(Target, new FaultLog(deps)))();
  const inside = room as unknown as Inside;
  inside._simulationInterval = NO_TIMER;
  internalsOf(room).__init();
  room.patchRate = null;
  room.autoDispose = false;
  room.onCreate();
  let [thrownOut, answers] = [0, 0];
  const client = {
    sessionId: 'fuzzed',
    state: ClientState.JOINED,
    raw: (): void => void answers++,
    leave: (): void => void thrownOut++,
    error: quiet,
    ref: { removeAllListeners: quiet, removeListener: quiet },
  };
  inside._inputController.allocate(client);
  inside._inputController.register(client.sessionId, client);
  return {
    take(frame) {
      client.state = ClientState.JOINED;
      internalsOf(room)._onMessage(client as unknown as Client, frame);
    },
    get thrownOut() {
      return thrownOut;
    },
    get answers() {
      return answers;
    },
    release() {
      Object.assign(console, { warn, error });
      setLogger(console as never);
    },
  };
}
