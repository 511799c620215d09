import type { IncomingHttpHeaders } from 'node:http';

const ownHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Why a call that changes something is refused; null: it is not. Any website that is open in the same browser could post here, and a
 * browser says so in these headers, which no website can write itself (w3.org/TR/fetch-metadata; fetch.spec.whatwg.org, "Origin header").
 * Programs send neither.
 */
export function foreignSite({ origin, host, ...headers }: IncomingHttpHeaders): string | null {
  const site = headers['sec-fetch-site'];
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') || (origin !== undefined && !isOwn(origin, host ?? ''));
  return isForeign ? 'a page of another site can not drive the sandbox: use its own page, or a program' : null;
}

/** A name of somebody else's may lead to this machine, too: only its own names count. */
function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host && ownHosts.has(url.hostname);
}
