import { createServer, type Server } from 'node:http';
import type { Sandbox } from '../running.ts';
import { handleApi } from './api.ts';
import { type Live, openLive } from './live.ts';

export interface Page {
  readonly url: string;
  /** Until then it answers that it is starting. */
  serve(sandbox: Sandbox): void;
  close(): Promise<void>;
}

/**
 * Takes the page's port before anything is started, so that a second sandbox on the same port says so at once.
 *
 * @param folder where the build left the page's files
 */
export async function openPage(port: number, folder: string): Promise<Page> {
  let ready: { readonly sandbox: Sandbox; readonly live: Live } | undefined;
  const server = createServer((req, res) => {
    if (ready === undefined) res.writeHead(503).end('starting\n');
    else if (!ready.live.handle(req, res)) void handleApi(ready.sandbox, req, res);
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${port}/`,
    serve: (sandbox) => {
      ready = { sandbox, live: openLive(sandbox, folder) };
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
        ready?.live.close();
      }),
  };
}

const advice: { readonly [code: string]: (port: number) => string } = {
  EADDRINUSE: (port) => `port ${port} is taken: stop what listens there, or start with --port N --data DIR`,
  EACCES: (port) => `port ${port} is not for ordinary users: start with --port N, above 1023`,
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const say = advice[error.code ?? ''];
      failed(say === undefined ? error : new Error(say(port)));
    });
    server.listen(port, '127.0.0.1', () => done());
  });
}
