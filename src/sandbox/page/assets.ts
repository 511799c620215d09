import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** The files of the page as the build leaves them, by the path they are served under. Nothing else in the folder is. */
const files: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/assets/main.js': 'main.js',
  '/assets/main.js.map': 'main.js.map',
  '/assets/page.css': 'page.css',
  '/assets/page.css.map': 'page.css.map',
  '/assets/icon.svg': 'icon.svg',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json; charset=utf-8',
};

/**
 * Nothing from elsewhere, nothing inline, no frame around it; and no text becomes HTML, whatever the page's code says
 * (Trusted Types: w3c.github.io/trusted-types, directive `require-trusted-types-for`).
 */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Serves a file of the page. False: it is none. */
export function serveAsset(folder: string, path: string, req: IncomingMessage, res: ServerResponse): boolean {
  const name = Object.hasOwn(files, path) ? files[path] : undefined;
  if (name === undefined) return false;
  const body = readAsset(join(folder, name));
  if (body === null) {
    res
      .writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`${join(folder, name)} is missing: run \`npm run build\`\n`);
    return true;
  }
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  // The names stay the same from build to build: a browser keeps them, and asks whether they are still current.
  const headers = { etag: tag, 'cache-control': 'no-cache', vary: 'accept' };
  if (req.headers['if-none-match'] === tag) res.writeHead(304, headers).end();
  else {
    res.writeHead(200, {
      ...headers,
      'content-type': types[extname(name)],
      'content-length': body.length,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  }
  return true;
}

function readAsset(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null; // said to whoever asked for it
  }
}
