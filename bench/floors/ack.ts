/** The floor of the first row: a bare Bolt app that writes one row for each command and acknowledges. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver } from '@slack/bolt';
import pg from 'pg';
import { serve } from '../rig/child.ts';

export interface AckFloor {
  readonly databaseUrl: string;
  readonly signingSecret: string;
}

serve(async ({ databaseUrl, signingSecret }: AckFloor): Promise<{ url: string }> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS typed (id text PRIMARY KEY, body jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())',
  );
  const receiver = new HTTPReceiver({ signingSecret });
  const app = new App({ receiver, authorize: () => Promise.resolve({ botToken: 'xoxb-none' }), convoStore: false });
  app.command(/^/, async ({ command, ack }) => {
    await pool.query('INSERT INTO typed (id, body) VALUES ($1, $2)', [randomUUID(), JSON.stringify(command)]);
    await ack();
  });
  const server = createServer((req, res) => receiver.requestListener(req, res));
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` };
});
