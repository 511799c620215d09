/** A stretch of network between a client and a server that can be cut, or swallow everything. */

import { createServer, connect as dial, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** `down`: connections end and are refused. `hang`: nothing comes through any more, nothing ends. */
  set(state: 'up' | 'down' | 'hang'): void;
  close(): Promise<void>;
}

/** Lays a wire to a port of 127.0.0.1. */
export async function layWire(to: number): Promise<Wire> {
  let state: 'up' | 'down' | 'hang' = 'up';
  const open = new Set<Socket>();
  const join = (from: Socket, into: Socket) => {
    open.add(from);
    from.on('data', (data) => void (state === 'up' && into.write(data)));
    from.on('error', () => into.destroy());
    from.on('close', () => {
      open.delete(from);
      into.destroy();
    });
  };
  const server = createServer((near) => {
    if (state === 'down') return void near.destroy();
    const far = dial(to, '127.0.0.1');
    join(near, far);
    join(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    set(next) {
      state = next;
      // What was swallowed is lost: after that, a connection can only be begun anew.
      if (next !== 'hang') for (const socket of open) socket.destroy();
    },
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
