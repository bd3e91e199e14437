/**
 * Tunnels by httpxy: it sends the upgrade on, passes the answer back and pipes, which gives the back-pressure. Added here:
 * a time limit whose end can still be told to the player, and that no side outlives the other for long.
 */
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'httpxy';
import type { Destination, OpenTunnel, Tunnel, TunnelEvents, Upgrade } from './tunnel.ts';

/** What one side may still take after the other is gone: as long as a closing handshake has on a socket of our own. */
const LINGER_MS = 3000;

/**
 * @param tls the processes serve TLS: bytes between them are encrypted too. Whose certificate it is, is not looked at: it
 * names the public host, not the address of a process. As without TLS, the network between them is theirs.
 */
export function httpxyTunnels(tls: boolean): OpenTunnel {
  return (upgrade, to, events) => new HttpxyTunnel(upgrade, to, events, tls ? 'https:' : 'http:');
}

class TimeoutError extends Error {}

class HttpxyTunnel implements Tunnel {
  readonly #player: Duplex;
  readonly #to: Destination;
  readonly #events: TunnelEvents;
  #state: 'connecting' | 'open' | 'done' = 'connecting';
  #request: ClientRequest | undefined;
  #owner: Socket | undefined;
  #limit: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor({ req, socket, head }: Upgrade, to: Destination, events: TunnelEvents, protocol: string) {
    this.#player = socket;
    this.#to = to;
    this.#events = events;
    socket.on('close', () => this.#playerClosed());
    // Its own limit (upgradeTimeout) cuts the player off without a word.
    const proxy = createProxyServer({
      target: { protocol, ...parseAddress(to.address) },
      headers: to.headers,
      secure: false,
      xfwd: false,
    });
    this.#listen(proxy);
    void proxy.ws(req, socket as Socket, {}, head);
  }

  destroy(): void {
    this.#player.destroy();
    this.#owner?.destroy();
    this.#request?.destroy();
  }

  #listen(proxy: ProxyServer): void {
    proxy.on('proxyReqWs', (request) => {
      this.#request = request;
      this.#limit = setTimeout(() => request.destroy(new TimeoutError('no answer in time')), this.#to.timeoutMs);
      request.once('response', () => this.#refused());
    });
    proxy.on('error', (cause) => this.#fail(cause));
    // Told when the pipes are in place: a listener before that would drain the sockets.
    proxy.on('open', (owner) => this.#open(owner));
  }

  /** The owner's answer is no upgrade: it is passed on as it stands, and that is all. */
  #refused(): void {
    this.#state = 'open';
    clearTimeout(this.#limit);
    this.#linger();
  }

  #open(owner: Socket): void {
    this.#state = 'open';
    clearTimeout(this.#limit);
    this.#owner = owner;
    owner.on('error', () => {});
    // The socket's own timeout counts what is written to an owner that vanished. And while a player takes nothing the
    // owner's side is not read, so that its end is not seen either.
    this.#idle = setTimeout(() => this.destroy(), this.#to.idleTimeoutMs);
    owner.on('close', () => this.#sideClosed());
    for (const side of [owner, this.#player]) side.once('end', () => this.#linger());
    this.#player.on('data', (chunk: Buffer) => this.#events.carried('to_owner', chunk.length));
    owner.on('data', (chunk: Buffer) => {
      this.#idle?.refresh();
      this.#events.carried('to_player', chunk.length);
    });
    this.#events.opened();
  }

  #playerClosed(): void {
    if (this.#state === 'connecting') {
      this.#done();
      this.#request?.destroy();
    } else {
      this.#sideClosed();
    }
  }

  /** A pipe passes on that a side ended, but not that it broke. */
  #sideClosed(): void {
    const sides = [this.#player, this.#owner].filter((side) => side !== undefined);
    if (sides.every((side) => side.closed)) {
      this.#done();
    } else {
      for (const side of sides) side.end();
      this.#linger();
    }
  }

  #linger(): void {
    this.#lingering ??= setTimeout(() => this.destroy(), LINGER_MS);
  }

  #fail(cause: Error): void {
    if (this.#state !== 'connecting') return;
    if (this.#player.destroyed) {
      this.#playerClosed();
      return;
    }
    this.#end();
    this.#events.failed(cause instanceof TimeoutError ? 'timeout' : 'unreachable', cause);
  }

  #done(): void {
    if (this.#state === 'done') return;
    this.#end();
    this.#events.closed();
  }

  #end(): void {
    this.#state = 'done';
    clearTimeout(this.#limit);
    clearTimeout(this.#idle);
    clearTimeout(this.#lingering);
  }
}

/** Node connects to an address of the newer kind only without the brackets. */
function parseAddress(address: string): { host: string; port: string } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: address.slice(colon + 1) };
}
