/** Where a browser of this machine finds what listens at `host` (an address or a name; every address when left out). */
export function pageAddress(host: string | undefined, port: number): string {
  if (host === undefined || AT_LOCALHOST.includes(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const AT_LOCALHOST = ['0.0.0.0', '::', '127.0.0.1', '::1'];
