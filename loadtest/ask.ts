/** HTTP requests, each on a connection of its own, as those of strangers have. */
import { request } from 'node:http';

export interface Ask {
  /** 127.0.0.1 when left out. */
  readonly host?: string | undefined;
  readonly port: number | string;
  readonly path: string;
  /** The address of this machine to come from. */
  readonly from?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

export interface Answer {
  /** 0 when the connection ended without an answer, or none came in time; the body then says how. */
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Posts JSON if nothing else is said. Never rejects. */
export function ask({
  host = '127.0.0.1',
  port,
  path,
  from,
  method = 'POST',
  headers,
  body,
  timeoutMs,
}: Ask): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (cause: unknown) => resolve({ status: 0, body: String(cause), headers: {} });
    const asked = request({
      host,
      port,
      path,
      localAddress: from,
      method,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    asked.on('error', fail);
    asked.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      const told = response.toArray().then((chunks) => Buffer.concat(chunks).toString());
      told.then((text) => resolve({ status, body: text, headers: answered }), fail);
    });
    asked.end(body);
  });
}
