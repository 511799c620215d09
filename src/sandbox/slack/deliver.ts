/** What Slack sends to the bot: signed, answered within three seconds or given up, never sent again. */

import { createHmac } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';

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

/** Posts a form over a connection of its own. Resolves when the bot has answered, or has not. */
export function deliver(url: string, signingSecret: string, form: Readonly<Record<string, string>>): Promise<Delivered> {
  const body = new URLSearchParams(form).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  return new Promise((resolve) => {
    const none = (error: NonNullable<Delivered['error']>): void => resolve({ status: 0, body: '', contentType: '', error });
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(signingSecret, timestamp, body),
      },
    });
    const timer = setTimeout(() => {
      none('operation_timeout');
      request.destroy();
    }, patience);
    request.once('close', () => {
      clearTimeout(timer);
      none('dispatch_failed');
    });
    request.on('error', () => none('dispatch_failed'));
    request.once('response', (response) => void answerOf(response).then(resolve, () => none('dispatch_failed')));
    request.end(body);
  });
}

async function answerOf(response: IncomingMessage): Promise<Delivered> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const status = response.statusCode ?? 0;
  const answer = { status, body: Buffer.concat(parts).toString('utf8'), contentType: response.headers['content-type'] ?? '' };
  return status === 200 ? answer : { ...answer, error: 'dispatch_failed' };
}
