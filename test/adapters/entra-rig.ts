/** For the contract of the Entra adapter: the adapter against the stand-in, and against servers that misbehave, in a process that trusts the CA. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entra } from '../../src/adapters/entra/entra.ts';
import type { Log } from '../../src/core/ports.ts';
import { type Authority, authority } from '../../src/sandbox/certs.ts';
import { type EntraStandIn, startEntra } from '../../src/sandbox/entra/start.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';

export type Bot = ReturnType<typeof entra>;
export type BotOptions = Parameters<typeof entra>[0];

export interface EntraRig {
  readonly standIn: EntraStandIn;
  readonly ca: Authority;
  readonly dir: string;
  /** What the adapter logged, as text. */
  readonly logged: string[];
  /** Called around each Graph call. */
  watch: Watch;
  bot(o?: Partial<BotOptions>, without?: readonly (keyof BotOptions)[]): Bot;
  stop(): Promise<void>;
}

/** The folder whose CA this process was started to trust (NODE_EXTRA_CA_CERTS is read only then). */
export async function entraRig(): Promise<EntraRig> {
  const dir = process.env['ENTRA_TEST_DIR'];
  if (dir === undefined) throw new Error('run entra.test.ts, which starts this with a CA');
  const ca = await authority(dir, 'entra');
  const logged: string[] = [];
  const log = (facts: unknown, message: string): void => void logged.push(`${message} ${JSON.stringify(facts)}`);
  const quiet: Log = { info: log, warn: log, error: log };
  const rig = { watch: (() => undefined) as Watch };
  const standIn = await startEntra({
    dir: `${dir}/entra`,
    port: 0,
    authority: ca,
    log: () => undefined,
    watch: (...about) => rig.watch(...about),
  });
  return Object.assign(rig, {
    standIn,
    ca,
    dir,
    logged,
    bot: (o: Partial<BotOptions> = {}, without: readonly (keyof BotOptions)[] = []) => {
      const { tenantId, clientId, clientSecret, authority: authorityHost, graphUrl } = standIn;
      const whole: BotOptions = {
        tenantId,
        clientId,
        clientSecret,
        authorityHost,
        graphBaseUrl: graphUrl,
        appRolesOf: clientId,
        log: quiet,
        ...o,
      };
      for (const name of without) Reflect.deleteProperty(whole, name);
      return entra(whole);
    },
    stop: () => standIn.stop(),
  });
}

export type Handler = (req: IncomingMessage, res: ServerResponse, url: string) => void;

/** An HTTPS server of the same CA that answers as a test says. `with` runs against it and stops it. */
export async function withServer<T>(ca: Authority, handle: Handler, use: (url: string) => Promise<T>): Promise<T> {
  let url = '';
  const server = createServer(await ca.server(['localhost', '127.0.0.1']), (req, res) => handle(req, res, url));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
  try {
    return await use(url);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

export function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
