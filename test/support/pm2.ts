/** A real PM2 for a test, with a home of its own, that ends with the test run whatever happens. */
import { Pm2 } from '../../deploy/pm2.ts';
import { OPEN_DOORS } from '../../loadtest/open-doors.ts';
import { cleanEnvironment, type Settings, temporaryDirectory } from './processes.ts';

export interface TestPm2 extends AsyncDisposable {
  readonly pm2: Pm2;
}

export async function privatePm2(settings: Settings): Promise<TestPm2> {
  const home = await temporaryDirectory('pm2', () => pm2.killNow());
  const pm2 = new Pm2({ home: home.path, env: cleanEnvironment({ ...OPEN_DOORS, ...settings }) });
  return {
    pm2,
    async [Symbol.asyncDispose]() {
      await pm2.shutdown();
      await home[Symbol.asyncDispose]();
    },
  };
}
