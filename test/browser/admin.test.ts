/** The admin's pages in a real browser: the way in, and Colyseus's panels behind it under our content policy. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import type { BrowserContextOptions } from 'playwright-core';
import { DESKTOP, GamePage, launchBrowser, PHONE } from '../support/browser.ts';
import { disposedAfterwards, passive, startServerProcess } from '../support/processes.ts';

const TOKEN = 'a-token-that-tests-know';
const SIZES: Readonly<Record<string, BrowserContextOptions>> = { desktop: DESKTOP, phone: PHONE };

describe("the admin's pages", function () {
  this.timeout(60_000);
  const stack = disposedAfterwards();
  let origin = '';
  let roomId = '';
  let open: (path: string, options?: BrowserContextOptions) => Promise<GamePage>;

  before(async () => {
    const server = await startServerProcess({ HYPOGEUM_ADMIN_TOKEN: TOKEN });
    stack.defer(() => server.child.stop('SIGKILL'));
    origin = server.origin;
    ({ roomId } = passive(await new Client(origin).joinOrCreate('arena', { name: 'Ann' })));
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    open = (path, options) => GamePage.open(browser, origin + path, options);
  });

  async function enter(game: GamePage, token: string): Promise<void> {
    await game.page.fill('input[name=token]', token);
    await game.page.click('text=Enter');
  }

  for (const [size, options] of Object.entries(SIZES)) {
    it(`ask for the token, refuse a wrong one and let a right one in (${size})`, async () => {
      const game = await open('/admin', options);
      assert.equal(game.page.url(), `${origin}/admin/login`);
      await enter(game, 'another-token-altogether');
      assert.equal(await game.text('[role=alert]'), 'That is not the token.');
      await game.keep(`${size}-admin-login`);
      await enter(game, TOKEN);
      await game.page.waitForURL(`${origin}/admin`);
      assert.equal(await game.page.locator('li a').count(), 2);
      assert.deepEqual(await game.misplaced('li:first-child', 'li:last-child', 'button'), []);
      await game.keep(`${size}-admin`);
      await game.page.click('text=Leave');
      await game.page.goto(`${origin}/monitor/`);
      assert.equal(game.page.url(), `${origin}/admin/login`);
      assert.deepEqual(game.mistakes, []);
      await game.close();
    });
  }

  it("show rooms in Colyseus's monitor, and what can be joined in its playground", async () => {
    const game = await open('/admin');
    await enter(game, TOKEN);
    await game.page.click('text=monitor');
    await game.page.getByText(roomId).first().waitFor();
    await game.keep('desktop-monitor');
    await game.page.goto(`${origin}/admin`);
    await game.page.click('text=playground');
    await game.page.locator('option[value=arena]').first().waitFor({ state: 'attached' });
    await game.keep('desktop-playground');
    // The monitor asks another host for a font of icons that it does not need.
    const others = game.mistakes.filter((mistake) => !mistake.includes('https://fonts.googleapis.com/'));
    assert.deepEqual(others, []);
    await game.close();
  });
});
