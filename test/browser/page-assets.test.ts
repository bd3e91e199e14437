/** The page as it is served: names, caching, weight, and nothing in it that a strict content policy would stop. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { defineRooms } from '../../rooms/index.ts';
import { buildPage, PAGES, type PageAsset, type PageAssets } from '../../src/http/esbuild-page.ts';
import { page as pageHandler } from '../../src/http/page.ts';
import { GamePage, launchBrowser, PAGES_ROOT, SMALL } from '../support/browser.ts';
import { disposedAfterwards, temporaryDirectory } from '../support/processes.ts';
import { startTestServer } from '../support/server.ts';

/** All that a first visit to the arena loads, compressed. */
const BUDGET_BYTES = 120_000;
describe("the page's files", function () {
  this.timeout(30_000);
  const stack = disposedAfterwards();
  let page: PageAssets;
  let files: [string, PageAsset][];

  before(async () => {
    page = await buildPage(PAGES_ROOT);
    files = [...page.entries()];
  });

  const html = () => page.get('/')!.body.toString();

  it('has the HTML at the root, to be asked for again each time', () => {
    assert.equal(page.get('/'), page.get('/index.html'));
    assert.equal(page.get('/')!.cacheControl, 'no-cache');
    assert.equal(page.get('/')!.type, 'text/html; charset=utf-8');
    assert.equal(page.get('/main.ts'), undefined);
    assert.equal(page.get('/assets'), undefined);
  });

  it('names every other file by its content, for a year', () => {
    for (const [path, asset] of files.filter(([path]) => path.startsWith('/assets/'))) {
      assert.match(path, /^\/assets\/[\w-]+-[A-Z0-9]{8}\.(js|css|svg|woff2)$/);
      assert.equal(asset.cacheControl, 'public, max-age=31536000, immutable');
      const linked = PAGES.some((one) => namedBy(page, one.path).includes(path));
      assert.ok(linked, `${path} is linked from a page`);
    }
  });

  it('gives equal sources equal names and tags, and different contents different tags', async () => {
    const again = await buildPage(PAGES_ROOT);
    assert.deepEqual(
      [...again.entries()].map(([path, { etag }]) => [path, etag]),
      files.map(([path, { etag }]) => [path, etag]),
    );
    const different = new Set(files.map(([, asset]) => asset));
    assert.equal(new Set([...different].map(({ etag }) => etag)).size, different.size);
  });

  it('carries compressed forms that are the same file, and smaller', () => {
    for (const [path, { body, gzip, brotli }] of files) {
      if (path.endsWith('.woff2')) continue;
      assert.ok(brotli!.length < gzip!.length && gzip!.length < body.length, path);
      assert.deepEqual([gunzipSync(gzip!), brotliDecompressSync(brotli!)], [body, body]);
    }
  });

  it(`weighs under ${BUDGET_BYTES / 1000} kB in all on a first visit`, () => {
    const visited = ['/', ...namedBy(page, '/')].map((path) => page.get(path)!);
    const weight = visited.reduce((sum, { body, brotli }) => sum + (brotli ?? body).length, 0);
    assert.ok(weight < BUDGET_BYTES, `${weight} bytes`);
  });

  it('gives each of several pages its own files, and what they share once', async () => {
    const folder = await temporaryDirectory('pages');
    stack.use(folder);
    await write(folder.path, {
      'index.html': '<head><link rel="icon" href="icon.svg"><script type="module" src="main.ts"></script></head>',
      'main.ts': "import { shared } from './shared.ts'; console.log('the first', shared);",
      'far/index.html':
        '<head><link rel="icon" href="../icon.svg"><script type="module" src="main.ts"></script></head>',
      'far/main.ts':
        "import { shared } from '../shared.ts'; console.log('the second', shared); void import('./later.ts');",
      'far/later.ts': "console.log('at leisure');",
      'shared.ts': "export const shared = { words: 'for both' };",
      'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    });
    const pages = [
      { path: '/', html: 'index.html' },
      { path: '/far', html: 'far/index.html' },
    ];
    const both = await buildPage(pathToFileURL(folder.path), { pages });
    assert.equal(both.get('/far'), both.get('/far/'));
    assert.equal(both.get('/far'), both.get('/far/index.html'));
    const [near, far] = [namedBy(both, '/'), namedBy(both, '/far')];
    const holding = (paths: string[], words: string) =>
      paths.filter((path) => both.get(path)!.body.toString().includes(words));
    const everything = [...both.entries()].map(([path]) => path);
    const [own, shared, later] = ['the first', 'for both', 'at leisure'].map((words) => holding(everything, words));
    assert.equal(shared!.length, 1, 'what both use is there once');
    assert.ok(shared!.every((path) => near.includes(path) && far.includes(path)));
    assert.ok(own!.every((path) => near.includes(path) && !far.includes(path)));
    assert.ok(later!.length === 1 && !far.includes(later![0]!), 'what is imported later is not loaded at once');
    assert.deepEqual(holding(near, 'the second'), []);
    assert.equal(near.length, 3, 'a script, a chunk, an icon');
    assert.equal(far.length, 3);
  });

  it('has no debug overlay in it, and no source map', () => {
    for (const [path, { body }] of files.filter(([path]) => path.endsWith('.js'))) {
      assert.doesNotMatch(body.toString(), /colyseus-debug|sourceMappingURL/, path);
    }
  });

  it('is readable with a source map while developing', async () => {
    const readable = await buildPage(PAGES_ROOT, { development: true });
    const paths = [...readable.entries()].map(([path]) => path);
    assert.ok(paths.some((path) => path.endsWith('.js.map')));
  });

  it('has no inline script, style or handler in its HTML', () => {
    assert.doesNotMatch(html(), /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('plays under a strict content policy (H9)', async () => {
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const server = await startTestServer({
      rooms: (define) => defineRooms(define, { arena: { roundSeconds: 60, resultSeconds: 5, fill: 8 } }),
      deps: { page: pageHandler(page) },
    });
    // Before the browser: a room that has lost its player keeps the seat, and this process, for a while.
    stack.defer(() => server.stop());
    const game = await GamePage.open(browser, server.url, SMALL);
    await game.playing();
    const policy = (await game.page.request.get(server.url)).headers()['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|data:|blob:/);
    assert.deepEqual(game.mistakes, []);
  });
});

/** The built files that a page's HTML names, which is all that a first visit loads. */
function namedBy(assets: PageAssets, path: string): string[] {
  return (
    assets
      .get(path)!
      .body.toString()
      .match(/\/assets\/[\w.-]+/g) ?? []
  );
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
