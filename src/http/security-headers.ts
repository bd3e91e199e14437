/**
 * What browsers are told of an answer: nothing to guess, to embed elsewhere, or to run. The pages have a policy of their
 * own, as strict as they can do with; that it suffices is tested in a browser.
 */
import type { RequestHandler } from 'express';
import helmet, { strictTransportSecurity } from 'helmet';
import { isLoopback } from '../security/origins.ts';

/** For answers that are no page. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

export interface PageContacts {
  /** `host[:port][/path]` of this process, or ''. */
  readonly publicAddress: string;
  /** As in the setting. */
  readonly corsOrigins: readonly string[];
}

const ALONE: PageContacts = { publicAddress: '', corsOrigins: [] };

/**
 * The pages' content security policy. They load from and speak to their own origin; to the public address, because a
 * seat may lead there; and to the origins listed for CORS, because those are the other names of the same game.
 */
export function pagePolicy({ publicAddress, corsOrigins }: PageContacts = ALONE): string {
  const [host] = publicAddress.split('/');
  const atHost = host ? [`http://${host}`, `https://${host}`, `ws://${host}`, `wss://${host}`] : [];
  const listed = corsOrigins.filter((origin) => /^https?:/.test(origin));
  const atListed = listed.flatMap((origin) => [origin, origin.replace(/^http/, 'ws')]);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...new Set([...atHost, ...atListed])].join(' '),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ');
}

export interface SecurityHeadersOptions {
  /** This process serves TLS itself. Who ends it in front says for how long. */
  readonly tls: boolean;
  /** 0 for not at all. */
  readonly hstsSeconds: number;
}

export function securityHeaders({ tls, hstsSeconds }: SecurityHeadersOptions): RequestHandler {
  const common = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    // Not no-referrer: browsers would send `Origin: null` with a form of our own.
    referrerPolicy: { policy: 'same-origin' },
  });
  // Nothing of subdomains, which may be somebody else's.
  const onlyTls = strictTransportSecurity({ maxAge: hstsSeconds, includeSubDomains: false });
  return (req, res, next) => {
    res.setHeader('content-security-policy', NOTHING);
    // A browser would ask for https of whatever else a developer runs on this machine.
    if (tls && hstsSeconds > 0 && !isLoopback(req.hostname)) onlyTls(req, res, () => {});
    common(req, res, next);
  };
}
