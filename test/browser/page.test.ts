/** The page around the match: names, links, rooms, notices, sound, the network panel, thumbs. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import type { Browser } from 'playwright-core';
import type { ShownPlayer } from '../../clients/web/hook.ts';
import { MAX_PLAYERS } from '../../rooms/arena/rules.ts';
import { DESKTOP, GamePage, launchBrowser, PHONE, SMALL } from '../support/browser.ts';
import { Line } from '../support/line.ts';
import { disposedAfterwards, type ServerProcess, startServerProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const MARKUP = '<b id=pwn>Crixus</b>';
const THUMBS_HUD = ['.plaque', '.standing', '.tools', '#health', '#touch-rocket', '#touch-dash'];
/** Later than the SDK's first tries to come back. */
const PATIENT_MS = 15_000;

/** The start screen; a visit to / leads straight into a match. */
const START = '/?rooms';

describe('the page', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();
  let server: ServerProcess;
  let line: Line;
  let browser: Browser;
  const pages: GamePage[] = [];

  before(async () => {
    server = await start();
    line = stack.use(await Line.to(server.port));
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

  async function start(): Promise<ServerProcess> {
    const started = await startServerProcess();
    stack.defer(() => started.child.stop('SIGKILL'));
    return started;
  }

  async function open(path = START, options = SMALL): Promise<GamePage> {
    const game = await GamePage.open(browser, `${line.origin}${path}`, options);
    pages.push(game);
    return game;
  }

  it('is in a moving match after one visit, with no further step; the menu takes a name', async () => {
    const game = await open('/', DESKTOP);
    const { sessionId } = await game.playing();
    await until('others move', async () => {
      const before = (await game.playing()).players;
      const after = (await game.playing()).players;
      return after.some(
        (player, i) => player.id !== sessionId && before[i]?.id === player.id && player.x !== before[i]?.x,
      );
    });
    assert.equal(await game.text('#standing .is-me .who'), 'Tiro');
    await game.page.keyboard.press('Escape');
    await game.page.fill('#menu-name', ' Maximus ');
    await game.keep('desktop-menu');
    await game.page.click('#menu-resume');
    await until('the new name stands', async () => (await game.text('#standing .is-me .who')) === 'Maximus');
    await game.page.reload();
    assert.equal((await game.playing()).sessionId, sessionId);
    const later = await GamePage.in(game.page.context());
    await later.page.goto(`${line.origin}/`);
    await later.playing();
    assert.equal(await later.text('#standing .is-me .who'), 'Maximus', 'and is remembered');
    await later.page.close();
  });

  it('shows a name with markup as text, wherever it shows names', async () => {
    const game = await open();
    await game.quickPlay(MARKUP);
    await until('the name stands in the standing', async () => (await game.text('#standing .is-me .who')) === MARKUP);
    await game.page.keyboard.down('Tab');
    await until('the name stands in the board', async () => (await game.text('#board-rows .is-me .who')) === MARKUP);
    await game.page.keyboard.up('Tab');
    assert.equal(await game.page.locator('#pwn').count(), 0);
  });

  it('remembers the name, and lists the room with its players, live', async () => {
    const game = await open();
    await game.page.fill('#name', 'Crixus');
    await game.page.click('#create-room');
    const { roomId } = await game.playing();
    const other = await GamePage.in(game.page.context());
    await other.page.setViewportSize(DESKTOP.viewport!);
    await other.page.goto(`${line.origin}${START}`);
    assert.equal(await other.page.inputValue('#name'), 'Crixus');
    const count = other.page.locator(`[data-room="${roomId}"] .room-count span`).first();
    await until('the room is listed', async () => (await count.textContent()) === `1 / ${MAX_PLAYERS}`);
    await other.keep('desktop-rooms');
    const guest = await new Client(server.origin).joinById(roomId, { name: 'Guest' });
    guest.onMessage('*', () => {});
    await until('the count follows', async () => (await count.textContent()) === `2 / ${MAX_PLAYERS}`);
    await guest.leave();
    await until('the count follows back', async () => (await count.textContent()) === `1 / ${MAX_PLAYERS}`);
    await other.page.click(`[data-room="${roomId}"] button`);
    assert.equal((await other.playing()).roomId, roomId);
  });

  it('makes a room of its own, and brings a friend in by its link, copied over https or not', async () => {
    const game = await open();
    await game.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await game.page.fill('#name', 'Host');
    await game.page.click('#create-room');
    const { roomId } = await game.playing();
    await game.page.click('#tool-share');
    await until('the page says so', async () => (await game.text('#toast')).startsWith('Link copied'));
    const link = await game.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(link, `${line.origin}/?room=${roomId}`);
    await game.page.evaluate(() => navigator.clipboard.writeText('something else'));
    await hideClipboard(game);
    await game.page.click('#tool-share');
    await until('the link is copied again', async () => (await readClipboard(game)) === link);
    const friend = await open(link.slice(line.origin.length));
    assert.equal((await friend.playing()).roomId, roomId);
  });

  it('aims with the device that was used last', async () => {
    const game = await open(START, { ...SMALL, hasTouch: true });
    await game.quickPlay('Both');
    const off = async (direction: (self: ShownPlayer) => number) => {
      const self = (await game.playing()).self!;
      return 1 - Math.cos(self.aim - direction(self));
    };
    const toMouse = ({ screenX, screenY }: ShownPlayer) => Math.atan2(250 - screenY, 799 - screenX);
    await game.page.mouse.move(799, 250);
    await until('it aims at the mouse', async () => (await off(toMouse)) < 0.01);
    const touch = await game.page.context().newCDPSession(game.page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: 600, y: 400 }] });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: 580, y: 400 }] });
    await until('it aims with the thumb', async () => (await off(() => Math.PI)) < 0.01);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await game.page.mouse.move(798, 250);
    await until('it aims at the mouse again', async () => (await off(toMouse)) < 0.01);
  });

  it('keeps the room of a link while the server is away, also over a reload', async () => {
    const host = await new Client(server.origin).create('arena', {});
    host.onMessage('*', () => {});
    const game = await open();
    await game.page.route('**/matchmake/**', (route) => route.abort());
    await game.page.goto(`${line.origin}/?room=${host.roomId}`);
    await until('the notice', async () => (await game.text('#notice-title')) === 'The server cannot be reached');
    await game.page.unroute('**/matchmake/**');
    await game.page.reload();
    assert.equal((await game.playing()).roomId, host.roomId);
    await host.leave();
  });

  it('says that a room is gone, and offers another', async () => {
    const game = await open('/?room=gone12345');
    await until('the notice', async () => (await game.text('#notice-title')) === 'This room is gone');
    await game.page.click('#notice-action');
    await game.playing();
  });

  it('says that a room is full, and offers another', async () => {
    const client = new Client(server.origin);
    const first = await client.create('arena', {});
    const others = await Promise.all(Array.from({ length: MAX_PLAYERS - 1 }, () => client.joinById(first.roomId, {})));
    const crowd = [first, ...others];
    for (const room of crowd) room.onMessage('*', () => {});
    const game = await open(`/?room=${first.roomId}`);
    await until('the notice', async () => (await game.text('#notice-title')) === 'This room is full');
    await Promise.all(crowd.map((room) => room.leave()));
    await game.page.click('#notice-action');
    await game.playing();
  });

  it('goes back to the same seat when the tab is reloaded', async () => {
    const game = await open();
    await game.quickPlay('Again');
    const { sessionId } = await game.playing();
    await game.page.reload();
    assert.equal((await game.playing()).sessionId, sessionId);
  });

  it('is the same guest at the next visit, and a new one when the server does not know the old', async () => {
    const game = await open('/');
    await game.playing();
    const guest = () =>
      game.page.evaluate(
        () => JSON.parse(atob(localStorage.getItem('colyseus-auth-token')!.split('.')[1]!)).sub as string,
      );
    const id = await guest();
    assert.match(id, /^guest-/);
    await game.page.goto(`${line.origin}/`);
    await game.playing();
    assert.equal(await guest(), id);
    await game.page.evaluate(() => localStorage.setItem('colyseus-auth-token', 'from.another.server'));
    await game.page.goto(`${line.origin}/`);
    await game.playing();
    assert.notEqual(await guest(), id);
  });

  it('remembers that the sound is off', async () => {
    const game = await open();
    await game.quickPlay('Quiet');
    await game.page.keyboard.press('KeyM');
    const pressed = () => game.page.getAttribute('#tool-mute', 'aria-pressed');
    assert.equal(await pressed(), 'true');
    await game.page.reload();
    await game.playing();
    assert.equal(await pressed(), 'true');
    await game.page.click('#tool-mute');
    assert.equal(await pressed(), 'false');
  });

  it('has a menu that takes the keys, and leaves the match', async () => {
    const game = await open();
    await game.quickPlay('Leaver');
    await game.page.keyboard.press('Escape');
    assert.ok(await game.visible('#menu'));
    await game.page.keyboard.press('Escape');
    assert.equal(await game.visible('#menu'), false);
    // However fast they come, each press counts: in one go no event of the dialog comes between.
    await game.page.evaluate(() => {
      const press = () => dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', code: 'Escape' }));
      press();
      document.querySelector<HTMLDialogElement>('#menu')!.requestClose();
      press();
    });
    await game.page.click('#menu-leave');
    await until('the start screen', () => game.visible('#start'));
    assert.equal(await game.visible('#notice'), false);
    assert.equal(new URL(game.page.url()).search, '?rooms');
  });

  it('shows what the line is like, and makes it worse', async () => {
    const game = await open(START, DESKTOP);
    await game.quickPlay('Laggard');
    await game.page.keyboard.press('F3');
    assert.ok(await game.visible('#panel'));
    const number = async (name: string) => Number.parseFloat(await game.text(`#panel [data-number="${name}"]`));
    await until('patches are counted', async () => (await number('patches')) > 20 && (await number('patches')) < 40);
    await until('a ping came back', async () => (await number('ping')) < 150);
    assert.ok((await number('tick')) > 10);
    assert.ok((await number('delay')) >= 66);
    assert.ok((await game.net()).bytesInPerSecond > 300);
    assert.ok((await game.net()).bytesOutPerSecond > 20);
    await game.page.locator('#add-latency').fill('200');
    await game.page.locator('#add-jitter').fill('40');
    await until('the round trip follows the slider', async () => (await number('ping')) >= 200);
    await until('and so do inputs', async () => (await number('answer')) >= 180);
    await game.keep('desktop-network');
    await game.page.locator('#add-latency').fill('0');
    await game.page.locator('#add-jitter').fill('0');
    await until('it is as before', async () => (await number('ping')) < 150);
  });

  it('is played with thumbs on a phone, upright and lying', async () => {
    const game = await open(START, PHONE);
    await game.keep('phone-start');
    await game.page.fill('#name', 'Thumbs');
    await game.page.tap('#quick-play');
    const { self } = await game.playing();
    const touch = await game.page.context().newCDPSession(game.page);
    const points = (...at: [number, number][]) => at.map(([x, y], id) => ({ x, y, id }));
    const dx = self!.x < 1000 ? 45 : -45;
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points([95, 700]) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points([95 + dx, 700]) });
    await until('the body follows the left thumb', async () => {
      const now = (await game.playing()).self!;
      return (now.x - self!.x) * dx > 0 && Math.abs(now.x - self!.x) > 60;
    });
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchStart',
      touchPoints: points([95 + dx, 700], [300, 700]),
    });
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: points([95 + dx, 700], [300, 655]),
    });
    const shots = () =>
      game.page.evaluate(() => {
        const { room } = window.hypogeum;
        return room!.state.players.get(room!.sessionId)!.shots;
      });
    const before = await shots();
    await until('the right thumb shoots', async () => (await shots()) !== before);
    await game.keep('phone-play');
    assert.deepEqual(await game.misplaced(...THUMBS_HUD), []);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await game.page.setViewportSize({ width: 844, height: 390 });
    await until('the arena is as wide as the screen', () =>
      game.page.evaluate(() => document.querySelector('canvas')!.width === innerWidth * 2),
    );
    await game.keep('phone-landscape');
    assert.deepEqual(await game.misplaced(...THUMBS_HUD), []);
  });

  it('keeps trying while the server is away', async () => {
    const game = await open(START, DESKTOP);
    line.cut();
    await game.page.fill('#name', 'Early');
    await game.page.click('#quick-play');
    await until('the notice', async () => (await game.text('#notice-title')) === 'The server cannot be reached');
    await until('it counts down', async () => /Trying again in \d…$/.test(await game.text('#notice-text')));
    await game.keep('desktop-away');
    line.mend();
    await until('it is in a match by itself', async () => (await game.snapshot())?.self, PATIENT_MS);
  });

  it('says when a match cannot be brought back', async () => {
    const game = await open();
    await game.quickPlay('Orphan');
    const successor = await start();
    line.cut();
    await until('the page says so', () => game.visible('#reconnecting'));
    line.target = successor.port;
    line.mend();
    const lost = 'The match went on without you';
    await until('the notice', async () => (await game.text('#notice-title')) === lost, PATIENT_MS);
    await game.page.click('#notice-action');
    await game.playing();
  });
});

/** As on a page that came over plain http from another machine. What it held can still be read, by the test. */
async function hideClipboard({ page }: GamePage): Promise<void> {
  await page.evaluate(() => {
    const { clipboard } = navigator;
    Object.assign(window, { readClipboard: () => clipboard.readText() });
    Object.defineProperty(navigator, 'clipboard', { get: () => undefined });
  });
}

function readClipboard({ page }: GamePage): Promise<string> {
  return page.evaluate(() => (window as unknown as { readClipboard(): Promise<string> }).readClipboard());
}
