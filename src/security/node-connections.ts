/**
 * Cuts TCP connections beyond what an address may have, before a byte of them is read. Those of listed proxies stand for
 * many and count in all only; those of other processes stand for players who were counted there, and do not count.
 */
import { BlockList, type Server, type Socket } from 'node:net';
import type { Clock, Meter } from '../kernel/ports.ts';
import { countedAs, type PlayerAddresses, readAddress } from './addresses.ts';
import type { LimitLog } from './limit-log.ts';
import { Occupancy, type OccupancyLimits } from './occupancy.ts';
import type { RateLimit } from './rate-limit.ts';

export interface ConnectionsDeps {
  readonly clock: Clock;
  readonly addresses: PlayerAddresses;
  readonly rate: RateLimit;
  readonly log: LimitLog;
  readonly meter: Meter;
}

/** Others beyond their rate are cut one by one. */
const MOST_SHUT = 10_000;

export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #limits: OccupancyLimits;
  readonly #open: Occupancy;
  /** Addresses beyond their rate, and until when; about in the order in which they are let in again. */
  readonly #shut = new Map<string, number>();
  /** Of those that count, by the other side's address and port: what ends it. With TLS there are two objects for one socket. */
  readonly #leaving = new Map<string, () => void>();

  constructor(deps: ConnectionsDeps, limits: OccupancyLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#open = new Occupancy(limits);
  }

  /** Those that count. */
  get open(): Occupancy {
    return this.#open;
  }

  /** To be called before others listen for connections: those who listen already hear of admitted ones only. */
  watch(server: Server): void {
    // Proxies' too, and by the system call that takes them.
    server.maxConnections = this.#limits.inAll;
    server.on('drop', (data) => this.#deps.log.bit('connections', data?.remoteAddress));
    (server as Server & { blockList?: BlockList }).blockList = new Shut((address) => this.#isShut(address));
    // Node's own listener makes a parser for each: a quarter of what a connection costs that is cut.
    const inside = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (this.#admits(socket)) for (const listener of inside) listener.call(server, socket);
    });
  }

  /** Not a player's: it counts for nobody. Twice is fine. */
  release(socket: Peer): void {
    this.#leaving.get(nameOf(socket))?.();
  }

  #isShut(address: string): boolean {
    if (this.#shut.size === 0) return false;
    const counted = countedAs(readAddress(address) ?? address);
    const until = this.#shut.get(counted);
    if (until === undefined) return false;
    const isOver = this.#deps.clock.now() >= until;
    if (isOver) this.#shut.delete(counted);
    else this.#deps.log.bit('connection_rate', counted);
    return !isOver;
  }

  /** Whoever goes on is not looked at again until their window is over. */
  #shutOut(counted: string, forMs: number): void {
    const now = this.#deps.clock.now();
    for (const [address, until] of this.#shut) {
      if (until > now) break;
      this.#shut.delete(address);
    }
    if (this.#shut.size < MOST_SHUT) this.#shut.set(counted, now + forMs);
  }

  #admits(socket: Socket): boolean {
    const address = readAddress(socket.remoteAddress ?? '');
    if (address === undefined) return cut(socket); // it has ended already
    const counted = countedAs(address);
    const isProxy = this.#deps.addresses.isProxy(address);
    const why = isProxy ? this.#crowd(undefined) : this.#refusalFor(counted);
    if (why !== undefined) {
      this.#deps.log.bit(why, counted);
      return cut(socket);
    }
    this.#count(socket, isProxy ? undefined : counted);
    return true;
  }

  /**
   * Its socket has not ended, so its end is still to come, once. The same name may come again before we hear of its end: the
   * system knows sooner than we do.
   */
  #count(socket: Socket, counted: string | undefined): void {
    const name = nameOf(socket);
    let isOpen = true;
    const leave = (): void => {
      if (!isOpen) return;
      isOpen = false;
      if (this.#leaving.get(name) === leave) this.#leaving.delete(name);
      this.#open.leave(counted);
      this.#gauge();
    };
    this.#leaving.set(name, leave);
    socket.once('close', leave);
    this.#gauge();
  }

  #refusalFor(counted: string): string | undefined {
    const waitMs = this.#deps.rate.take(counted);
    if (waitMs > 0) {
      this.#shutOut(counted, waitMs);
      return 'connection_rate';
    }
    return this.#crowd(counted);
  }

  #crowd(counted: string | undefined): string | undefined {
    const crowd = this.#open.enter(counted);
    if (crowd === undefined) return undefined;
    return crowd === 'all' ? 'connections' : 'connections_of_address';
  }

  #gauge(): void {
    this.#deps.meter.gauge('hypogeum_player_connections', this.#open.inAll);
  }
}

/** Node asks it before it makes a socket, which is most of what a connection costs that is cut. */
class Shut extends BlockList {
  readonly #isShut: (address: string) => boolean;

  constructor(isShut: (address: string) => boolean) {
    super();
    this.#isShut = isShut;
  }

  override check(address: unknown): boolean {
    return typeof address === 'string' && this.#isShut(address);
  }
}

function cut(socket: Socket): false {
  socket.destroy();
  return false;
}

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** One connection's at a time. */
function nameOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
