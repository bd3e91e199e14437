/** Which pages may talk to this server: its own, and those that are listed. Whoever sends no origin is no page. */

/** @param origin the header of that name. @param host the header of that name. */
export type OriginAllowed = (origin: string | undefined, host: string | undefined) => boolean;

/** @param listed origins (`https://play.example.com`); `*` for all there are. */
export function originCheck(listed: readonly string[]): OriginAllowed {
  const known = new Set(listed.map((origin) => origin.toLowerCase()));
  if (known.has('*')) return () => true;
  return (origin, host) => {
    if (origin === undefined) return true;
    const given = origin.toLowerCase();
    return known.has(given) || isOwn(given, host);
  };
}

/** A proxy may have taken off the TLS: only the host is compared. */
function isOwn(origin: string, host: string | undefined): boolean {
  const own = host?.toLowerCase();
  return own !== undefined && (origin === `https://${own}` || origin === `http://${own}`);
}
