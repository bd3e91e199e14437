/**
 * ws's WebSocket for clients nobody trusts: closing never throws, pings are answered as far as the gate of the socket
 * allows, and a client that is thrown out is not read any more from that moment on, so that what it still sends costs
 * nothing; it has a moment to read why. When one of its listeners throws, that ends this socket and goes no further: neither
 * to the process nor to the frames of others.
 */
import { WebSocket } from 'ws';
import { CloseCodes, type ErrorKind } from '../kernel/errors.ts';
import type { FrameGate } from '../kernel/ports.ts';
import { boundedReason, sendableCode } from './close-reason.ts';

/** From the close frame to the end of the TCP connection, for whoever is thrown out. */
const LAST_WORDS_MS = 500;

export class GuardedSocket extends WebSocket {
  /** Asked about each frame; none before the socket is watched. */
  gate: FrameGate | undefined;
  /** Set by delivery: asks this socket whether it is there, by its own rules. */
  heart: { beat(): void } | undefined;
  /** The room is told that this client did something wrong, and keeps no seat for it. */
  isEjected = false;
  /** A message is being read and has reached no handler yet: Colyseus would close the client for it. */
  awaitsHandler = false;
  /** Told what a listener threw; without it the process is. */
  onFault: ((thrown: unknown) => void) | undefined;
  /** Told when a reconnection is refused. */
  onReconnectionRefused: (() => void) | undefined;

  /** From now on the gate is asked. The server of this socket must not answer pings by itself (`autoPong: false`). */
  watch(gate: FrameGate): void {
    this.gate = gate;
    this.on('ping', (payload: Buffer) => {
      if (gate.ping()) this.pong(payload);
    });
    // Of a socket with a heart, the heart knows which pongs were asked for.
    this.on('pong', () => {
      if (this.heart === undefined) gate.ping();
    });
    // A frame that is none, or too large: ws closes with a code, and would read on for the other side's answer.
    this.on('error', () => this.#stopReading());
    this.on('message', this.#unheard);
  }

  /** From now on a room listens, and asks the gate itself. */
  heard(): void {
    this.off('message', this.#unheard);
  }

  override close(code?: number, reason?: string | Buffer): void {
    if (this.awaitsHandler && code === CloseCodes.withError) return;
    if (code === CloseCodes.failedToReconnect) this.onReconnectionRefused?.();
    super.close(sendableCode(code), boundedReason(reason));
    this.off('message', this.#unheard);
    this.on('message', this.#unheard);
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (this.onFault === undefined) return super.emit(event, ...args);
    try {
      return super.emit(event, ...args);
    } catch (thrown) {
      this.onFault(thrown);
      this.terminate();
      return true;
    }
  }

  /** A room that lets go of its client listens no more, long before the socket ends: what still comes is counted. */
  override removeAllListeners(event?: string | symbol): this {
    super.removeAllListeners(event);
    if (!this.isEjected && this.gate !== undefined && (event === undefined || event === 'message'))
      this.on('message', this.#unheard);
    return this;
  }

  /** Throws the client out. */
  eject({ code, message }: ErrorKind): void {
    this.isEjected = true;
    if (this.readyState === WebSocket.OPEN) super.close(code, message);
    for (const event of ['message', 'ping', 'pong']) this.removeAllListeners(event);
    this.pause();
    this.#stopReading();
  }

  /** Before a room listens, and after the close, nobody would count what is sent. */
  readonly #unheard = (frame: Buffer): void => void this.gate?.message(frame.length);

  #stopReading(): void {
    // After an error ws resumes in the next turn, to throw away what comes.
    setImmediate(() => this.pause());
    setTimeout(() => this.terminate(), LAST_WORDS_MS).unref();
  }
}

/** The socket of a client as we know it; undefined for a client of another transport, or a stand-in. */
export function guardedSocketOf({ ref }: { readonly ref: unknown }): GuardedSocket | undefined {
  return ref instanceof GuardedSocket ? ref : undefined;
}
