/**
 * The floor of the row `teams-ack`: a bare CloudAdapter that has the token verified, writes one row for each activity and answers. Its
 * web server is Node's own with what the adapter asks of one: no framework that would make the floor slower.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Activity, CloudAdapter, ConfigurationBotFrameworkAuthentication, type Response } from 'botbuilder';
import pg from 'pg';
import { serve } from '../rig/child.ts';

export interface TeamsAckFloor {
  readonly databaseUrl: string;
  readonly appId: string;
  readonly tenantId: string;
  readonly issuer: string;
  readonly metadataUrl: string;
}

serve(async (o: TeamsAckFloor): Promise<{ url: string }> => {
  const pool = new pg.Pool({ connectionString: o.databaseUrl, max: 10 });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS typed (id text PRIMARY KEY, body jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now())',
  );
  const keep = (activity: Activity) =>
    pool.query('INSERT INTO typed (id, body) VALUES ($1, $2)', [randomUUID(), JSON.stringify(activity)]);
  const adapter = new CloudAdapter(authentication(o));
  const server = createServer((req, res) => {
    void bodyOf(req).then((body) =>
      adapter.process(
        { body, headers: req.headers, method: req.method ?? '' },
        asked(res),
        async ({ activity }) => void (await keep(activity)),
      ),
    );
  });
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages` };
});

/** The SDK's own checks and no others. It takes its own addresses for all where one is left out; those not used here lead nowhere. */
function authentication({ appId, tenantId, issuer, metadataUrl }: TeamsAckFloor): ConfigurationBotFrameworkAuthentication {
  const nowhere = 'https://invalid.invalid/';
  return new ConfigurationBotFrameworkAuthentication({
    MicrosoftAppId: appId,
    MicrosoftAppPassword: 'none: nothing is sent',
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: tenantId,
    ToChannelFromBotLoginUrl: nowhere,
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: issuer,
    ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: nowhere,
    OAuthUrl: nowhere,
    CallerId: '',
    ValidateAuthority: 'true',
  });
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
}

/** A response as the SDK knows it from web frameworks. */
function asked(res: ServerResponse): Response {
  return {
    socket: res.socket,
    status: (code) => {
      res.statusCode = code;
    },
    header: (name, value) => res.setHeader(name, String(value)),
    send: (body) => void res.write(typeof body === 'string' ? body : JSON.stringify(body)),
    end: () => void res.end(),
  };
}
