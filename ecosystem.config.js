/**
 * Several server processes under PM2, for one machine: `REDIS_URL=redis://... npx pm2 start ecosystem.config.js`.
 * `npm run cluster` starts the same thing with a Redis and an nginx around it.
 *
 * Read from the environment, and handed on to the processes with all else that is in it:
 *   REDIS_URL                    the Redis they share; required
 *   WEB_CONCURRENCY              how many processes; the number of cores when left out, but 2 to 4
 *   HYPOGEUM_PORT                port of the first, the others follow it; 2568 when left out
 *   HYPOGEUM_HOST                address they listen at; the loopback when left out, as nginx is in front
 *   HYPOGEUM_PUBLIC_ADDRESS      HOST[:PORT] by which players reach nginx; localhost:2567 when left out
 *   HYPOGEUM_TRUSTED_PROXIES     proxies that tell players' addresses; the loopback when left out, where nginx is
 *   HYPOGEUM_DRAIN_TIMEOUT_MS    how long a process may take to stop; PM2 waits longer than that
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const { env } = process;
const count = Number(env.WEB_CONCURRENCY || Math.min(Math.max(availableParallelism(), 2), 4));
const firstPort = Number(env.HYPOGEUM_PORT || 2568);
const publicHost = env.HYPOGEUM_PUBLIC_ADDRESS || 'localhost:2567';
const drainMs = Number(env.HYPOGEUM_DRAIN_TIMEOUT_MS || 5000);

if (!env.REDIS_URL) throw new Error('REDIS_URL is not set: several processes need one Redis that they share');
if (!Number.isInteger(count) || count < 1) throw new Error(`WEB_CONCURRENCY is no number of processes: ${count}`);

// The pinned runtime, whatever Node runs PM2 itself.
const pinned = join(import.meta.dirname, 'node_modules/.bin/node');

// PM2 loads this with require(), which sees the named exports of a module.
export const apps = Array.from({ length: count }, (_, i) => ({
  name: `hypogeum-${i}`,
  script: 'src/main.ts',
  cwd: import.meta.dirname,
  interpreter: existsSync(pinned) ? pinned : process.execPath,
  exec_mode: 'fork',
  // The server says when it accepts players, and takes its time to stop.
  wait_ready: true,
  listen_timeout: 30_000,
  kill_timeout: drainMs + 3000,
  // One that cannot start is tried again, later each time.
  exp_backoff_restart_delay: 200,
  // PM2's own instruments would listen for unhandled rejections inside the server.
  pmx: false,
  vizion: false,
  env: {
    HYPOGEUM_PORT: String(firstPort + i),
    HYPOGEUM_HOST: env.HYPOGEUM_HOST || '127.0.0.1',
    HYPOGEUM_TRUSTED_PROXIES: env.HYPOGEUM_TRUSTED_PROXIES || '127.0.0.0/8, ::1',
    // nginx routes by /pN: the name belongs to the port, and stays when the process behind it is a new one.
    HYPOGEUM_PUBLIC_ADDRESS: `${publicHost}/p${i}`,
  },
}));
