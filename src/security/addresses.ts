/**
 * The address of whoever sent a request. What a header claims counts only from a proxy that is listed; what the signed
 * header of another process says is for the gateway to read. Rules: SPEC.md (D1 to D3).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What of a request tells where it came from. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Of a connection that ended before anybody looked. */
const UNKNOWN = 'unknown';
/** What Colyseus believes an address from, in this order; of anybody. */
const CLAIMS = ['x-real-ip', 'x-forwarded-for', 'x-client-ip'] as const;

export class PlayerAddresses {
  readonly #proxies = new BlockList();

  /** @param proxies addresses and networks (`10.0.0.0/8`) whose word counts. */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/');
      const family = familyOf(address);
      if (bits === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(bits), family);
    }
  }

  isProxy(address: string): boolean {
    return isIP(address) !== 0 && this.#proxies.check(address, familyOf(address));
  }

  /** The nearest that is no listed proxy; never what somebody else wrote into the header. */
  of({ headers, socket }: Arrival): string {
    let nearest = readAddress(socket.remoteAddress ?? '') ?? UNKNOWN;
    if (!this.isProxy(nearest)) return nearest;
    const said = headers['x-forwarded-for'];
    const chain = (Array.isArray(said) ? said.join() : (said ?? '')).split(',');
    while (chain.length > 0 && this.isProxy(nearest)) {
      const before = readAddress(chain.pop()!.trim());
      if (before === undefined) break;
      nearest = before;
    }
    return nearest;
  }
}

/** Takes off what anybody may have claimed, and puts in its place what is known, where Colyseus looks first. */
export function tellAddress(headers: IncomingHttpHeaders | Headers, address: string): void {
  if (headers instanceof Headers) {
    for (const claim of CLAIMS) headers.delete(claim);
    headers.set(CLAIMS[0], address);
  } else {
    for (const claim of CLAIMS) delete headers[claim];
    headers[CLAIMS[0]] = address;
  }
}

/**
 * One spelling of an address: IPv6 that stands for IPv4 as IPv4, no port, brackets or zone. Undefined for what is none.
 */
export function readAddress(text: string): string | undefined {
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  const [bare = ''] = (bracketed ?? dotted ?? text).split('%');
  switch (isIP(bare)) {
    case 4:
      return bare;
    case 6:
      return readIPv6(bare);
    default:
      return undefined;
  }
}

/** What an address counts as: a household has 64 bits of IPv6, and may take any address of them. */
export function countedAs(address: string): string {
  if (isIP(address) !== 6) return address;
  return `${groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** What stands before the 32 bits of an IPv4 address in IPv6: `::ffff:0:0/96`, and `64:ff9b::/96` behind a translator (RFC 6052). */
const MAPPED = [0, 0, 0, 0, 0, 0xffff].join();
const TRANSLATED = [0x64, 0xff9b, 0, 0, 0, 0].join();

const WITH_PORT = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/;

function readIPv6(address: string): string {
  const groups = groupsOf(address);
  const before = groups.slice(0, 6).join();
  if (before !== MAPPED && before !== TRANSLATED) return new URL(`http://[${address}]`).hostname.slice(1, -1);
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/** Eight numbers of 16 bits. `address` is IPv6, without a zone. */
function groupsOf(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four: string[]) => {
    const [a, b, c, d] = four.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros: string[] = new Array(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
