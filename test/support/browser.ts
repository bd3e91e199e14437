/**
 * The game's page in a real headless Chromium. A page's own mistakes (exceptions, errors on its console) are
 * collected and are for the test to look at; screenshots are kept in results/screenshots.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Snapshot } from '../../clients/web/hook.ts';
import type { NetNumbers } from '../../clients/web/meter.ts';
import { ROOT } from './processes.ts';
import { until } from './until.ts';

export { launchBrowser } from '../../loadtest/browser.ts';

/** What `buildPage` bundles, for a server in the test's own process. */
export const PAGES_ROOT = pathToFileURL(join(ROOT, 'clients/web/'));
export const SCREENSHOTS = join(ROOT, 'results/screenshots');

/** For what is not looked at: a small picture is drawn sooner. */
export const SMALL: BrowserContextOptions = { viewport: { width: 800, height: 500 } };
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** The game's page in a context (cookies, storage) of its own. */
export class GamePage {
  readonly page: Page;
  /** Exceptions and console errors of the page, but for what the browser says of a request that failed. */
  readonly mistakes: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.mistakes.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/^Failed to load resource|WebSocket connection/.test(message.text())) {
        this.mistakes.push(message.text());
      }
    });
  }

  static async in(context: BrowserContext): Promise<GamePage> {
    return new GamePage(await context.newPage());
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = DESKTOP): Promise<GamePage> {
    const game = await GamePage.in(await browser.newContext(options));
    const response = await game.page.goto(url);
    if (!response?.ok()) throw new Error(`${url} answered ${response?.status()}`);
    return game;
  }

  /** Quick play under a name, until the own fighter is on the screen. */
  async quickPlay(name: string): Promise<void> {
    await this.page.fill('#name', name);
    await this.page.click('#quick-play');
    await this.playing();
  }

  /** Until the own fighter is on the screen. */
  async playing(): Promise<Snapshot> {
    return until('the match is on the screen', async () => {
      const snapshot = await this.snapshot();
      return snapshot?.self && snapshot;
    });
  }

  async snapshot(): Promise<Snapshot | undefined> {
    return this.page.evaluate(() => window.hypogeum.snapshot());
  }

  async net(): Promise<NetNumbers> {
    return this.page.evaluate(() => window.hypogeum.net!);
  }

  /** The text of an element, whatever its style makes of its letters. */
  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).textContent())!.trim();
  }

  async visible(selector: string): Promise<boolean> {
    return this.page.locator(selector).isVisible();
  }

  /** Of these elements, those that leave the screen or cover another one; in words. */
  async misplaced(...selectors: string[]): Promise<string[]> {
    const { width, height } = this.page.viewportSize()!;
    const boxes = await Promise.all(
      selectors.map(async (selector) => ({ selector, ...(await this.page.locator(selector).boundingBox())! })),
    );
    const out = boxes.filter(({ x, y, ...box }) => x < 0 || y < 0 || x + box.width > width || y + box.height > height);
    const covering = boxes
      .flatMap((a, i) => boxes.slice(i + 1).map((b) => [a, b] as const))
      .filter(([a, b]) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height);
    return [
      ...out.map(({ selector }) => `${selector} leaves the screen`),
      ...covering.map(([a, b]) => `${a.selector} covers ${b.selector}`),
    ];
  }

  /** Keeps what the page looks like now. */
  async keep(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
