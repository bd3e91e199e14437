/** The result of a full arena on every size of screen: all of it is there at once, and the way to the menu is free. */
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { MAX_PLAYERS } from '../../rooms/arena/rules.ts';
import { defineRooms } from '../../rooms/index.ts';
import { buildPage } from '../../src/http/esbuild-page.ts';
import { page as pageHandler } from '../../src/http/page.ts';
import { DESKTOP, GamePage, launchBrowser, PAGES_ROOT, PHONE } from '../support/browser.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** As long as a name may be. */
const NAME = 'Maximus Decimus Meri';
const PHONES = { phone: [390, 844], 'phone-landscape': [844, 390], 'small-phone': [360, 640] } as const;

describe('the result', function () {
  this.timeout(30_000);
  const stack = disposedAfterwards();
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
    stack.defer(() => browser.close());
    const assets = await buildPage(PAGES_ROOT);
    const arena = { roundSeconds: 0.5, resultSeconds: 600, fill: MAX_PLAYERS };
    server = await startTestServer({
      rooms: (define) => defineRooms(define, { arena }),
      deps: { page: pageHandler(assets) },
    });
    stack.defer(() => server.stop());
  });

  it(`has room for ${MAX_PLAYERS} players on a desktop`, async () => {
    const game = await open(DESKTOP);
    await looksRight(game, 'desktop-sixteen-result');
  });

  it('and on phones, upright and lying', async () => {
    const game = await open(PHONE);
    for (const [name, [width, height]] of Object.entries(PHONES)) {
      await game.page.setViewportSize({ width, height });
      await until('the page has that size', () =>
        game.page.evaluate((w) => document.querySelector('canvas')!.width === w * devicePixelRatio, width),
      );
      await looksRight(game, `${name}-sixteen-result`);
    }
  });

  async function open(screen: BrowserContextOptions): Promise<GamePage> {
    const game = await GamePage.open(browser, `${server.url}/?rooms`, screen);
    await game.quickPlay(NAME);
    await until('the result', () => game.visible('#result'));
    const rows = game.page.locator('#result-rows tr:visible');
    await until('everybody is listed', async () => (await rows.count()) === MAX_PLAYERS);
    return game;
  }

  async function looksRight(game: GamePage, picture: string): Promise<void> {
    await game.keep(picture);
    assert.deepEqual(await game.misplaced('#result', '#tool-menu'), []);
    const cut = await game.page.$eval('#result', (sheet) => sheet.scrollHeight - sheet.clientHeight);
    assert.ok(cut <= 0, `${cut} pixels of it are not seen`);
    const own = game.page.locator('#result-rows .is-me');
    const tag = (await own.locator('.tag').boundingBox())!;
    const cell = (await own.locator('td').nth(1).boundingBox())!;
    assert.ok(tag.x + tag.width <= cell.x + cell.width, 'a long name leaves room for what is said of it');
  }
});
