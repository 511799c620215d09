/** Ways to a cluster: of some length each, or without an answer at their end. */

import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Way {
  readonly port: number;
  stop(): Promise<void>;
}

/** @param to a port here; what goes there and back takes `millis` each way. Null: connections are taken, and nothing comes back */
export async function wayTo(to: { readonly port: number; readonly millis: number } | null): Promise<Way> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket.setNoDelay(true));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    keep(near);
    if (to === null) return void near.resume();
    const far = keep(connect(to.port, '127.0.0.1'));
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => setTimeout(() => into.destroyed || into.write(data), to.millis));
      from.once('close', () => setTimeout(() => into.destroy(), to.millis));
    }
  });
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}
