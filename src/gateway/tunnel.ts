/** The port of what carries a player's socket to another process: bytes both ways, and how it ended. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A WebSocket that was asked for and not answered yet. `head`: what followed the request already. */
export interface Upgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface Destination {
  /** `host:port` */
  readonly address: string;
  /** Go with the request besides its own, in place of those of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** For connecting and the answer. */
  readonly timeoutMs: number;
  /** A tunnel into which the owner says nothing for so long is cut, whatever the player says. */
  readonly idleTimeoutMs: number;
}

export type Direction = 'to_owner' | 'to_player';

/** Why the owner did not take the socket. */
export type Failure = 'unreachable' | 'timeout';

/** Exactly one of `failed` and `closed` comes, once, and is the last. `failed` may come out of the opening itself. */
export interface TunnelEvents {
  opened(): void;
  carried(direction: Direction, bytes: number): void;
  /** Nothing was answered yet. What there is to say must be written in this very turn: the socket is ended after it. */
  failed(why: Failure, cause: Error): void;
  /** Both sides are closed, or the player went before it was open. */
  closed(): void;
}

export interface Tunnel {
  /** Cuts both sides; twice is fine. */
  destroy(): void;
}

export type OpenTunnel = (upgrade: Upgrade, to: Destination, events: TunnelEvents) => Tunnel;
