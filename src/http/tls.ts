/**
 * The certificate and the key that https and wss are served with: read at the start, and again when a file changes, so
 * that a renewed certificate needs no restart. New connections get the new one; those that are open go on.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { messageOf } from '../kernel/invariant.ts';
import type { Logger } from '../kernel/ports.ts';

export interface TlsFiles {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/** As Node takes it. */
export interface TlsContext {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** Files are compared by their times: what watches them through the system's events misses links that are put in place. */
const LOOK_EVERY_MS = 5000;

/** @throws an Error that names the setting and says what is wrong with its file. */
export function loadTls({ cert, key }: TlsFiles): TlsContext {
  const context = {
    cert: read('HYPOGEUM_TLS_CERT', cert),
    key: read('HYPOGEUM_TLS_KEY', key),
    minVersion: 'TLSv1.2',
  } as const;
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new Error(
      `HYPOGEUM_TLS_CERT (${cert}) and HYPOGEUM_TLS_KEY (${key}) do not work together: ${messageOf(cause)}`,
      { cause },
    );
  }
  return context;
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`${setting} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The name to call a server by so that its certificate (PEM) fits: `host`, as in a URL, if it does, else the first name in it. */
export function certifiedName(cert: Buffer, host: string): string {
  const certificate = new X509Certificate(cert);
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) ? certificate.checkIP(address) : certificate.checkHost(host)) return host;
  return /(?:^|, )DNS:([^,*\s]+)/.exec(certificate.subjectAltName ?? '')?.[1] ?? host;
}

/**
 * Hands over what the files hold whenever they have changed and work; until then all stays as it was. The two are seldom
 * written in one moment: what does not fit together yet is looked at again with the next change. Returns what ends it.
 */
export function watchTls(
  files: TlsFiles,
  takeOver: (context: TlsContext) => void,
  logger: Logger,
  lookEveryMs = LOOK_EVERY_MS,
): () => void {
  const changed = (): void => {
    try {
      takeOver(loadTls(files));
      logger.info('the TLS certificate was renewed');
    } catch (cause) {
      logger.warn('the TLS files have changed, and cannot be used', { cause: messageOf(cause) });
    }
  };
  const paths = new Set([files.cert, files.key]);
  for (const path of paths) watchFile(path, { persistent: false, interval: lookEveryMs }, changed);
  return () => {
    for (const path of paths) unwatchFile(path, changed);
  };
}
