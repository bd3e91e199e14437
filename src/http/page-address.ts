/** Where a browser of this machine finds what listens at `host` (an address or a name; every address when left out). */
export function pageAddress(host: string | undefined, port: number, scheme = 'http'): string {
  return `${scheme}://${pageHost(host)}:${port}`;
}

/** As it stands in a URL. */
export function pageHost(host: string | undefined): string {
  if (host === undefined || AT_LOCALHOST.includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

const AT_LOCALHOST = ['0.0.0.0', '::', '127.0.0.1', '::1'];
