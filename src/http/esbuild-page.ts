/**
 * The pages' files, bundled by esbuild when the process starts and kept in memory: what `clients/web` holds, ready to
 * be answered. Owns names, types, caching headers and compressed forms; it opens no port. Nothing is written to disk.
 *
 * To add a page: write its HTML in a folder of `clients/web`, naming its sources as they lie beside it (`main.ts`,
 * `style.css`, `../icon.svg`), and add a line to `PAGES`. Nothing else: sources are found in the HTML, and code that
 * several pages import becomes a chunk of its own, which a visitor of both loads once. A visit to one page loads nothing
 * that only another needs.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, posix } from 'node:path';
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

export interface Page {
  /** The path of its URL, without a slash at the end unless it is the root. */
  readonly path: string;
  /** Its HTML, in the folder of all pages. */
  readonly html: string;
}

export const PAGES: readonly Page[] = [
  { path: '/', html: 'index.html' },
  { path: '/world', html: 'world/index.html' },
];

export interface PageOptions {
  readonly pages?: readonly Page[];
  /** Not minified, not compressed, with linked source maps. */
  readonly development?: boolean;
}

/** What an HTML names in quotes and esbuild is to make. */
const SOURCE = /(?<=\s(?:src|href)=")[\w./-]+\.(?:ts|css|svg)(?=")/g;
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
/** The step from 9 to 10 is worth the time it takes at a start; the one to 11, the best, is not. */
const BROTLI_QUALITY = 10;

const brotliAsync = promisify(brotliCompress);
const gzipAsync = promisify(gzip);

/**
 * Bundles the pages in the folder `root`. Every file but the HTML carries its hash in its name, so that it may be cached
 * for a year. Throws esbuild's BuildFailure when a source is wrong.
 */
export async function buildPage(
  root: URL,
  { pages = PAGES, development = false }: PageOptions = {},
): Promise<PageAssets> {
  const folder = new URL(withSlash(root.href));
  const shells = await Promise.all(pages.map(({ html }) => readFile(new URL(html, folder), 'utf8')));
  const sources = new Set(pages.flatMap(({ html }, i) => sourcesOf(shells[i]!, html)));
  const { outputFiles, metafile } = await bundle(fileURLToPath(folder), [...sources], development);
  const built = builtFiles(metafile);
  const compress = !development;
  const files = outputFiles.map(async (file): Promise<[string, PageAsset]> => {
    const path = file.path.slice(OUT.length);
    return [path, await asset(path, toBuffer(file), { cacheControl: FOREVER, compress })];
  });
  const assets = new Map(await Promise.all(files));
  for (const [i, { path, html }] of pages.entries()) {
    const body = Buffer.from(linkFiles(shells[i]!, html, built));
    const page = await asset(html, body, { cacheControl: REVALIDATE, compress });
    for (const name of [path, withSlash(path), `/${html}`]) assets.set(name, page);
  }
  return assets;
}

async function bundle(folder: string, entryPoints: string[], development: boolean) {
  return build({
    absWorkingDir: folder,
    entryPoints,
    outdir: OUT,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    bundle: true,
    splitting: true,
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

/** The sources that an HTML names, from the folder of all pages. */
function sourcesOf(text: string, html: string): string[] {
  return (text.match(SOURCE) ?? []).map((name) => sourceAt(name, html));
}

function sourceAt(name: string, html: string): string {
  return posix.join(posix.dirname(html), name);
}

interface BuiltFile {
  readonly url: string;
  /** Built files that it cannot do without, theirs included: shared chunks, fonts. What it imports later is not. */
  readonly needs: readonly string[];
}

/** What has become of each source that an HTML names. */
function builtFiles({ outputs }: Metafile): ReadonlyMap<string, BuiltFile> {
  const files = new Map<string, BuiltFile>();
  for (const [path, output] of Object.entries(outputs)) {
    // A file that is only copied has an input, but is no entry.
    const source = output.entryPoint ?? Object.keys(output.inputs)[0];
    if (source !== undefined) files.set(source, { url: urlOf(path), needs: [...needsOf(path, outputs)].map(urlOf) });
  }
  return files;
}

function needsOf(path: string, outputs: Metafile['outputs'], needs = new Set<string>()): Set<string> {
  for (const { path: needed, kind, external } of outputs[path]?.imports ?? []) {
    if (external || kind === 'dynamic-import' || needs.has(needed)) continue;
    needs.add(needed);
    needsOf(needed, outputs, needs);
  }
  return needs;
}

function urlOf(path: string): string {
  return `/${path.slice(path.indexOf('assets/'))}`;
}

/** Puts the built files where the HTML names the sources, and lets what they need load beside them. */
function linkFiles(text: string, html: string, built: ReadonlyMap<string, BuiltFile>): string {
  const needs = new Set<string>();
  const linked = text.replace(SOURCE, (name) => {
    const file = built.get(sourceAt(name, html))!;
    for (const needed of file.needs) needs.add(needed);
    return file.url;
  });
  return linked.replace('</head>', `${[...needs].map(preload).join('')}</head>`);
}

function preload(url: string): string {
  if (extname(url) === '.js') return `<link rel="modulepreload" href="${url}">`;
  return `<link rel="preload" href="${url}" as="font" type="${TYPES[extname(url)]}" crossorigin>`;
}

interface Handling {
  readonly cacheControl: string;
  readonly compress: boolean;
}

async function asset(path: string, body: Buffer, { cacheControl, compress }: Handling): Promise<PageAsset> {
  const kind = extname(path);
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  const plain = { body, type: TYPES[kind] ?? 'application/octet-stream', etag: `"${hash}"`, cacheControl };
  return COMPRESSED.has(kind) || !compress ? plain : { ...plain, ...(await compressed(body)) };
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

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
