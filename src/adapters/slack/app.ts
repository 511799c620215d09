/** Bolt, wired: signature, then durable, then acknowledged. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, type BlockAction, HTTPReceiver, type LogLevel, webApi } from '@slack/bolt';
import type { Card } from '../../core/messages/card.ts';
import type { Chat, Interaction, Log, Receive } from '../../core/ports.ts';
import { chat as slackChat } from './chat.ts';
import { readBody, signatureGuard } from './guard.ts';
import { commandName, pressDoor, pressedButton, pressReply, typedCommand } from './inbound.ts';
import { render } from './render.ts';
import { isSslCheck, shapeOf } from './shape.ts';

export interface Slack {
  readonly chat: Chat;
  /** For `POST /slack/events`: commands, interactions and Slack's address checks. */
  readonly handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** Takes no more requests; resolves when those under way are answered. */
  close(): Promise<void>;
}

/** A call that Slack does not answer by then has an unknown outcome. */
const callTimeout = 10_000;
/** Slack gives up after three seconds (docs.slack.dev/interactivity/handling-user-interaction, "Acknowledgment response"). */
const recordWithin = 2_500;

const say = (...title: string[]): Card => ({ title, blocks: [] });
const told = {
  failed: say('This could not be recorded, so nothing was done. Try again in a minute.'),
  slow: say('Recording this takes unusually long. If you hear nothing more within a minute, try again.'),
  foreignCommand: say(`This bot answers to ${commandName}. Type ${commandName} help to see what it can do.`),
  foreignButton: say('This button belongs to nothing that the bot knows. Nothing was done.'),
};

/**
 * @param o.receive resolves once an interaction is durable; only then Slack is answered
 * @param o.apiUrl the Web API, Slack's own by default
 */
export async function slack(o: {
  botToken: string;
  signingSecret: string;
  apiUrl?: string;
  log: Log;
  receive: Receive;
}): Promise<Slack> {
  const apiUrl = o.apiUrl ?? 'https://slack.com/api/';
  const logger = boltLogger(o.log);
  const client = new webApi.WebClient(o.botToken, {
    slackApiUrl: apiUrl,
    logger,
    timeout: callTimeout,
    // Whether a call may be made again depends on what it does: call.ts decides, never the client.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
  const chat = slackChat(client, apiUrl);
  const receiver = new HTTPReceiver({ signingSecret: o.signingSecret, logger });
  // An `authorize` of our own: Bolt's would ask Slack before the first interaction is taken, and drop it when Slack is down.
  const app = new App({
    receiver,
    authorize: () => Promise.resolve({ botToken: o.botToken }),
    deferInitialization: true,
    convoStore: false,
    ignoreSelf: false,
    logger,
    clientOptions: { slackApiUrl: apiUrl },
  });
  await app.init();
  listen(app, chat, o);
  const gate = entrance(o.signingSecret, receiver, o.log);
  return { chat, handler: gate.handler, close: gate.close };
}

function listen(app: App, chat: Chat, o: { log: Log; receive: Receive }): void {
  app.command(/^/, async ({ command, ack }) => {
    const typed = typedCommand(command);
    const outcome = typed === null ? 'foreignCommand' : await record(o, typed);
    if (outcome === 'kept') await ack();
    else await ack({ response_type: 'ephemeral', ...render(told[outcome]) });
  });
  app.action<BlockAction>(/^/, async ({ body, ack }) => {
    const pressed = pressedButton(body);
    const outcome = pressed === null ? 'foreignButton' : await record(o, pressed);
    await ack();
    // The answer to a click is not shown: it takes the response URL to say something.
    if (outcome !== 'kept') await chat.answer({ door: pressDoor(body), token: pressReply(body) }, told[outcome]);
  });
  app.error((error) => {
    o.log.error({ error: error.message }, 'an interaction from Slack could not be answered');
    return Promise.resolve();
  });
}

/** Makes an interaction durable, within the time that Slack gives. */
async function record(o: { log: Log; receive: Receive }, interaction: Interaction): Promise<'kept' | 'failed' | 'slow'> {
  const { key } = interaction;
  const kept = o.receive(interaction).then(
    () => 'kept' as const,
    (error: unknown) => {
      o.log.error({ key, error: error instanceof Error ? error.message : 'unknown' }, 'an interaction could not be recorded');
      return 'failed' as const;
    },
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'slow'>((resolve) => {
    timer = setTimeout(resolve, recordWithin, 'slow');
  });
  const outcome = await Promise.race([kept, late]);
  clearTimeout(timer);
  if (outcome === 'slow') o.log.warn({ key }, 'recording an interaction takes too long');
  return outcome;
}

function entrance(signingSecret: string, receiver: HTTPReceiver, log: Log) {
  const check = signatureGuard(signingSecret);
  const underWay = new Set<Promise<void>>();
  let closing = false;

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const raw = await readBody(req);
    if (raw === null) return end(res, 413, 'body too large');
    const contentType = req.headers['content-type'];
    if (isSslCheck(contentType, raw)) return end(res, 200);
    const refusal = check(req.headers, raw);
    if (refusal !== null) return end(res, refusal.status, refusal.why);
    const shape = shapeOf(contentType, raw);
    if (shape.kind === 'refused') return end(res, shape.refusal.status, shape.refusal.why);
    if (shape.kind === 'ignored') {
      log.info({ what: shape.what }, 'Slack sent something that this bot does not use');
      return end(res, 200);
    }
    // Bolt compares the content type as a whole, and takes a body that was read already as `rawBody`.
    req.headers['content-type'] = shape.contentType;
    const closed = new Promise<void>((resolve) => res.once('close', resolve));
    receiver.requestListener(Object.assign(req, { rawBody: raw }), res);
    await closed;
  }

  function end(res: ServerResponse, status: number, why?: string): void {
    if (why !== undefined) log.warn({ status, why }, 'refused a request that claims to be from Slack');
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(why === undefined ? '' : JSON.stringify({ error: why }));
  }

  return {
    async handler(req: IncomingMessage, res: ServerResponse): Promise<void> {
      if (closing) return end(res, 503, 'shutting down');
      const work = pass(req, res).catch((error: unknown) => {
        log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'a request from Slack broke off');
        if (!res.headersSent) res.writeHead(400).end();
      });
      underWay.add(work);
      await work;
      underWay.delete(work);
    },
    async close(): Promise<void> {
      closing = true;
      await Promise.all(underWay);
    },
  };
}

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
