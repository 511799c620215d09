/** Answers over a response URL: five times within half an hour (docs.slack.dev/interactivity/handling-user-interaction, "Message responses"). */

import { Fault } from '../../core/errors.ts';
import type { Card } from '../../core/messages/card.ts';
import { asFault, call } from './call.ts';
import { render } from './render.ts';

const timeoutMilliseconds = 10_000;

/**
 * @param responseUrl as it came in a signed payload
 * @param apiUrl the configured Web API; its own host may hand out response URLs too
 * @returns `gone` when this URL answers nobody any more, so that another way has to be found
 * @throws Fault chat_unavailable
 */
export async function respond(responseUrl: string, apiUrl: string, card: Card): Promise<'answered' | 'gone'> {
  if (!isSlack(responseUrl, apiUrl)) return 'gone';
  return await call('a response URL', 'repeatable', async () => {
    const response = await send(responseUrl, { response_type: 'ephemeral', replace_original: false, ...render(card) });
    if (response.status === 429) {
      const retryAfter = Number(response.headers.get('retry-after')) || 1;
      throw new Fault('chat_unavailable', 'later', 'Slack throttles a response URL', { retryAfter });
    }
    if (response.status >= 500)
      throw new Fault('chat_unavailable', 'unknown', `Slack answered a response URL with HTTP ${response.status}`);
    return response.ok ? 'answered' : 'gone';
  });
}

async function send(url: string, message: object): Promise<Response> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    await response.arrayBuffer();
    return response;
  } catch (error) {
    throw asFault('a response URL', error);
  }
}

/** Only Slack's own hosts, or the configured one: a payload must not make the bot speak to somebody else. */
function isSlack(responseUrl: string, apiUrl: string): boolean {
  if (!URL.canParse(responseUrl)) return false;
  const url = new URL(responseUrl);
  if (url.origin === new URL(apiUrl).origin) return true;
  return url.protocol === 'https:' && /(^|\.)(slack|slack-gov)\.com$/.test(url.hostname);
}
