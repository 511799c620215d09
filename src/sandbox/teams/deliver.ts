/** What Teams sends to the bot: activities over HTTPS or HTTP, each with a channel token. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Json } from './json.ts';

export interface Delivered {
  /** The bot's HTTP status; 0: none. */
  readonly status: number;
  readonly body: string;
  readonly error?: 'timeout' | 'unreachable' | 'refused';
}

/** How an activity reaches the bot. Resolves when the bot has answered, or has not in time. */
export type Outlet = (activity: Json, authorization?: string | null) => Promise<Delivered>;

/** learn.microsoft.com, "bot-builder-howto-long-operations-guidance": a turn that takes longer than 15 seconds is given up. */
export const patience = 15_000;

/** Posts to the bot's one address, each time over a connection of its own. `authorization`: null sends none. */
export function httpOutlet(botUrl: () => string, token: () => string, patienceMs = patience): Outlet {
  return (activity, authorization = `Bearer ${token()}`) => post(botUrl(), JSON.stringify(activity), authorization, patienceMs);
}

function post(url: string, body: string, authorization: string | null, patienceMs: number): Promise<Delivered> {
  return new Promise((resolve) => {
    const none = (error: NonNullable<Delivered['error']>): void => resolve({ status: 0, body: '', error });
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)',
        ...(authorization === null ? {} : { authorization }),
      },
    });
    const timer = setTimeout(() => {
      none('timeout');
      request.destroy();
    }, patienceMs);
    request.once('close', () => {
      clearTimeout(timer);
      none('unreachable');
    });
    request.on('error', () => none('unreachable'));
    request.once('response', (response) => void answerOf(response).then(resolve, () => none('unreachable')));
    request.end(body);
  });
}

async function answerOf(response: IncomingMessage): Promise<Delivered> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const status = response.statusCode ?? 0;
  const answer = { status, body: Buffer.concat(parts).toString('utf8') };
  return status >= 200 && status < 300 ? answer : { ...answer, error: 'refused' };
}
