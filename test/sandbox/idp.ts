/** An issuer of tokens over HTTPS that a test turns as it likes: what a cluster's nodes fetch keys from. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { JWK } from 'jose';
import type { Authority } from '../../src/sandbox/certs.ts';

export interface Answer {
  readonly status?: number;
  readonly body: string;
}

export interface Idp {
  /** `https://localhost:PORT`, without a slash. */
  readonly url: string;
  /** What is published now. */
  keys: JWK[];
  /** Answers in place of its own, by path; null: says nothing at all. */
  readonly answers: Map<string, Answer | null>;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
}

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });

export async function idp(ca: Authority): Promise<Idp> {
  const server: Server = createServer(await ca.server(['localhost']));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const it: Idp = { url, keys: [], answers: new Map(), asked: [] };
  const own: Readonly<Record<string, () => Answer>> = {
    '/.well-known/openid-configuration': () => json({ issuer: url, jwks_uri: `${url}/keys` }),
    '/keys': () => json({ keys: it.keys }),
    '/mapped': () => json({ keys: it.keys }),
  };
  server.on('request', (req, res) => {
    const path = req.url ?? '';
    it.asked.push(path);
    const answer = it.answers.has(path) ? it.answers.get(path) : (own[path]?.() ?? { status: 404, body: 'no such page' });
    if (answer !== null && answer !== undefined) res.writeHead(answer.status ?? 200).end(answer.body);
  });
  return it;
}
