/**
 * Colyseus's WebSocket client with every byte for the player passing its line. The line belongs to the socket: when a
 * player reconnects, Colyseus points the client from before to the new socket, and what is sent through it goes there.
 */
import { type Client, ClientState, type ISendOptions } from '@colyseus/core';
import type { StateView } from '@colyseus/schema';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import type { FrameGate, Labels } from '../kernel/ports.ts';
import { type Framed, frame, isState, isWholeState } from './frames.ts';
import { Line, type LineDeps, type LineOptions } from './line.ts';
import type { Done } from './message-queue.ts';
import { WsWire } from './ws-wire.ts';

declare module '@colyseus/core/Transport' {
  /** `broadcast` takes these too. */
  interface ISendOptions {
    /** Not worth waiting for: dropped instead of queued when the player's connection is congested. */
    volatile?: boolean;
  }
}

export interface Lines {
  readonly deps: LineDeps;
  readonly options: LineOptions;
}

const LINE = Symbol('hypogeum.line');

/** `heart` is what the transport's heartbeat calls instead of pinging by itself; `gate` counts what a client sends unasked. */
type LinedSocket = WebSocket & { [LINE]?: Line; heart?: { beat(): void }; gate?: Pick<FrameGate, 'ping'> };

export class GameClient extends WebSocketClient {
  declare view?: StateView;
  /** Messages from before the client has joined, as Colyseus keeps them; undefined from then on. */
  declare waiting: unknown[] | undefined;
  #linedSocket: WebSocket | undefined;
  #line: Line | undefined;
  /** The player was here before, and has state. */
  readonly isBack: boolean;

  /** The line of the socket, which is made with the first client on it. */
  constructor(id: string, socket: WebSocket, lines: Lines, labels: Labels, isBack = false) {
    super(id, socket);
    this.isBack = isBack;
    const lined = socket as LinedSocket;
    if (lined[LINE] !== undefined) return;
    const line = new Line(new WsWire(socket), lines.deps, lines.options, labels);
    lined[LINE] = line;
    lined.heart = line;
    socket.on('pong', (payload) => {
      if (!line.pong(payload)) lined.gate?.ping();
    });
    socket.on('close', () => line.closed());
  }

  /** Kept beside the socket it belongs to: it is asked for with every frame. */
  get line(): Line {
    if (this.#linedSocket !== this.ref) {
      this.#linedSocket = this.ref;
      this.#line = (this.ref as LinedSocket)[LINE];
    }
    return this.#line!;
  }

  /** After each frame of the client: the one that acknowledged its join has sent what waited. */
  settle(): void {
    if (this.waiting !== undefined && this.state === ClientState.JOINED) this.waiting = undefined;
  }

  /** Staged frames lose their options on the way: a volatile one is dropped now, if it would be. */
  override enqueueRaw(data: Uint8Array | Buffer, options?: ISendOptions): void {
    const { line } = this;
    if (options?.volatile && options.afterNextPatch && line.state !== 'live') line.dropMessage();
    else super.enqueueRaw(data, options);
  }

  /** A message that several clients are sent: `framed` is `message` framed. */
  enqueueShared(message: Uint8Array, framed: Framed, options: ISendOptions): void {
    if (options.afterNextPatch || this.state !== ClientState.JOINED) this.enqueueRaw(message, options);
    else this.line.sendMessage(framed, options);
  }

  /** The data is copied: stock code hands out views of buffers that it writes to again. */
  override raw(data: Uint8Array | Buffer, options?: ISendOptions, done?: Done): void {
    const message = data instanceof Uint8Array ? data : Buffer.from(data);
    const { line } = this;
    const framed = frame(message);
    if (line.state === 'resyncing' && isWholeState(message)) line.sendFramedState(framed);
    else line.sendMessage(framed, { volatile: options?.volatile, isState: isState(message), done });
  }

  /** What waits is sent before the close frame. */
  override leave(code?: number, data?: string): void {
    this.line.flush();
    super.leave(code, data);
  }
}

/**
 * Colyseus deletes this field of a client that joins, and V8 keeps the fields of an object that had one deleted in a
 * dictionary: reading any of them, for every client in every tick, took 7 % of a large room's time. Of ours the field is
 * the class's, so that there is nothing to delete.
 */
Object.defineProperty(GameClient.prototype, '_enqueuedMessages', {
  get(this: GameClient) {
    return this.waiting;
  },
  set(this: GameClient, messages: unknown[]) {
    this.waiting = messages;
  },
});

/** The line of a client; undefined when it is none of ours (another transport, a stand-in). */
export function lineOf(client: Client): Line | undefined {
  return client instanceof GameClient ? client.line : undefined;
}
