/** Socket Mode: the same payloads over WebSockets that the bot opens (docs.slack.dev/apis/events-api/using-socket-mode). */

import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isObject, type Json } from './checks.ts';
import { type Delivered, type Kind, type Outlet, patience } from './deliver.ts';
import { botUser } from './workspace.ts';

/** "Using multiple connections": up to ten at once. */
const mostConnections = 10;
/** A ticket that nobody used is forgotten. */
const ticketLifetime = 30_000;
/** The bot's SDK takes a connection without pings for dead after 30 seconds. */
const pingEvery = 10_000;
/** How long a connection lives on after it was asked to make way. */
const overlap = 10_000;

export type Disconnect = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

export interface SocketMode {
  /** What apps.connections.open gives: an address that is good for one connection. */
  open(origin: string): string;
  readonly send: Outlet;
  /** How many connections take deliveries. */
  count(): number;
  /** Asks every connection to be opened anew, as Slack does every few hours. */
  refresh(reason?: Disconnect): void;
  end(): void;
}

/** Whether the bot may be sent a body back, by kind. */
const takesAnswer: { readonly [kind in Kind]: boolean } = { slash_commands: true, interactive: true, events_api: false };

/** @param enabled whether the app has Socket Mode switched on: without, a connection is told so and closed */
export function socketMode(server: Server, enabled: boolean): SocketMode {
  const sockets = new WebSocketServer({ noServer: true });
  const tickets = new Map<string, number>();
  /** Those that take deliveries, the next one first. */
  let ready: WebSocket[] = [];
  const waiting = new Map<string, { readonly socket: WebSocket; readonly done: (answer: Delivered) => void }>();

  server.on('upgrade', (req: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy());
    // Not by `new URL`, which throws at request lines that no browser sends.
    const [path, query = ''] = (req.url ?? '/').split('?', 2);
    const ticket = new URLSearchParams(query).get('ticket') ?? '';
    const until = tickets.get(ticket);
    tickets.delete(ticket);
    if (path !== '/link/' || until === undefined || until < Date.now()) {
      connection.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(req, connection, head, (socket) => connected(socket));
  });
  const pings = setInterval(() => {
    for (const socket of sockets.clients) socket.ping();
  }, pingEvery).unref();

  function connected(socket: WebSocket): void {
    socket.on('error', () => socket.terminate());
    const refusal = !enabled ? 'link_disabled' : ready.length >= mostConnections ? 'too_many_websockets' : null;
    if (refusal !== null) {
      leave(socket, refusal);
      return;
    }
    ready.push(socket);
    socket.on('message', (data: Buffer) => acknowledged(data.toString()));
    socket.once('close', () => closed(socket));
    socket.send(JSON.stringify(hello(ready.length)));
  }

  function leave(socket: WebSocket, reason: Disconnect): void {
    ready = ready.filter((other) => other !== socket);
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-sandbox' } }));
    setTimeout(() => socket.terminate(), overlap).unref();
  }

  /** What it had not acknowledged is lost with it. */
  function closed(socket: WebSocket): void {
    ready = ready.filter((other) => other !== socket);
    for (const [id, { socket: its, done }] of waiting) if (its === socket) settle(id, done, failed('dispatch_failed'));
  }

  function acknowledged(text: string): void {
    const message = parsed(text);
    const id = String(message?.envelope_id);
    const open = waiting.get(id);
    if (message === null || open === undefined) return; // too late, or never asked
    const { payload } = message;
    const body = isObject(payload) && Object.keys(payload).length > 0 ? JSON.stringify(payload) : '';
    settle(id, open.done, { status: 200, body, contentType: 'application/json' });
  }

  function settle(id: string, done: (answer: Delivered) => void, answer: Delivered): void {
    waiting.delete(id);
    done(answer);
  }

  return {
    open(origin) {
      const ticket = randomBytes(12).toString('hex');
      for (const [old, until] of tickets) if (until < Date.now()) tickets.delete(old);
      tickets.set(ticket, Date.now() + ticketLifetime);
      return `${origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${botUser.appId}`;
    },
    send(kind, payload, retry) {
      const socket = ready.shift();
      if (socket === undefined) return Promise.resolve(failed('dispatch_failed'));
      ready.push(socket);
      const id = randomUUID();
      const repeat =
        kind === 'events_api' || retry !== undefined
          ? { retry_attempt: retry?.num ?? 0, retry_reason: retry === undefined ? '' : (reasons[retry.reason] ?? retry.reason) }
          : {};
      return new Promise<Delivered>((resolve) => {
        const timer = setTimeout(() => settle(id, done, failed('operation_timeout')), patience);
        function done(answer: Delivered): void {
          clearTimeout(timer);
          resolve(answer);
        }
        waiting.set(id, { socket, done });
        socket.send(
          JSON.stringify({ envelope_id: id, payload, type: kind, accepts_response_payload: takesAnswer[kind], ...repeat }),
        );
      });
    },
    count: () => ready.length,
    refresh(reason = 'refresh_requested') {
      for (const socket of [...ready]) leave(socket, reason);
    },
    end() {
      clearInterval(pings);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

const reasons: Readonly<Record<string, string>> = { http_timeout: 'timeout' };

const failed = (error: NonNullable<Delivered['error']>): Delivered => ({ status: 0, body: '', contentType: '', error });

function hello(connections: number): Json {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: botUser.appId },
  };
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
