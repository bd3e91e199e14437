/**
 * What of a request is looked at before anything parses it: method, target, host, number of headers. Routers, URL
 * parsers and Colyseus stumble over some of what Node lets pass. Pure: strings in, a verdict out.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { seatRoomOf } from '../kernel/seat-target.ts';

export type Flaw = 'method' | 'target' | 'host' | 'headers';

export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
/** A path and a query in printable ASCII: no other host, no fragment, no backslash that some take for a slash. */
const TARGET = /^\/[!"$-[\]-~]*$/;
const HOST = /^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/** What makes a request unreadable, if anything does. */
export function flawOf(head: RequestHead, maxHeaders: number): Flaw | undefined {
  if (!METHODS.includes(head.method ?? '')) return 'method';
  if (head.rawHeaders.length > 2 * maxHeaders) return 'headers';
  if (!isHost(head)) return 'host';
  return isTarget(head.url ?? '') ? undefined : 'target';
}

/** A WebSocket to a seat, or to `/`, where SDKs measure the latency. Anything else that asks to upgrade is a plain request. */
export function asksForGame(head: RequestHead): boolean {
  return head.method === 'GET' && asksForWebSocket(head) && !hasBody(head) && isGamePath(pathOf(head.url ?? ''));
}

export function asksForWebSocket({ headers }: RequestHead): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

export function hasBody({ headers }: RequestHead): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isGamePath(path: string): boolean {
  return path === '/' || seatRoomOf(path) !== undefined;
}

/** Exactly one Host: of several Node shows the first, and a proxy may have read another. */
function isHost({ headers, rawHeaders }: RequestHead): boolean {
  const { host } = headers;
  if (host === undefined || !HOST.test(host) || !URL.canParse(`http://${host}`)) return false;
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length === 1;
}

function isTarget(url: string): boolean {
  if (!TARGET.test(url)) return false;
  try {
    return !hasControls(decodeURIComponent(pathOf(url)));
  } catch {
    return false;
  }
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
