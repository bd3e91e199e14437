/**
 * Which pages may ask this server, told by the Origin that their browser sends along. Pages of the same host always may,
 * whatever their port or scheme: a proxy in front may have its own. What sends no Origin is no page, and is not meant here.
 */

/** Whether a page of `origin` may ask a server that it calls `host` (the Host header). */
export type AllowsOrigin = (origin: string, host: string | undefined) => boolean;

/** This machine, as seen by its own browsers. Pages of other machines cannot have such an origin. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @param list origins, separated by commas; `local` stands for all of the loopback, `null` for pages without an origin, `*` for any. */
export function originsAllowedBy(list: string): AllowsOrigin {
  const listed = new Set(list.split(',').map((one) => one.trim()));
  if (listed.has('*')) return () => true;
  const local = listed.has('local');
  return (origin, host) => {
    if (listed.has(origin)) return true;
    const name = hostNameOf(origin);
    if (name === undefined) return false;
    return name === hostNameOf(`http://${host}`) || (local && isLoopback(name));
  };
}

/** @param name a host name, or an address as it stands in a URL. */
export function isLoopback(name: string): boolean {
  return LOOPBACK.test(name);
}

function hostNameOf(url: string): string | undefined {
  return URL.parse(url)?.hostname || undefined;
}
