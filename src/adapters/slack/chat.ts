/** The Chat port on Slack's Web API. */

import type { webApi } from '@slack/bolt';
import { commandName } from '../../core/command/grammar.ts';
import { Fault } from '../../core/errors.ts';
import type { Card } from '../../core/messages/card.ts';
import type { Chat, Tag } from '../../core/ports.ts';
import type { Place } from '../../core/request/request.ts';
import { call, slackCode } from './call.ts';
import { pacing } from './pace.ts';
import { person, type Self } from './people.ts';
import { render } from './render.ts';
import { platform, replyAddress } from './reply.ts';
import { respond } from './respond.ts';
import { views } from './views.ts';

/** Metadata by which a message of ours is found again (docs.slack.dev/messaging/message-metadata). */
const eventType = 'crdb_access';
/** How far back the history is searched: pages of 200. */
const pages = 5;

/** Literal text, nothing unfurled. chat.update would parse like a client by default (docs.slack.dev/reference/methods/chat.update). */
const quiet = { parse: 'none', link_names: false } as const;

/** @param apiUrl the Web API's address, whose host may also hand out response URLs */
export function chat(client: webApi.WebClient, apiUrl: string): Chat {
  const pace = pacing();
  let known: Self | null = null;
  const directMessages = new Map<string, string>();

  /** Who the bot itself is; asked once. */
  async function self(): Promise<Self> {
    if (known !== null) return known;
    const answer = await call('auth.test', 'read', () => client.auth.test());
    known = { team: answer.team_id ?? '', enterprise: answer.enterprise_id ?? null, bot: answer.bot_id ?? null };
    return known;
  }

  async function directMessage(user: string): Promise<string> {
    const open = directMessages.get(user);
    if (open !== undefined) return open;
    const answer = await call('conversations.open', 'repeatable', () => client.conversations.open({ users: user }));
    const channel = answer.channel?.id;
    if (channel === undefined) throw new Fault('chat_refused', 'never', 'Slack opened no direct message');
    directMessages.set(user, channel);
    return channel;
  }

  /** @param looked finds an earlier message first: only when it is the channel's turn, or many that wait would search all the time */
  async function postTo(channel: string, card: Card, tag: Tag | null, looked: () => Promise<string | null>): Promise<string> {
    const message = {
      channel,
      ...render(card),
      ...quiet,
      unfurl_links: false,
      unfurl_media: false,
      ...(tag === null ? {} : { metadata: metadata(tag) }),
    };
    return await pace.turn('post', channel, async (starting) => {
      const earlier = await looked();
      if (earlier !== null) return earlier;
      const answer = await call('chat.postMessage', 'once', () => {
        starting();
        return client.chat.postMessage(message);
      });
      if (answer.ts === undefined) throw new Fault('chat_unavailable', 'unknown', 'Slack posted a message without saying where');
      return answer.ts;
    });
  }

  /** An earlier message of ours with this tag. */
  async function posted(channel: string, tag: Tag): Promise<string | null> {
    const { bot } = await self();
    let cursor: string | undefined;
    for (let page = 0; page < pages; page += 1) {
      const answer = await call('conversations.history', 'read', () =>
        client.conversations.history({
          channel,
          limit: 200,
          include_all_metadata: true,
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      const found = answer.messages?.find((m) => (bot === null || m.bot_id === bot) && carries(m.metadata, tag));
      if (found?.ts !== undefined) return found.ts;
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) return null;
    }
    return null;
  }

  /** Answers that can no longer go where somebody spoke: beside it, else in their direct messages. */
  async function answerElsewhere(user: string, channel: string | null, card: Card): Promise<void> {
    try {
      if (channel !== null) {
        await call('chat.postEphemeral', 'repeatable', () =>
          client.chat.postEphemeral({ channel, user, ...render(card), ...quiet }),
        );
        return;
      }
    } catch (error) {
      if (!elsewhere.has(slackCode(error) ?? '')) throw error;
    }
    await postTo(await directMessage(user), card, null, nothing);
  }

  return {
    platform,
    calledBy: commandName,
    async whoIs(door) {
      const home = await self();
      try {
        const answer = await call('users.info', 'read', () => client.users.info({ user: door.user }));
        return person(answer.user ?? {}, home);
      } catch (error) {
        // Somebody of a workspace that the bot can't see is nobody of ours.
        if (!['user_not_found', 'user_not_visible'].includes(slackCode(error) ?? '')) throw error;
        return { displayName: door.user, mail: null, oid: null, outsider: 'stranger' };
      }
    },
    async post(to, card, tag, mayBeThere): Promise<Place> {
      const channel = 'channel' in to ? to.channel : await directMessage(to.door.user);
      const looked = mayBeThere ? () => posted(channel, tag) : nothing;
      return { platform, channel, message: await postTo(channel, card, tag, looked) };
    },
    async update(place, card, tag) {
      const { channel, message: ts } = place;
      try {
        const message = { channel, ts, ...render(card), ...quiet, metadata: metadata(tag) };
        await pace.turn('update', channel, () => call('chat.update', 'repeatable', () => client.chat.update(message)));
      } catch (error) {
        // Somebody deleted it, or nothing may be edited any more: trying again would change nothing, for ever.
        if (!unchangeable.has(slackCode(error) ?? '')) throw error;
      }
    },
    ...views(client),
    async reach(channel) {
      try {
        const answer = await call('conversations.info', 'read', () => client.conversations.info({ channel }));
        if (answer.channel?.is_archived === true) return 'archived';
        return answer.channel?.is_member === true || answer.channel?.is_im === true ? 'ok' : 'not_in';
      } catch (error) {
        // A private channel without the bot is not there for it (docs.slack.dev/reference/methods/conversations.info, "Errors").
        if (slackCode(error) !== 'channel_not_found') throw error;
        return 'gone';
      }
    },
    async answer(to, card) {
      const { responseUrl, channel, user } = replyAddress(to.token);
      if (responseUrl !== null && (await respond(responseUrl, apiUrl, card)) === 'answered') return;
      await answerElsewhere(user, channel, card);
    },
  };
}

/** Refusals of an update that stay (docs.slack.dev/reference/methods/chat.update, "Errors"). */
const unchangeable = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message']);

/** Refusals of an ephemeral message after which a direct message still reaches the person. */
const elsewhere = new Set(['channel_not_found', 'not_in_channel', 'user_not_in_channel', 'is_archived', 'restricted_action']);

const nothing = () => Promise.resolve(null);

function metadata(tag: Tag) {
  return { event_type: eventType, event_payload: { request_id: tag.requestId, kind: tag.kind } };
}

function carries(found: { event_type?: string; event_payload?: object } | undefined, tag: Tag): boolean {
  const payload = found?.event_payload as { request_id?: unknown; kind?: unknown } | undefined;
  return found?.event_type === eventType && payload?.request_id === tag.requestId && payload.kind === tag.kind;
}
