/**
 * What remains when an exception or a rejected promise belongs to nobody: it is counted and logged, and the matches of
 * the process go on. And the one package that would meddle with this, @pm2/io (loaded by Colyseus when it is
 * installed; it prints, measures and exits by its own rules), is kept out.
 */
import { registerHooks } from 'node:module';
import type { FaultLog } from './fault-log.ts';

/** To call before Colyseus starts. */
export function keepInstrumentationOut(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@pm2/io') throw new Error('not loaded: this process handles its own exceptions');
      return next(specifier, context);
    },
  });
}

export function surviveStrayExceptions(faults: FaultLog): void {
  process.on('uncaughtException', (error) => faults.report('process', 'uncaughtException', error));
  process.on('unhandledRejection', (reason) => faults.report('process', 'unhandledRejection', reason));
}
