/** The page as it is served: names, caching, weight, and nothing in it that a strict content policy would stop. */
import assert from 'node:assert/strict';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { defineRooms } from '../../rooms/index.ts';
import { buildPage, type PageAsset, type PageAssets } from '../../src/http/esbuild-page.ts';
import { page as pageHandler } from '../../src/http/page.ts';
import { GamePage, launchBrowser, SMALL } from '../support/browser.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { startTestServer } from '../support/server.ts';

const ROOT = new URL('../../clients/web/', import.meta.url);
/** All that a first visit loads, compressed. */
const BUDGET_BYTES = 120_000;
const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

describe("the page's files", function () {
  this.timeout(30_000);
  const stack = disposedAfterwards();
  let page: PageAssets;
  let files: [string, PageAsset][];

  before(async () => {
    page = await buildPage(ROOT);
    files = [...page.entries()];
  });

  const html = () => page.get('/')!.body.toString();
  const script = () => files.find(([path]) => path.endsWith('.js'))![1];

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
      assert.ok(html().includes(`"${path}"`), `${path} is linked from the page`);
    }
  });

  it('gives equal sources equal names and tags, and different contents different tags', async () => {
    const again = await buildPage(ROOT);
    assert.deepEqual(
      [...again.entries()].map(([path, { etag }]) => [path, etag]),
      files.map(([path, { etag }]) => [path, etag]),
    );
    const tags = new Set(files.map(([, { etag }]) => etag));
    assert.equal(tags.size, files.length - 1, 'only the two names of the HTML share a tag');
  });

  it('carries compressed forms that are the same file, and smaller', () => {
    for (const [path, { body, gzip, brotli }] of files) {
      if (path.endsWith('.woff2')) continue;
      assert.ok(brotli!.length < gzip!.length && gzip!.length < body.length, path);
      assert.deepEqual([gunzipSync(gzip!), brotliDecompressSync(brotli!)], [body, body]);
    }
  });

  it(`weighs under ${BUDGET_BYTES / 1000} kB in all`, () => {
    const weight = files
      .filter(([path]) => path !== '/index.html')
      .reduce((sum, [, { body, brotli }]) => sum + (brotli ?? body).length, 0);
    assert.ok(weight < BUDGET_BYTES, `${weight} bytes`);
  });

  it('has no debug overlay in it, and no source map', () => {
    assert.doesNotMatch(script().body.toString(), /colyseus-debug/);
    assert.doesNotMatch(script().body.toString(), /sourceMappingURL/);
  });

  it('is readable with a source map while developing', async () => {
    const readable = await buildPage(ROOT, { development: true });
    const paths = [...readable.entries()].map(([path]) => path);
    assert.ok(paths.some((path) => path.endsWith('.js.map')));
  });

  it('has no inline script, style or handler in its HTML', () => {
    assert.doesNotMatch(html(), /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('plays under a strict content policy', async () => {
    const serve = pageHandler(page);
    const server = await startTestServer({
      rooms: (define) => defineRooms(define, { arena: { roundSeconds: 60, resultSeconds: 5, fill: 8 } }),
      deps: {
        page: (req, res, next) => {
          res.setHeader('content-security-policy', STRICT);
          serve(req, res, next);
        },
      },
    });
    stack.defer(() => server.stop());
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const game = await GamePage.open(browser, server.url, SMALL);
    await game.playing();
    assert.deepEqual(game.mistakes, []);
  });
});
