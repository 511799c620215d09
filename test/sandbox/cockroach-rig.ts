/** One stand-in cluster for a test file: started before its tests, stopped and swept after them. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import pg from 'pg';
import { type Authority, authority } from '../../src/sandbox/certs.ts';
import { type CockroachOptions, type CockroachStandIn, startCockroach } from '../../src/sandbox/cockroach/start.ts';

export interface Rig {
  cluster: CockroachStandIn;
  readonly ca: Authority;
  /** A connected client, closed after the tests. */
  connect(user: string, database?: string): Promise<pg.Client>;
  /** A client with this token as its password, not yet connected. */
  withToken(user: string, token: string, database?: string): pg.Client;
  /** Stops the cluster and starts it again on the same data and port. */
  restart(more?: Partial<CockroachOptions>): Promise<void>;
}

export async function rig(more: Partial<CockroachOptions> = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-test-'));
  chmodSync(dir, 0o711); // so that PostgreSQL's data lie in it, also under root, and go away with it
  const ca = await authority(join(dir, 'certs'), 'cockroach');
  const options: CockroachOptions = { dir: join(dir, 'cockroach'), port: 0, authority: ca, log: () => undefined, ...more };
  const clients: pg.Client[] = [];
  const it: Rig = {
    cluster: await startCockroach(options),
    ca,
    async connect(user, database = 'defaultdb') {
      const client = new pg.Client({ connectionString: await it.cluster.clientUrl(user, database) });
      client.on('error', () => undefined); // a test that cuts connections sees it in its query
      clients.push(client);
      await client.connect();
      return client;
    },
    withToken(user, token, database = 'defaultdb') {
      const { port, caFile } = it.cluster;
      const url = `postgresql://${user}:${encodeURIComponent(token)}@localhost:${port}/${database}?sslmode=verify-full&sslrootcert=${encodeURIComponent(caFile)}&options=--crdb:jwt_auth_enabled=true`;
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async restart(changed = {}) {
      const { port } = it.cluster;
      await it.cluster.stop();
      it.cluster = await startCockroach({ ...options, port, ...changed });
    },
  };
  after(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    await it.cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return it;
}

/** The rows of a query, each as a list. */
export async function rows(client: pg.Client, text: string, values?: unknown[]): Promise<unknown[][]> {
  return (await client.query<unknown[]>({ text, rowMode: 'array', ...(values === undefined ? {} : { values }) })).rows;
}

/** What the server said no with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: string; message: string; detail?: string; hint?: string }> {
  try {
    await work;
  } catch (error) {
    const { code, message, detail, hint } = error as { code: string; message: string; detail?: string; hint?: string };
    return { code, message, ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }) };
  }
  throw new Error('it was not refused');
}

export interface Signer {
  readonly jwk: JWK;
  token(claims: Record<string, unknown>, expiresInSeconds?: number): Promise<string>;
}

/** An issuer with one key, as Entra publishes it: without `alg`. */
export async function signer(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const { kty, n, e } = await exportJWK(publicKey);
  return {
    jwk: { kty, n, e, kid, use: 'sig' } as JWK,
    token: async (claims, expiresInSeconds = 3600) =>
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(privateKey),
  };
}
