/** The first packets of a connection: TLS is asked for and given, a cancel request is handed on, anything in clear is turned away. */
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { SqlError } from '../errors.ts';
import { Fields, Frames } from './frames.ts';
import { errorResponse } from './messages.ts';
import { readStartup, type Startup, startupCodes } from './startup.ts';

export type Arrival =
  | { readonly kind: 'client'; readonly startup: Startup; readonly socket: tls.TLSSocket; readonly frames: Frames }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  | { readonly kind: 'gone' };

/** Says no, in words, and closes. */
export function turnAway(socket: Socket, error: SqlError): void {
  socket.end(errorResponse(error, 'FATAL'));
}

async function upgraded(socket: Socket, frames: Frames, context: tls.SecureContext): Promise<tls.TLSSocket | null> {
  const plain = frames.release();
  // Bytes sent behind the request, in clear, must not be read as if they had come through TLS (CVE-2021-23214).
  if (plain === null) return null;
  socket.write('S');
  const secure = new tls.TLSSocket(socket, {
    isServer: true,
    secureContext: context,
    requestCert: true,
    rejectUnauthorized: false,
  });
  return await new Promise((resolve) => {
    secure.once('secure', () => resolve(secure));
    for (const event of ['error', 'close']) secure.once(event, () => resolve(null));
  });
}

/** pkg/sql/pgwire/server.go: a secure cluster answers a start-up in clear with this. */
const sslRequired = (): SqlError => new SqlError('08P01', 'node is running secure mode, SSL connection required');

/**
 * Sees a new connection through to its start-up message. Never throws: what is wrong has been answered.
 *
 * @param held see Frames: holds this client's messages up, its first ones too
 */
export async function receive(raw: Socket, context: tls.SecureContext, held: () => Promise<void> | null): Promise<Arrival> {
  let socket: Socket = raw;
  let frames = new Frames(raw, held);
  for (;;) {
    const packet = await frames.startup();
    if (packet === null || packet.body.length < 4) {
      socket.destroy();
      return { kind: 'gone' };
    }
    const code = startupCodes[packet.body.readInt32BE(0) as keyof typeof startupCodes];
    if (code === 'cancel') {
      const fields = new Fields(packet.body);
      fields.int32();
      const request = { kind: 'cancel' as const, pid: fields.int32(), secret: fields.int32() };
      socket.end();
      return request;
    }
    if (code === 'gss' || (code === 'ssl' && socket instanceof tls.TLSSocket)) {
      socket.write('N');
      continue;
    }
    if (code === 'ssl') {
      const secure = await upgraded(raw, frames, context);
      if (secure === null) {
        raw.destroy();
        return { kind: 'gone' };
      }
      secure.on('error', () => secure.destroy());
      socket = secure;
      frames = new Frames(secure, held);
      continue;
    }
    try {
      if (!(socket instanceof tls.TLSSocket)) throw sslRequired();
      return { kind: 'client', startup: readStartup(packet), socket, frames };
    } catch (error) {
      turnAway(socket, error instanceof SqlError ? error : new SqlError('08P01', 'malformed start-up message'));
      return { kind: 'gone' };
    }
  }
}
