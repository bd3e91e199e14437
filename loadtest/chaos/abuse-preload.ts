/**
 * Loaded before `src/main.ts` (node --import), so that the server which is attacked is the real one, with all its policies:
 * its list of rooms becomes the longer one of abuse-rooms.ts, and exceptions that reach the process are told on stdout.
 * What is done about them stays with main.ts.
 */
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const ROOMS = new URL('./abuse-rooms.ts', import.meta.url).href;
const STDOUT = 1;
/** One line tells that it happened; a flood of them is not this file's to make. */
const MOST_TOLD = 20;

registerHooks({
  resolve(specifier, context, next) {
    const ofMain = specifier === '../rooms/index.ts' && context.parentURL?.endsWith('/src/main.ts') === true;
    return ofMain ? { url: ROOMS, shortCircuit: true } : next(specifier, context);
  },
});

let told = 0;
const emit = process.emit as (event: string, ...args: unknown[]) => boolean;
/** A listener would change what Node does about an exception; a look at the event does not. */
Object.assign(process, {
  emit(event: string, ...args: unknown[]): boolean {
    const stray = event === 'uncaughtException' || event === 'unhandledRejection';
    if (stray && told++ < MOST_TOLD) writeSync(STDOUT, `stray ${event}: ${String(args[0]).split('\n', 1)[0]}\n`);
    return emit.call(process, event, ...args);
  },
});
