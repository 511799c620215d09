/** Bolt, wired: checked, then durable, then acknowledged. */

import { App, HTTPReceiver, type LogLevel, type Receiver, webApi } from '@slack/bolt';
import type { Chat, Clock, Log, Recorder, Suggest } from '../../core/ports.ts';
import { offering } from '../../core/work/in-time.ts';
import { chat as slackChat } from './chat.ts';
import { type Entrance, entrance, type ReadBody } from './entrance.ts';
import { listen } from './listen.ts';
import { socketMode } from './socket.ts';
import { remembering } from './suggest.ts';

export interface Slack {
  readonly chat: Chat;
  /** For `POST /slack/events`: commands, interactions, events and Slack's address checks. Null: they come over a socket. */
  readonly handler: Entrance['handler'] | null;
  /** Whether deliveries come over a socket that is not open. */
  probe(): Promise<void>;
  /** Takes no more requests; resolves when those under way are answered. */
  close(): Promise<void>;
}

/** How Slack delivers: to an address of the bot's, signed, or over a connection that the bot opens. */
export type Deliveries = { readonly signingSecret: string } | { readonly appToken: string };

/** A call that Slack does not answer by then has an unknown outcome. */
const callTimeout = 10_000;

/**
 * @param o.record makes an interaction durable; only then Slack is answered, which gives up after three seconds
 *   (docs.slack.dev/interactivity/handling-user-interaction, "Acknowledgment response")
 * @param o.readBody the whole body of a request, or null when it is longer than so many bytes
 * @param o.suggest what a choice offers while somebody types
 * @param o.apiUrl the Web API, Slack's own by default
 */
export async function slack(o: {
  botToken: string;
  deliveries: Deliveries;
  apiUrl?: string;
  log: Log;
  clock: Clock;
  readBody: ReadBody;
  record: Recorder;
  suggest: Suggest;
}): Promise<Slack> {
  const { log, clock, record, deliveries } = o;
  const apiUrl = o.apiUrl ?? 'https://slack.com/api/';
  const logger = boltLogger(log);
  const clientOptions: webApi.WebClientOptions = {
    slackApiUrl: apiUrl,
    timeout: callTimeout,
    // Whether a call may be made again depends on what it does: call.ts decides, never the client.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  };
  const chat = slackChat(new webApi.WebClient(o.botToken, { ...clientOptions, logger }), apiUrl);
  const http = 'signingSecret' in deliveries ? new HTTPReceiver({ signingSecret: deliveries.signingSecret, logger }) : null;
  // An `authorize` of our own: Bolt's would ask Slack before the first interaction is taken, and drop it when Slack is down.
  const app = new App({
    receiver: http ?? noReceiver,
    authorize: () => Promise.resolve({ botToken: o.botToken }),
    deferInitialization: true,
    convoStore: false,
    ignoreSelf: false,
    logger,
    clientOptions: { slackApiUrl: apiUrl },
  });
  await app.init();
  listen(app, { chat, log, record, suggest: offering(remembering(o.suggest), clock, log) });
  if ('appToken' in deliveries) {
    // A connection that ends is opened again: nothing of it is an error.
    const quiet: webApi.Logger = { ...logger, error: logger.warn };
    const socket = socketMode({ app, appToken: deliveries.appToken, clientOptions, logger: quiet, log, clock, record });
    return { chat, handler: null, ...socket };
  }
  const bolt = (...request: Parameters<HTTPReceiver['requestListener']>) => http?.requestListener(...request);
  const gate = entrance({ signingSecret: deliveries.signingSecret, log, record, readBody: o.readBody, bolt });
  return { chat, probe: () => Promise.resolve(), ...gate };
}

/** Each connection of Socket Mode has a receiver of its own: Bolt itself is given none. */
const noReceiver: Receiver = { init: () => undefined, start: () => Promise.resolve(), stop: () => Promise.resolve() };

/** Bolt's own words at the level of a warning; it would log whole payloads below that. */
function boltLogger(log: Log): webApi.Logger {
  const nothing = () => undefined;
  const words = (...parts: unknown[]) => parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: nothing,
    info: nothing,
    warn: (...parts) => log.warn({ from: 'bolt' }, words(...parts)),
    error: (...parts) => log.error({ from: 'bolt' }, words(...parts)),
    setLevel: nothing,
    getLevel: () => 'warn' as LogLevel,
    setName: nothing,
  };
}
