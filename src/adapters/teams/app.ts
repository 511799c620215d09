/** Microsoft Teams, wired: checked, then durable, then answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../../core/errors.ts';
import type { Chat, Clock, Log, Present, Recorder, Suggest } from '../../core/ports.ts';
import { type Activity, withoutThread } from './activity.ts';
import { TokenRefused } from './call.ts';
import { chat as teamsChat } from './chat.ts';
import { openConnector } from './connector.ts';
import { bodyCap, bodyOf, refusalOf } from './guard.ts';
import { people as knownPeople } from './people.ts';
import { platform } from './reply.ts';
import { turns } from './turn.ts';

export interface Teams {
  readonly chat: Chat;
  /** For `POST /api/messages`. */
  readonly handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** Takes no more; resolves when what is under way is answered. */
  close(): Promise<void>;
}

/** Seconds. Teams gives up after fifteen (learn.microsoft.com, "bot-builder-howto-long-operations-guidance"), and delivers again. */
const turnWithin = 12;

/**
 * @param o.appId the bot's app registration
 * @param o.tenantId the one tenant whose people it serves
 * @param o.token the bot's own access token for the Bot Connector; `refused`: the last one was not accepted, another one is wanted
 * @param o.serviceUrl where calls go until Teams has named an address
 * @param o.serviceUrlHosts which hosts such an address may have
 * @param o.issuer who issues the tokens that activities come with, and at `metadataUrl` publishes its keys
 * @param o.anonymous the development switch: activities come without a token, and calls go out without one
 * @param o.readBody the whole body of a request, or null when it is longer than so many bytes
 * @param o.record makes an interaction durable; only then Teams is answered
 * @param o.suggest what a choice offers while somebody types
 * @param o.present what a card shows to whoever looks at it
 */
export function teams(o: {
  readonly appId: string;
  readonly tenantId: string;
  readonly token: (refused: boolean) => Promise<string>;
  readonly serviceUrl: string;
  readonly serviceUrlHosts: readonly string[];
  readonly issuer: string;
  readonly metadataUrl: string;
  readonly anonymous: boolean;
  readonly log: Log;
  readonly clock: Clock;
  readonly readBody: (req: IncomingMessage, most: number) => Promise<Buffer | null>;
  readonly record: Recorder;
  readonly suggest: Suggest;
  readonly present: Present;
}): Teams {
  const { tenantId, log } = o;
  const connector = openConnector({ ...o, appId: o.anonymous ? '' : o.appId });
  const people = knownPeople({ connector, tenantId, serviceUrl: o.serviceUrl });
  const chat = teamsChat({ connector, people, log });
  const { take } = turns({ ...o, chat, people, close: (activity) => void closeForm(activity) });
  const underWay = new Set<Promise<unknown>>();
  let closing = false;

  /** What was sent can't be sent again: for everybody who sees the message, on every device. */
  function closeForm({ conversation, replyTo }: Activity): Promise<void> {
    const place = { platform, channel: withoutThread(conversation.id), message: replyTo ?? '' };
    const card = { title: ['Sent'], blocks: [{ kind: 'note', text: ['What comes of it, you get as a message here.'] }] } as const;
    const work = chat
      .update(place, card, { requestId: '', kind: 'form' })
      .catch((error: unknown) => log.warn({ says: String(error) }, 'a form that was sent could not be closed'));
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const raw = await o.readBody(req, bodyCap);
    if (raw === null) return refuse(res, 413, 'body too large');
    const read = bodyOf(raw);
    if ('why' in read) return refuse(res, read.status, read.why);
    const { authorization } = req.headers;
    const refusal = refusalOf(read.activity, authorization, o);
    if (refusal !== null) return refuse(res, refusal.status, refusal.why);
    try {
      const turn = connector.receive(authorization ?? '', read.body, () => take(read.activity));
      const answer = await o.clock.within(turnWithin, 'this bot', turn);
      end(res, answer?.status ?? 200, answer?.body);
    } catch (error) {
      if (error instanceof TokenRefused) return refuse(res, 401, `the token proves nothing: ${error.message}`);
      // It comes again, with the same id.
      if (error instanceof Fault) return refuse(res, 503, error.message);
      throw error;
    }
  }

  function refuse(res: ServerResponse, status: number, why: string): void {
    log.warn({ status, why }, 'refused a request that claims to be from Teams');
    end(res, status, { error: why });
  }

  return {
    chat,
    async handler(req, res) {
      if (closing) return refuse(res, 503, 'shutting down');
      const work = pass(req, res).catch((error: unknown) => {
        log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'a request from Teams broke off');
        if (!res.headersSent) end(res, 500, { error: 'internal error' });
      });
      underWay.add(work);
      await work;
      underWay.delete(work);
    },
    async close() {
      closing = true;
      await Promise.all(underWay);
    },
  };
}

function end(res: ServerResponse, status: number, body?: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(body === undefined ? '' : JSON.stringify(body));
}
