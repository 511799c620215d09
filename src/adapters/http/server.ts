/** The bot's HTTP server: a few exact routes, nothing else. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../core/ports.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handler: (req: IncomingMessage, res: ServerResponse) => Promise<void> | void;
}

export interface HttpServer {
  /** Rejects when the port can't be had. */
  readonly listening: Promise<{ readonly port: number }>;
  /** Takes no more connections, waits for answers under way, then ends what is left. Safe to call twice. */
  close(): Promise<void>;
}

/** What a request may take to arrive, in milliseconds: Slack's are small and come at once. */
const arrival = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/**
 * Answers `GET /healthz` itself, `GET /readyz` with what `ready` says, and the given routes.
 *
 * @param o.port 0 for any free one
 * @param o.ready see readiness.ts; its body is shown to whoever asks
 * @param o.graceSeconds how long `close` waits for answers under way
 */
export function httpServer(o: {
  port: number;
  host?: string;
  routes: readonly Route[];
  ready: () => Promise<{ ready: boolean; body: object }>;
  log: Log;
  graceSeconds?: number;
}): HttpServer {
  let closing = false;
  const routes: readonly Route[] = [
    { method: 'GET', path: '/healthz', handler: (_, res) => json(res, 200, { ok: true }) },
    { method: 'GET', path: '/readyz', handler: (_, res) => readyz(res) },
    ...o.routes,
  ];

  async function readyz(res: ServerResponse): Promise<void> {
    if (closing) return json(res, 503, { ready: false, stopping: true });
    const { ready, body } = await o.ready();
    json(res, ready ? 200 : 503, { ready, ...body });
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '/').split('?')[0];
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const there = routes.filter((route) => route.path === path);
    const route = there.find((r) => r.method === method);
    if (route !== undefined) return await route.handler(req, res);
    if (there.length === 0) return json(res, 404, { error: 'not found' });
    res.setHeader('allow', there.map((r) => r.method).join(', '));
    json(res, 405, { error: 'method not allowed' });
  }

  const server = createServer(arrival, (req, res) => {
    // During a shutdown each answer is the last one on its connection.
    if (closing) res.setHeader('connection', 'close');
    answer(req, res).catch((error: unknown) => {
      o.log.error(
        { path: req.url?.split('?')[0], error: error instanceof Error ? error.name : 'unknown' },
        'a request could not be answered',
      );
      if (res.headersSent) res.destroy();
      else json(res, 500, { error: 'internal error' });
    });
  });

  const listening = new Promise<{ port: number }>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, o.host ?? '0.0.0.0', () => resolve({ port: (server.address() as AddressInfo).port }));
  });
  // Whoever awaits it hears of a failure; whoever does not must not bring the process down.
  listening.catch(() => undefined);

  let closed: Promise<void> | undefined;
  return {
    listening,
    close() {
      closing = true;
      closed ??= shut();
      return closed;
    },
  };

  async function shut(): Promise<void> {
    if (!server.listening) return;
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const force = setTimeout(() => server.closeAllConnections(), (o.graceSeconds ?? 5) * 1000);
    await ended;
    clearTimeout(force);
  }
}

export function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
