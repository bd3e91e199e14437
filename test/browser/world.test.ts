/** The world in a browser: walking, taking and dropping by keys and clicks, and what the page says it knows. */
import assert from 'node:assert/strict';
import { LobbyRoom, matchMaker } from '@colyseus/core';
import type { Browser } from 'playwright-core';
import type { WorldSnapshot } from '../../clients/web/world/hook.ts';
import { WorldRoom } from '../../rooms/world/room.ts';
import { ITEM_KINDS, LEAVE_RADIUS, VIEW_RADIUS } from '../../rooms/world/rules.ts';
import { isOpen } from '../../rooms/world/simulation.ts';
import { buildPage } from '../../src/http/esbuild-page.ts';
import { page as pageHandler } from '../../src/http/page.ts';
import { DESKTOP, GamePage, launchBrowser, PAGES_ROOT, PHONE, SMALL } from '../support/browser.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const CREATURES = 1500;
const ITEMS = 1200;
const LANDSCAPE = { ...PHONE, viewport: { width: 844, height: 390 } };
const HUD = ['.knowledge', '.maps', '.tools', '#bag'];
/** The first frames paint the ground, on a machine without a graphics card. */
const PATIENT_MS = 15_000;

describe('the world in the browser', function () {
  this.timeout(60_000);
  const stack = disposedAfterwards();
  let server: TestServer;
  let browser: Browser;
  const pages: GamePage[] = [];

  before(async () => {
    const assets = await buildPage(PAGES_ROOT);
    server = await startTestServer({
      rooms: (define) => {
        define('world', WorldRoom, { seed: 4, creatures: CREATURES, items: ITEMS });
        define('lobby', LobbyRoom);
      },
      deps: { page: pageHandler(assets) },
    });
    stack.defer(() => server.stop());
    browser = await launchBrowser();
    stack.defer(() => browser.close());
  });

  afterEach(async () => {
    for (const game of pages.splice(0)) {
      const { mistakes } = game;
      await game.close();
      assert.deepEqual(mistakes, []);
    }
  });

  async function open(options = DESKTOP): Promise<GamePage> {
    const game = await GamePage.open(browser, `${server.url}/world`, options);
    pages.push(game);
    await until('the own body is on the screen', async () => (await look(game))?.self, PATIENT_MS);
    return game;
  }

  const look = (game: GamePage): Promise<WorldSnapshot | undefined> =>
    game.page.evaluate(() => window.hypogeumWorld.snapshot());

  async function seen(game: GamePage): Promise<WorldSnapshot & { self: NonNullable<WorldSnapshot['self']> }> {
    const { self, ...rest } = (await look(game))!;
    assert.ok(self);
    return { self, ...rest };
  }

  const stateOf = ({ roomId }: WorldSnapshot) => (matchMaker.getLocalRoomById(roomId) as WorldRoom).state;

  /** How many are within so far of the page's player, itself and things included, as the server has them. */
  function around(snapshot: WorldSnapshot, radius: number): number {
    const { units, items } = stateOf(snapshot);
    const { x, y } = units.get(snapshot.sessionId)!;
    const near = (at: { x: number; y: number }): boolean => Math.hypot(at.x - x, at.y - y) <= radius;
    return [...units.values(), ...items.values()].filter(near).length;
  }

  it('leads straight into the world; keys walk, and what is walked over is in the bag until it is dropped', async () => {
    const game = await open();
    const start = await seen(game);
    const { units, items, bags } = stateOf(start);
    const [[, item] = assert.fail()] = [...items].filter(
      ([, { x, y }]) => isOpen(x - 140, y) && isOpen(x - 90, y) && isOpen(x - 40, y) && isOpen(x, y),
    );
    Object.assign(units.get(start.sessionId)!, { x: Math.fround(item.x - 140), y: Math.fround(item.y) });
    await until('the page is there', async () => Math.abs((await seen(game)).self.x - item.x + 140) < 1);
    await game.page.keyboard.down('d');
    await until('the bag holds something', () => bags.get(start.sessionId)!.counts.size > 0);
    await game.page.keyboard.up('d');
    const [[kind, count] = assert.fail()] = bags.get(start.sessionId)!.counts;
    const place = `#bag [data-kind="${kind}"]`;
    await until('the strip says so', async () => (await game.text(`${place} .place-count`)) === String(count));
    const { self, bags: known } = await seen(game);
    assert.ok(self.x > item.x - 140, 'walked to the east');
    assert.deepEqual(known, { [start.sessionId]: { [kind]: count } });
    await game.keep('world-desktop');
    const before = new Set(items.keys());
    await game.page.click(place);
    const { x, y } = units.get(start.sessionId)!;
    const isBack = ([id, thing]: [string, { kind: number; x: number; y: number }]): boolean =>
      !before.has(id) && ITEM_KINDS[thing.kind] === kind && Math.hypot(thing.x - x, thing.y - y) < VIEW_RADIUS;
    await until('it lies on the ground again', () => [...items].some(isBack));
    await until('the strip is empty', async () => (await game.text(`${place} .place-count`)) === '');
    assert.equal(await game.page.locator(place).isDisabled(), true);
  });

  it('says how much of the world it knows, and that is what the server has around it', async () => {
    const game = await open();
    const numbers = async () => {
      const [known, all] = await Promise.all([game.text('#known'), game.text('#all')]);
      return { known: Number(known.replaceAll(',', '')), all: Number(all.replaceAll(',', '')) };
    };
    await until('the count of all', async () => {
      const { players, creatures, things } = stateOf(await seen(game));
      return players > 0 && (await numbers()).all === players + creatures + things;
    });
    await until('the count of the known', async () => {
      const { known } = await numbers();
      const snapshot = await seen(game);
      const [least, most] = [around(snapshot, VIEW_RADIUS - 20), around(snapshot, LEAVE_RADIUS + 20)];
      assert.ok(snapshot.known < 120 && snapshot.units.length > 0);
      return least <= known && known <= most;
    });
    await game.page.keyboard.press('F3');
    const row = game.page.locator('#panel [data-number="known"]');
    await until('the panel says it too', async () => /^\d+ of \d+ entities$/.test((await row.textContent()) ?? ''));
    assert.equal(await game.visible('#panel'), true);
  });

  it('shows others, and sees them come and go', async () => {
    const [one, other] = [await open(), await open(SMALL)];
    const [a, b] = [await seen(one), await seen(other)];
    const { units } = stateOf(a);
    const { x, y } = units.get(a.sessionId)!;
    Object.assign(units.get(b.sessionId)!, { x: Math.fround(x + 80), y: Math.fround(y) });
    const shows = async () => (await seen(one)).units.some(({ id }) => id === b.sessionId);
    await until('the other is on the screen', shows);
    Object.assign(units.get(b.sessionId)!, { x: Math.fround(x > 6000 ? x - 3000 : x + 3000) });
    await until('the other is gone', async () => !(await shows()));
  });

  it('comes back after a lost connection, and says so meanwhile', async () => {
    const game = await open(SMALL);
    const { sessionId } = await seen(game);
    await game.page.evaluate(() => {
      Object.assign(window.hypogeumWorld.room!.reconnection, { minUptime: 0, backoff: () => 700 });
      window.hypogeumWorld.room!.connection.transport.close(4010);
    });
    await until('the page says it', () => game.visible('#reconnecting'));
    await until('it is back', async () => !(await game.visible('#reconnecting')), PATIENT_MS);
    assert.equal((await seen(game)).sessionId, sessionId);
  });

  for (const [name, options] of [
    ['phone', PHONE],
    ['landscape', LANDSCAPE],
  ] as const) {
    it(`fits a phone (${name}): a thumb walks, nothing covers anything`, async () => {
      const game = await open(options);
      const { self } = await seen(game);
      const touch = await game.page.context().newCDPSession(game.page);
      const points = (x: number) => [{ x, y: 200 }];
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(120) });
      await touch.send('Input.dispatchTouchEvent', {
        type: 'touchMove',
        touchPoints: points(self.x > 6500 ? 60 : 180),
      });
      await until('the body moves', async () => {
        const { x, y } = (await seen(game)).self;
        return Math.hypot(x - self.x, y - self.y) > 30;
      });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await until('the title is gone', async () => !(await game.visible('#title')), PATIENT_MS);
      assert.deepEqual(await game.misplaced(...HUD, '#hint'), []);
      await game.keep(`world-${name}`);
    });
  }

  it('is linked with the arena in both directions', async () => {
    const game = await open(SMALL);
    await game.page.keyboard.press('Escape');
    await game.page.click('#menu-leave');
    await game.page.waitForURL('**/?rooms');
    await game.page.click('#start a[href="/world"]');
    await game.page.waitForURL('**/world**');
    await until('the own body is on the screen', async () => (await look(game))?.self, PATIENT_MS);
  });
});
