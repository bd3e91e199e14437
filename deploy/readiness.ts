/** Whether a server process accepts players, as its /readyz says. */

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in words. */
  readonly reason: string;
}

/** @param origin like `http://127.0.0.1:2568`. A process that does not answer is not ready. */
export async function readinessOf(origin: string): Promise<Readiness> {
  try {
    const response = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(2000) });
    const body: unknown = await response.json();
    return { ready: response.ok, reason: response.ok ? '' : reasonIn(body) };
  } catch (error) {
    return { ready: false, reason: error instanceof Error && error.name === 'TimeoutError' ? 'stalled' : 'away' };
  }
}

function reasonIn(body: unknown): string {
  const reason = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return typeof reason === 'string' ? reason : 'not ready';
}
