import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { teamsAppId, tenantId } from '../../src/sandbox/people.ts';
import type { Driver } from '../journeys/sandbox-driver.ts';

type Json = Readonly<Record<string, unknown>>;

/** Says something in somebody's own Teams chat as the bot could, whatever the real one would say. */
export interface AsTheBot {
  /** @returns the message's id, as `change` takes it */
  say(as: string, card: Json): Promise<string>;
  change(as: string, message: string, card: Json): Promise<void>;
}

/** Calls Teams with a token of the bot's own, as any program that has its secret. */
export async function asTheBot({ sandbox }: Driver): Promise<AsTheBot> {
  const { facts, entra } = sandbox;
  const ca = [entra.caFile, sandbox.teams.caFile].map((file) => readFileSync(file));
  const call = (method: string, url: string, headers: Record<string, string>, body: string): Promise<Json> =>
    new Promise((done, failed) => {
      const req = request(url, { method, headers, ca, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (some: string) => (text += some));
        res.once('end', () => ((res.statusCode ?? 0) < 300 ? done(JSON.parse(text) as Json) : failed(new Error(text))));
      });
      req.once('error', failed);
      req.end(body);
    });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: teamsAppId,
    client_secret: entra.teamsBot.secret,
    scope: 'https://api.botframework.com/.default',
  });
  const { access_token: token } = await call(
    'POST',
    `${entra.authority}/${tenantId}/oauth2/v2.0/token`,
    { 'content-type': 'application/x-www-form-urlencoded' },
    form.toString(),
  );
  const personal = (as: string): string => sandbox.teams.screen(as).channels[0]?.id ?? assert.fail(`${as} has no chat`);
  const send = (method: string, as: string, below: string, card: Json): Promise<Json> =>
    call(
      method,
      `${facts.teams.serviceUrl}v3/conversations/${encodeURIComponent(personal(as))}/activities${below}`,
      { 'content-type': 'application/json', authorization: `Bearer ${String(token)}` },
      JSON.stringify({
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
      }),
    );
  return {
    say: async (as, card) => String((await send('POST', as, '', card))['id']),
    change: async (as, message, card) => void (await send('PUT', as, `/${message}`, card)),
  };
}
