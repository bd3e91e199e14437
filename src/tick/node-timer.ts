/** The driver's timer on Node. Delays are rounded up: waking too early would only cost a second wake-up. */
import type { WakeTimer } from './tick-driver.ts';

export function createNodeTimer(): WakeTimer {
  let timeout: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const cancel = (): void => {
    clearTimeout(timeout);
    clearImmediate(immediate);
  };
  return {
    wakeIn(delayMs, wake) {
      cancel();
      if (delayMs <= 0) immediate = setImmediate(wake);
      else timeout = setTimeout(wake, Math.ceil(delayMs));
    },
    cancel,
  };
}
