/**
 * A server on a real socket that speaks just enough of the PostgreSQL protocol (PostgreSQL docs, "Message Formats") to answer as a
 * test tells it to: for what a healthy cluster does not do on demand.
 */

import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

export type Answer =
  /** With `goesOn`, the rows come again and again, and no end of them. */
  | { readonly rows: readonly (readonly (string | null)[])[]; readonly oids?: readonly number[]; readonly goesOn?: true }
  | { readonly error: string; readonly message: string; readonly severity?: string }
  | 'done'
  | 'hang'
  | 'cut';

export interface Scripted {
  readonly url: string;
  /** Every statement that arrived, in order. */
  readonly statements: readonly string[];
  readonly startups: readonly ReadonlyMap<string, string>[];
  open(): number;
  stop(): Promise<void>;
}

/** @param answer asked for every statement, in order; a promise holds the ones behind it up, as a server does */
export async function scripted(answer: (statement: string) => Answer | Promise<Answer>): Promise<Scripted> {
  const sockets = new Set<Socket>();
  const statements: string[] = [];
  const startups: ReadonlyMap<string, string>[] = [];
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, startups, async (text) => {
      statements.push(text);
      return answer(text);
    });
  });
  const port = await listen(server);
  return {
    url: `postgresql://bot:pa55word@127.0.0.1:${port}/defaultdb?sslmode=disable`,
    statements,
    startups,
    open: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
}

function serve(socket: Socket, startups: ReadonlyMap<string, string>[], answer: (text: string) => Promise<Answer>): void {
  let input = Buffer.alloc(0);
  let started = false;
  let parsed = '';
  let queue = Promise.resolve();
  const reply = (text: string, extended: boolean): void => {
    // Asked at once, so that a test sees what has arrived; answered in order.
    const asked = answer(text);
    queue = queue.then(async () => {
      const a = await asked;
      if (a === 'hang') return new Promise<void>(() => undefined);
      if (a === 'cut') return void socket.destroy();
      if (typeof a === 'object' && 'goesOn' in a) return endless(socket, encode(a, extended));
      socket.write(encode(a, extended));
    });
  };
  socket.on('data', (data) => {
    input = Buffer.concat([input, data]);
    for (;;) {
      const head = started ? 1 : 0;
      if (input.length < head + 4 || input.length < head + input.readInt32BE(head)) return;
      const length = input.readInt32BE(head);
      const type = started ? String.fromCharCode(input[0] ?? 0) : 'startup';
      const body = input.subarray(head + 4, head + length);
      input = input.subarray(head + length);
      if (type === 'startup') {
        started = true;
        startups.push(parametersOf(body));
        socket.write(Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]));
      }
      if (type === 'Q') reply(text(body), false);
      if (type === 'P') parsed = text(body.subarray(body.indexOf(0) + 1));
      if (type === 'S') reply(parsed, true);
    }
  });
}

/** What the answer begins with, and then its rows, for as long as anybody listens. */
async function endless(socket: Socket, answer: Buffer): Promise<void> {
  const rows = answer.subarray(answer.indexOf('D'), answer.lastIndexOf('C'));
  socket.write(answer.subarray(0, answer.lastIndexOf('C')));
  while (!socket.destroyed) {
    socket.write(rows);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function encode(answer: Exclude<Answer, 'hang' | 'cut'>, extended: boolean): Buffer {
  const before = extended ? [message('1', Buffer.alloc(0)), message('2', Buffer.alloc(0))] : [];
  const ready = message('Z', Buffer.from('I'));
  const complete = message('C', cstring('OK'));
  if (answer === 'done') return Buffer.concat([...before, complete, ready]);
  if ('error' in answer) {
    const fields = [`S${answer.severity ?? 'ERROR'}`, `C${answer.error}`, `M${answer.message}`].map(cstring);
    return Buffer.concat([message('E', Buffer.concat([...fields, Buffer.from([0])])), ready]);
  }
  const width = answer.rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, i) =>
    Buffer.concat([cstring(`c${i}`), int32(0), int16(0), int32(answer.oids?.[i] ?? 25), int16(-1), int32(-1), int16(0)]),
  );
  const rows = answer.rows.map((row) =>
    message(
      'D',
      Buffer.concat([
        int16(row.length),
        ...row.map((v) => (v === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(v)), Buffer.from(v)]))),
      ]),
    ),
  );
  return Buffer.concat([...before, message('T', Buffer.concat([int16(width), ...columns])), ...rows, complete, ready]);
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}
const cstring = (s: string): Buffer => Buffer.from(`${s}\0`);
const text = (body: Buffer): string => body.subarray(0, body.indexOf(0)).toString();
function int32(n: number): Buffer {
  const b = Buffer.alloc(4);
  b.writeInt32BE(n);
  return b;
}
function int16(n: number): Buffer {
  const b = Buffer.alloc(2);
  b.writeInt16BE(n);
  return b;
}
function parametersOf(body: Buffer): ReadonlyMap<string, string> {
  const parts = body.subarray(4).toString().split('\0');
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < parts.length && parts[i] !== ''; i += 2) pairs.push([parts[i] ?? '', parts[i + 1] ?? '']);
  return new Map(pairs);
}
