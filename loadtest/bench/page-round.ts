/**
 * One round of the page bench: a server, the bots, and Chromium with the page in the same match, each in processes of
 * their own; played, read off the page's own meter, and ended again.
 */
import type { Browser, Page } from 'playwright-core';
import type { Snapshot } from '../../clients/web/hook.ts';
import type { NetNumbers } from '../../clients/web/meter.ts';
import { waitFor } from '../../deploy/wait.ts';
import { MAX_PLAYERS } from '../../rooms/arena/rules.ts';
import { launchBrowser } from '../browser.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { dealBots, Fleet } from '../workers.ts';
import { PagePlayer } from './page-player.ts';

const VIEWPORT = { width: 1440, height: 900 };
const JOIN_EVERY_MS = 50;
const JOIN_TIMEOUT_MS = 10_000;
/** The page keeps 512 frames: they are fetched before they are overwritten. */
const SLICE_SECONDS = 4;

export interface PageLoad {
  /** How long to measure. */
  readonly seconds: number;
  /** The page plays this long before: until its code is compiled and its sprites are drawn. */
  readonly settleSeconds: number;
}

export interface PageRound {
  readonly seconds: number;
  /** Script time of every frame in that time, in milliseconds. */
  readonly frames: readonly number[];
  /** The page's own counters when the measuring began and when it ended. */
  readonly before: NetNumbers;
  readonly after: NetNumbers;
  /** All files of a first visit, as they are sent: compressed where that helps. */
  readonly pageBytes: number;
  readonly machine: MachineUsage;
}

/** Throws when the match is not full from begin to end, or the page has an exception. */
export async function pageRound(load: PageLoad, interrupts: InterruptWatch): Promise<PageRound> {
  let server: ServerProcess | undefined;
  let fleet: Fleet | undefined;
  let browser: Browser | undefined;
  try {
    server = await interrupts.race(startServerProcess());
    const { endpoint } = server;
    fleet = new Fleet(dealBots(1, MAX_PLAYERS - 1, squad(endpoint)));
    await interrupts.race(fleet.ramped());
    browser = await interrupts.race(launchBrowser());
    const pageBytes = await weigh(endpoint);
    const round = observe(browser, endpoint, load, [server.pid, ...fleet.pids]);
    return { ...(await interrupts.race(Promise.race([round, fleet.lost()]))), pageBytes };
  } finally {
    await browser?.close();
    fleet?.kill();
    await server?.stop();
  }
}

function squad(endpoint: string) {
  return { endpoint, roomName: 'arena', joinEveryMs: JOIN_EVERY_MS, joinTimeoutMs: JOIN_TIMEOUT_MS, seed: 1 };
}

/** `pids`: the processes of the round beside the browser's. */
async function observe(browser: Browser, endpoint: string, load: PageLoad, pids: readonly number[]) {
  const page = await browser.newPage({ viewport: VIEWPORT });
  const mistakes: Error[] = [];
  page.on('pageerror', (error) => mistakes.push(error));
  // The bots' room is the only one with a place left.
  await page.goto(endpoint);
  await waitFor('the match is full', async () => isFull(await snapshot(page)), { timeoutMs: JOIN_TIMEOUT_MS });
  const player = new PagePlayer(page);
  await player.play(passed(load.settleSeconds));
  const machine = new MachineMeter([...pids, ...(await processesOf(browser))]);
  machine.begin();
  const measured = await measure(page, player, load.seconds);
  const usage = machine.end();
  if (mistakes[0]) throw new Error('the page had an exception', { cause: mistakes[0] });
  if (!isFull(await snapshot(page))) throw new Error('players left in the middle of the round');
  return { ...measured, machine: usage };
}

type Measured = Pick<PageRound, 'seconds' | 'frames' | 'before' | 'after'>;

async function measure(page: Page, player: PagePlayer, seconds: number): Promise<Measured> {
  const { numbers: before } = await readMeter(page);
  const startedAt = performance.now();
  const frames: number[] = [];
  let latest = before;
  for (let left = seconds; left > 0; left -= SLICE_SECONDS) {
    await player.play(passed(Math.min(left, SLICE_SECONDS)));
    const { numbers, times } = await readMeter(page);
    frames.push(...times.slice(Math.max(0, times.length - (numbers.frames - latest.frames))));
    latest = numbers;
  }
  return { seconds: (performance.now() - startedAt) / 1000, frames, before, after: latest };
}

/** Whether that long has passed since now. */
function passed(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}

function isFull(shown: Snapshot | undefined): boolean {
  return shown?.self !== undefined && shown.players.length === MAX_PLAYERS;
}

function snapshot(page: Page): Promise<Snapshot | undefined> {
  return page.evaluate(() => window.hypogeum.snapshot());
}

function readMeter(page: Page): Promise<{ numbers: NetNumbers; times: number[] }> {
  return page.evaluate(() => ({ numbers: window.hypogeum.net!, times: window.hypogeum.frameTimes() }));
}

/** Chromium is many processes; this is what it says they are. */
async function processesOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.map(({ id }) => id);
}

/** The HTML and every file it names, in bytes on the wire. */
async function weigh(endpoint: string): Promise<number> {
  const html = await fetch(endpoint, { headers: { 'accept-encoding': 'br' } });
  const names = new Set((await html.text()).match(/\/assets\/[\w.-]+/g));
  const sizes = await Promise.all(
    [...names].map(async (name) => sent(await fetch(endpoint + name, { headers: { 'accept-encoding': 'br' } }))),
  );
  return sizes.reduce((sum, size) => sum + size, sent(html));
}

/** The body's size as it was sent, not as `fetch` unpacks it. */
function sent({ headers }: Response): number {
  return Number(headers.get('content-length'));
}
