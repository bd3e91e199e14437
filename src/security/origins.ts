/**
 * Which pages may talk to this server, told by the Origin that their browser sends along: those of the same host, whatever
 * their port or scheme, since a proxy in front may have its own; and those that are listed. Whoever sends no origin is no page.
 */

/** @param origin the header of that name. @param host the header of that name. */
export type OriginAllowed = (origin: string | undefined, host: string | undefined) => boolean;

/** This machine, as its own browsers see it. Pages of other machines cannot have such an origin. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @param listed origins (`https://play.example.com`); `local` for all of the loopback, `null` for pages without one, `*` for any. */
export function originCheck(listed: readonly string[]): OriginAllowed {
  const known = new Set(listed.map((origin) => origin.toLowerCase()));
  if (known.has('*')) return () => true;
  const local = known.has('local');
  return (origin, host) => {
    if (origin === undefined || known.has(origin.toLowerCase())) return true;
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
  return URL.parse(url)?.hostname.toLowerCase() || undefined;
}
