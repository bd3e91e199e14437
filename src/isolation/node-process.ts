/**
 * The process's last resort, on Node: every exception and rejection that nobody caught goes to one policy, whichever
 * packages are installed. Packages that listen for them do so to print and exit by their own rules: their listeners are
 * taken off again. Who only wants to know has Node's `uncaughtExceptionMonitor`. Node's warnings become log lines.
 */
import { registerHooks } from 'node:module';
import type { Logger } from '../kernel/ports.ts';
import type { Owners } from './node-owners.ts';
import type { Origin, ProcessFaults } from './process-faults.ts';

/**
 * To call before Colyseus starts: it loads @pm2/io when that is installed, which prints, measures, and opens connections
 * besides.
 */
export function keepInstrumentationOut(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@pm2/io') throw new Error('not loaded: this process handles its own exceptions');
      return next(specifier, context);
    },
  });
}

/** From now on nobody else has a say in it. */
export function takeExceptions(policy: ProcessFaults, owners: Owners, logger: Logger): void {
  process.setUncaughtExceptionCaptureCallback(null);
  for (const origin of ['uncaughtException', 'unhandledRejection'] as const) {
    const take = (thrown: unknown): void => policy.stray(thrown, origin, owners.ownerOf(thrown));
    process.removeAllListeners(origin);
    process.on(origin, take);
  }
  process.on('newListener', (event: string | symbol, listener: (...args: unknown[]) => void) => {
    if (event !== 'uncaughtException' && event !== 'unhandledRejection') return;
    // This event comes before the listener is there.
    process.nextTick(() => process.removeListener(event, listener));
    logger.debug('a package that wanted to handle stray exceptions does not', { event: event satisfies Origin });
  });
}

/** Node prints them itself otherwise, at whatever rate they come. */
export function takeWarnings(logger: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => logger.warn('Node warns', { name, message }));
}
