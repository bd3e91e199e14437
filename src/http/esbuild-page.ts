/**
 * The page's files, bundled by esbuild when the process starts and kept in memory: what `clients/web` holds, ready to
 * be answered. Owns names, types, caching headers and compressed forms; it opens no port and knows no routes. Nothing
 * is written to disk.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';

export interface PageAsset {
  readonly body: Buffer;
  /** The Content-Type. */
  readonly type: string;
  /** Strong, quotes included. */
  readonly etag: string;
  readonly cacheControl: string;
  /** Compressed forms of `body`, where they are smaller. */
  readonly gzip?: Buffer;
  readonly brotli?: Buffer;
}

export interface PageAssets {
  /** The asset at a URL's path (no query), if there is one. */
  get(pathname: string): PageAsset | undefined;
  /** Paths and assets, for whoever reports sizes. */
  entries(): Iterable<[string, PageAsset]>;
}

export interface PageOptions {
  /** Not minified, with linked source maps. */
  readonly development?: boolean;
}

const ENTRY_POINTS = ['main.ts', 'style.css', 'icon.svg'];
/** A virtual folder: nothing is ever written there. */
const OUT = '/page';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};
/** Already compressed: a second time only costs. */
const COMPRESSED = new Set(['.woff2']);
const REVALIDATE = 'no-cache';
const FOREVER = 'public, max-age=31536000, immutable';
/** Close to the best size for a tenth of the time. */
const BROTLI_QUALITY = 9;

const brotliAsync = promisify(brotliCompress);
const gzipAsync = promisify(gzip);

/**
 * Bundles the page in the folder `root` (with `index.html`, `main.ts`, `style.css`, `icon.svg`). Every file but the
 * HTML carries its hash in its name, so that it may be cached for a year. Throws esbuild's BuildFailure when a source
 * is wrong.
 */
export async function buildPage(root: URL, options: PageOptions = {}): Promise<PageAssets> {
  const folder = fileURLToPath(root);
  const { outputFiles, metafile } = await bundle(folder, options);
  const html = linkAssets(await readFile(new URL('index.html', withSlash(root)), 'utf8'), metafile);
  const assets = new Map<string, PageAsset>();
  for (const file of outputFiles) {
    const path = file.path.slice(OUT.length);
    assets.set(path, await asset(path, toBuffer(file), FOREVER));
  }
  const index = await asset('/index.html', Buffer.from(html), REVALIDATE);
  assets.set('/', index).set('/index.html', index);
  return assets;
}

async function bundle(folder: string, { development = false }: PageOptions) {
  return build({
    absWorkingDir: folder,
    entryPoints: ENTRY_POINTS,
    outdir: OUT,
    entryNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: !development,
    sourcemap: development ? 'linked' : false,
    legalComments: 'none',
    logLevel: 'silent',
    loader: { '.svg': 'copy', '.woff2': 'file' },
  });
}

/** Puts the hashed names where the HTML names the sources, and lets the font load beside the style sheet. */
function linkAssets(html: string, metafile: Metafile): string {
  let linked = html;
  let preload = '';
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const url = `/${path.slice(path.indexOf('assets/'))}`;
    const source = output.entryPoint ?? Object.keys(output.inputs)[0];
    if (source && ENTRY_POINTS.includes(source)) linked = linked.replace(`"${source}"`, `"${url}"`);
    if (extname(path) === '.woff2') {
      preload += `<link rel="preload" href="${url}" as="font" type="font/woff2" crossorigin>`;
    }
  }
  return linked.replace('</head>', `${preload}</head>`);
}

async function asset(path: string, body: Buffer, cacheControl: string): Promise<PageAsset> {
  const kind = extname(path);
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  const plain = { body, type: TYPES[kind] ?? 'application/octet-stream', etag: `"${hash}"`, cacheControl };
  return COMPRESSED.has(kind) ? plain : { ...plain, ...(await compressed(body)) };
}

async function compressed(body: Buffer): Promise<Pick<PageAsset, 'gzip' | 'brotli'>> {
  const [zipped, brotli] = await Promise.all([
    gzipAsync(body, { level: constants.Z_BEST_COMPRESSION }),
    brotliAsync(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  ]);
  return {
    ...(zipped.length < body.length && { gzip: zipped }),
    ...(brotli.length < body.length && { brotli }),
  };
}

function toBuffer({ contents }: OutputFile): Buffer {
  return Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
}

function withSlash(root: URL): URL {
  return root.href.endsWith('/') ? root : new URL(`${root.href}/`);
}
