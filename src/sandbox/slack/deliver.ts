/** What Slack sends to the bot: signed, answered within three seconds or given up, never sent again. */

import { createHmac } from 'node:crypto';

export interface Delivered {
  /** The bot's HTTP status; 0: none. */
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** Slack's word for what went wrong. */
  readonly error?: 'operation_timeout' | 'dispatch_failed';
}

/** docs.slack.dev/interactivity/handling-user-interaction, "Acknowledgment response". */
const patience = 3_000;

/** docs.slack.dev/authentication/verifying-requests-from-slack */
export function signature(signingSecret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Posts a form. Resolves when the bot has answered, or has not. */
export async function deliver(url: string, signingSecret: string, form: Readonly<Record<string, string>>): Promise<Delivered> {
  const body = new URLSearchParams(form).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(signingSecret, timestamp, body),
      },
      body,
      signal: AbortSignal.timeout(patience),
    });
    const text = await response.text();
    const answer = { status: response.status, body: text, contentType: response.headers.get('content-type') ?? '' };
    return response.status === 200 ? answer : { ...answer, error: 'dispatch_failed' };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    return { status: 0, body: '', contentType: '', error: late ? 'operation_timeout' : 'dispatch_failed' };
  }
}
