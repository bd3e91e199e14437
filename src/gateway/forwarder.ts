/**
 * Decides for every WebSocket that is asked for whether its room is played here or at another process, and has it
 * forwarded there. Rules: SPEC.md. Who owns a room, how bytes are carried and what a refusal looks like on the wire come
 * in from outside; a socket of ours that other processes forwarded is made known here by its player's address.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCodes } from '../kernel/errors.ts';
import { hangUp } from '../kernel/hang-up.ts';
import { messageOf } from '../kernel/invariant.ts';
import type { Logger, Meter } from '../kernel/ports.ts';
import { seatRoomOf } from '../kernel/seat-target.ts';
import { ByteMeter } from './byte-meter.ts';
import { FORWARDED_HEADER, sign, verify } from './signature.ts';
import type { Failure, OpenTunnel, Tunnel, Upgrade } from './tunnel.ts';

export interface Owner {
  readonly processId: string;
  /** `host:port` where other processes reach it. */
  readonly address: string;
}

/** This process's own way of taking a socket. */
export interface Door {
  /** Colyseus has it: the room is looked up in this process, and the player told if there is none. */
  accept(upgrade: Upgrade): void;
  /** Completes the upgrade only to close it. Whatever was answered already, it does not throw. */
  turnAway(upgrade: Upgrade, code: number, reason: string): void;
}

export interface ForwarderDeps {
  /**
   * The other process that owns a room; undefined when nobody does, or this one. May wait while a room is being
   * recovered, but settles by itself; rejects when it cannot be known now.
   */
  readonly ownerOf: (roomId: string) => Promise<Owner | undefined>;
  readonly isLocal: (roomId: string) => boolean;
  /** The player's address as rooms of this process would see it. */
  readonly addressOf: (req: IncomingMessage) => string | undefined;
  /**
   * Asked first, of every socket: the door to go on with, or undefined when it was refused. `signed`: the player's address by
   * the word of another process ('' when it did not know); undefined when the socket comes from a player.
   */
  readonly admit: (upgrade: Upgrade, door: Door, signed: string | undefined) => Door | undefined;
  /** Asked each time: the processes may have agreed on another one. */
  readonly key: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly openTunnel: OpenTunnel;
  readonly logger: Logger;
  readonly meter: Meter;
}

export interface ForwarderOptions {
  /** Sockets under way at a time, those included whose owner is being looked for. */
  readonly maxForwarded: number;
  readonly connectTimeoutMs: number;
  /** A forwarded socket on which nothing comes from the owner for so long is cut. An owner pings. */
  readonly idleTimeoutMs: number;
}

/** Why a socket for another process did not get there. */
type Refusal = 'full' | 'stopping' | 'unknown_room' | 'lookup_failed' | 'moved' | Failure;

interface Slot extends Upgrade {
  tunnel?: Tunnel;
}

const AWAY = 'the room cannot be reached at the moment; try again';
const REFUSALS = {
  full: 'this process forwards as many sockets as it may; try again\n',
  stopping: 'this process is stopping; try again\n',
} as const;
/** The first header that Colyseus takes a player's address from. */
const ADDRESS_HEADER = 'x-real-ip';

export class Forwarder {
  readonly #deps: ForwarderDeps;
  readonly #options: ForwarderOptions;
  readonly #slots = new Set<Slot>();
  readonly #bytes: ByteMeter;
  /** Processes that were said to be out of reach: told once, until one is reached again. */
  readonly #outOfReach = new Set<string>();
  #stopped = false;

  constructor(deps: ForwarderDeps, options: ForwarderOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#bytes = new ByteMeter(deps.meter);
  }

  /** Takes a socket that was asked for; `req.url` can be parsed. Never throws. */
  route(upgrade: Upgrade, outside: Door): void {
    const signed = this.#takeWord(upgrade.req);
    const door = this.#deps.admit(upgrade, outside, signed);
    if (door === undefined) return;
    const roomId = roomAskedFor(upgrade.req);
    if (roomId === undefined || this.#deps.isLocal(roomId)) door.accept(upgrade);
    else if (signed !== undefined) this.#turnAway('moved', upgrade, door);
    else if (this.#stopped) this.#refuse('stopping', upgrade.socket);
    else if (this.#slots.size >= this.#options.maxForwarded) this.#refuse('full', upgrade.socket);
    else void this.#forward(roomId, upgrade, door);
  }

  /**
   * Cuts what is forwarded, and forwards no more: connections that were there before, a proxy's, may still bring sockets.
   * SDKs try again, and find another process to forward them. Twice is fine.
   */
  stop(): void {
    this.#stopped = true;
    for (const { socket, tunnel } of this.#slots) {
      socket.destroy();
      tunnel?.destroy();
    }
  }

  /** Takes another process's word off the request, and the player's address from it if the word is good. */
  #takeWord({ headers, url = '' }: IncomingMessage): string | undefined {
    const word = headers[FORWARDED_HEADER];
    delete headers[FORWARDED_HEADER];
    if (typeof word !== 'string') return undefined;
    const address = verify(word, url, { key: this.#deps.key(), now: this.#deps.now() });
    if (address !== undefined && address !== '') headers[ADDRESS_HEADER] = address;
    return address;
  }

  /** In one line, which a proxy in front takes for a reason to ask another process. */
  #refuse(why: keyof typeof REFUSALS, socket: Duplex): void {
    this.#count(why);
    const text = REFUSALS[why];
    const head = ['HTTP/1.1 503 Service Unavailable', 'Connection: close', 'Content-Type: text/plain'];
    hangUp(socket, `${head.join('\r\n')}\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  }

  async #forward(roomId: string, upgrade: Upgrade, door: Door): Promise<void> {
    const slot: Slot = { ...upgrade };
    this.#enter(slot);
    upgrade.socket.on('error', () => {});
    try {
      const owner = await this.#deps.ownerOf(roomId);
      if (upgrade.socket.destroyed) this.#leave(slot);
      else if (owner !== undefined) this.#connect(owner, slot, door);
      else this.#acceptUnknown(roomId, slot, door);
    } catch (cause) {
      this.#deps.logger.debug('the owner of a room is not known', { roomId, cause: messageOf(cause) });
      this.#turnAway('lookup_failed', slot, door);
    }
  }

  #acceptUnknown(roomId: string, slot: Slot, door: Door): void {
    this.#leave(slot);
    if (!this.#deps.isLocal(roomId)) this.#count('unknown_room');
    door.accept(slot);
  }

  #connect(owner: Owner, slot: Slot, door: Door): void {
    const to = {
      address: owner.address,
      headers: { [FORWARDED_HEADER]: this.#word(slot.req) },
      timeoutMs: this.#options.connectTimeoutMs,
      idleTimeoutMs: this.#options.idleTimeoutMs,
    };
    slot.tunnel = this.#deps.openTunnel(slot, to, {
      opened: () => this.#outOfReach.delete(owner.processId),
      carried: (direction, bytes) => this.#bytes.add(direction, bytes),
      failed: (why, cause) => {
        this.#tell(owner, why, cause);
        this.#turnAway(why, slot, door);
      },
      closed: () => this.#leave(slot),
    });
  }

  #word(req: IncomingMessage): string {
    const address = this.#deps.addressOf(req) ?? '';
    return sign({ address, target: req.url ?? '' }, { key: this.#deps.key(), now: this.#deps.now() });
  }

  #turnAway(why: Refusal, upgrade: Upgrade, door: Door): void {
    this.#leave(upgrade);
    this.#count(why);
    door.turnAway(upgrade, CloseCodes.mayTryReconnect, AWAY);
  }

  #tell({ processId, address }: Owner, why: Failure, cause: Error): void {
    if (this.#outOfReach.has(processId)) return;
    this.#outOfReach.add(processId);
    this.#deps.logger.warn('a process that owns rooms cannot be reached', {
      processId,
      address,
      why,
      cause: cause.message,
    });
  }

  #enter(slot: Slot): void {
    this.#slots.add(slot);
    this.#deps.meter.gauge('hypogeum_gateway_sockets', this.#slots.size);
  }

  #leave(slot: Upgrade): void {
    this.#slots.delete(slot);
    this.#bytes.flush();
    this.#deps.meter.gauge('hypogeum_gateway_sockets', this.#slots.size);
  }

  #count(why: Refusal): void {
    this.#deps.meter.count('hypogeum_gateway_refused_total', 1, { why });
  }
}

/** The room that a WebSocket asks for, read as Colyseus reads it; undefined when it is no seat's. */
function roomAskedFor({ method, headers, url = '' }: IncomingMessage): string | undefined {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  return seatRoomOf(new URL(`ws://server${url}`).pathname);
}
