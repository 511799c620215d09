/** What Slack sends to the bot over HTTP: signed, answered within three seconds or given up. */

import { createHmac } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Json } from './checks.ts';

/** Commands, everything that people do with buttons and forms, and events. Socket Mode's names for them. */
export type Kind = 'slash_commands' | 'interactive' | 'events_api';

/** How Slack reaches the bot. Resolves when the bot has answered, or has not in time. */
export type Outlet = (kind: Kind, payload: Json, retry?: Retry) => Promise<Delivered>;

/** How often it was sent before, and what came of it the last time. */
export interface Retry {
  readonly num: number;
  readonly reason: string;
}

export interface Delivered {
  /** The bot's HTTP status; 0: none. */
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** Slack's word for what went wrong. */
  readonly error?: 'operation_timeout' | 'dispatch_failed';
  /** It asked not to be sent the same again. */
  readonly noRetry?: boolean;
}

/** What came of something that a person did. `status`: the bot's answer; 404 when Slack itself would not have sent it. */
export interface Acked {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: string;
}

export function acked({ status, error }: Delivered): Acked {
  return error === undefined ? { ok: true, status } : { ok: false, status, error };
}

/** Slack itself would not have sent it. */
export const unsent = (error: string): Acked => ({ ok: false, status: 404, error });

/** docs.slack.dev/interactivity/handling-user-interaction, "Acknowledgment response". */
export const patience = 3_000;

/** docs.slack.dev/authentication/verifying-requests-from-slack */
export function signature(signingSecret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Fields as they are, a payload as one field of a form, an event as JSON. */
const encode: { readonly [kind in Kind]: (payload: Json) => { readonly type: string; readonly body: string } } = {
  slash_commands: (fields) => form(fields as Readonly<Record<string, string>>),
  interactive: (payload) => form({ payload: JSON.stringify(payload) }),
  events_api: (event) => ({ type: 'application/json', body: JSON.stringify(event) }),
};

function form(fields: Readonly<Record<string, string>>): { readonly type: string; readonly body: string } {
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

/** Posts to the bot's one address, each time over a connection of its own. */
export function httpOutlet(botUrl: () => string, signingSecret: string): Outlet {
  return (kind, payload, retry) => {
    const headers: Record<string, string> =
      retry === undefined ? {} : { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason };
    return post(botUrl(), signingSecret, { ...encode[kind](payload), headers });
  };
}

function post(
  url: string,
  signingSecret: string,
  { type, body, headers }: { readonly type: string; readonly body: string; readonly headers: Readonly<Record<string, string>> },
): Promise<Delivered> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return new Promise((resolve) => {
    const none = (error: NonNullable<Delivered['error']>): void => resolve({ status: 0, body: '', contentType: '', error });
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(signingSecret, timestamp, body),
        ...headers,
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
  // docs.slack.dev/apis/events-api, "Turning retries off"
  const noRetry = response.headers['x-slack-no-retry'] === '1';
  return status === 200 ? answer : { ...answer, error: 'dispatch_failed', noRetry };
}
