/** Signed deliveries over HTTP: checked, recorded or handed to Bolt, answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log, Recorder } from '../../core/ports.ts';
import { bodyOf, isSslCheck } from './body.ts';
import { bodyCap, signatureGuard } from './guard.ts';
import { openedHome } from './inbound.ts';

export interface Entrance {
  readonly handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** Takes no more; resolves when what is under way is answered. */
  close(): Promise<void>;
}

/** The whole body of a request, or null when it is longer than so many bytes. */
export type ReadBody = (req: IncomingMessage, most: number) => Promise<Buffer | null>;

/** @param o.bolt takes a request whose body was read already as `rawBody` */
export function entrance(o: {
  signingSecret: string;
  log: Log;
  record: Recorder;
  readBody: ReadBody;
  bolt: (req: IncomingMessage, res: ServerResponse) => void;
}): Entrance {
  const guard = signatureGuard(o.signingSecret);
  const underWay = new Set<Promise<void>>();
  let closing = false;

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const raw = await o.readBody(req, bodyCap);
    if (raw === null) return end(res, 413, 'body too large');
    const contentType = req.headers['content-type'];
    if (isSslCheck(contentType, raw)) return end(res, 200);
    const refusal = guard.check(req.headers, raw);
    if (refusal !== null) return end(res, refusal.status, refusal.why);
    const body = bodyOf(contentType, raw);
    switch (body.kind) {
      case 'refused':
        return end(res, 400, body.why);
      case 'ignored':
        o.log.info({ what: body.what }, 'Slack sent something that this bot does not use');
        return end(res, 200);
      case 'home':
        if ((await o.record(openedHome(body.home))) === 'kept') return end(res, 200);
        // It comes again, the first time nearly at once (docs.slack.dev/apis/events-api, "Retries").
        guard.mayRepeat(req.headers);
        return end(res, 503, 'could not be recorded');
      case 'bolt': {
        // Whoever types a letter, takes it back and types it again asks the same twice, with nothing in it that tells the two apart.
        if (body.question) guard.mayRepeat(req.headers);
        req.headers['content-type'] = body.contentType;
        const closed = new Promise<void>((resolve) => res.once('close', resolve));
        o.bolt(Object.assign(req, { rawBody: raw }), res);
        await closed;
      }
    }
  }

  function end(res: ServerResponse, status: number, why?: string): void {
    if (why !== undefined) o.log.warn({ status, why }, 'refused a request that claims to be from Slack');
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(why === undefined ? '' : JSON.stringify({ error: why }));
  }

  return {
    async handler(req, res) {
      if (closing) return end(res, 503, 'shutting down');
      const work = pass(req, res).catch((error: unknown) => {
        o.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'a request from Slack broke off');
        if (!res.headersSent) res.writeHead(400).end();
      });
      underWay.add(work);
      await work;
      underWay.delete(work);
    },
    async close() {
      closing = true;
      await Promise.all(underWay);
    },
  };
}
