/** Answers requests for the page's files: the right encoding, 304 when the browser has it. What is not there goes on. */
import type { Request, RequestHandler, Response } from 'express';
import type { PageAsset, PageAssets } from './esbuild-page.ts';
import { pagePolicy } from './security-headers.ts';

/** @param policy the content security policy of what is served. */
export function page(assets: PageAssets, policy = pagePolicy()): RequestHandler {
  return (req, res, next) => {
    const asset = req.method === 'GET' || req.method === 'HEAD' ? assets.get(req.path) : undefined;
    if (asset === undefined) return next();
    res.set({
      'content-type': asset.type,
      etag: asset.etag,
      'cache-control': asset.cacheControl,
      'content-security-policy': policy,
    });
    res.vary('Accept-Encoding');
    if (req.fresh) res.status(304).end();
    else res.end(req.method === 'HEAD' ? undefined : encoded(asset, req, res));
  };
}

function encoded(asset: PageAsset, req: Request, res: Response): Buffer {
  const choice = req.acceptsEncodings(['br', 'gzip', 'identity']);
  if (choice === 'br' && asset.brotli) {
    res.set('content-encoding', 'br');
    return asset.brotli;
  }
  if (choice === 'gzip' && asset.gzip) {
    res.set('content-encoding', 'gzip');
    return asset.gzip;
  }
  return asset.body;
}
