/** Activities as Teams sends them to a bot (learn.microsoft.com, "conversation-messages", "conversation-events", "universal-actions-for-adaptive-cards"). */
import { randomUUID } from 'node:crypto';
import { type SandboxPerson, teamsUserId, tenantId } from '../people.ts';
import type { Json } from './json.ts';
import { botId, botName, type Conversation, type Message } from './tenant.ts';

export interface Where {
  readonly person: SandboxPerson;
  readonly conversation: Conversation;
  /** In a channel: the message that begins the thread. */
  readonly thread: string | null;
  readonly serviceUrl: string;
}

/** A channel's conversation is one thread of it: `<channel>;messageid=<its first message>`. */
export function threadId(conversation: Conversation, thread: string | null): string {
  return conversation.kind === 'channel' && thread !== null ? `${conversation.id};messageid=${thread}` : conversation.id;
}

function frame({ person, conversation, thread, serviceUrl }: Where): Json {
  const { team } = conversation;
  const conversationType = { personal: 'personal', channel: 'channel', group: 'groupChat' }[conversation.kind];
  return {
    id: `f:${randomUUID()}`,
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: teamsUserId(person), name: person.name, aadObjectId: person.oid },
    conversation: {
      ...(conversation.kind === 'personal' ? {} : { isGroup: true }),
      conversationType,
      tenantId,
      id: threadId(conversation, thread),
    },
    recipient: { id: botId, name: botName },
    channelData: {
      ...(team === null
        ? {}
        : {
            teamsChannelId: conversation.id,
            teamsTeamId: team.id,
            channel: { id: conversation.id },
            team: { id: team.id },
          }),
      tenant: { id: tenantId },
    },
    locale: 'en-US',
    localTimezone: 'Europe/London',
  };
}

const clientInfo: Json = { locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Europe/London', type: 'clientInfo' };
const mention = `<at>${botName}</at>`;

/** Something typed. In a channel or group chat the bot is told where it is mentioned alone, and sees the mention as markup. */
export function typed(where: Where, message: Message): Json {
  const text = message.text.replace(new RegExp(`@${botName}(?![\\w-])`, 'g'), mention);
  const mentions = text.includes(mention) ? [{ type: 'mention', mentioned: { id: botId, name: botName }, text: mention }] : [];
  return {
    ...frame(where),
    type: 'message',
    id: message.id,
    text,
    textFormat: 'plain',
    attachments: [{ contentType: 'text/html', content: `<div>${html(message.text)}</div>` }],
    entities: [...mentions, clientInfo],
  };
}

const html = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, '<br>');

export const mentionsBot = (text: string): boolean => new RegExp(`@${botName}(?![\\w-])`).test(text);

/** An `Action.Execute`, pressed or run by Teams itself to refresh a card. */
export function executed(where: Where, message: Message, action: Json, data: Json, trigger: 'manual' | 'automatic'): Json {
  const { type, id, verb } = action;
  return {
    ...frame(where),
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: message.id,
    value: { action: { type, ...(id === undefined ? {} : { id }), ...(verb === undefined ? {} : { verb }), data }, trigger },
    entities: [clientInfo],
  };
}

/** An `Action.Submit`, pressed: a message without words that carries its data. */
export function submitted(where: Where, message: Message, data: Json, id: string): Json {
  return { ...frame(where), type: 'message', id, replyToId: message.id, value: data, entities: [clientInfo] };
}

/** Somebody types into a choice whose choices the bot looks up (learn.microsoft.com, "dynamic-search"). */
export function searched(where: Where, message: Message, dataset: string, queryText: string): Json {
  return {
    ...frame(where),
    type: 'invoke',
    name: 'application/search',
    replyToId: message.id,
    value: { queryText, queryOptions: { skip: 0, top: 15 }, dataset, kind: 'search' },
    entities: [clientInfo],
  };
}

/** The app was installed for a person, or in a team or chat; or taken away. */
export function installed(where: Where, action: 'add' | 'remove'): readonly Json[] {
  const update = { ...frame(where), type: 'installationUpdate', action, entities: [clientInfo] };
  const members = [{ id: botId }];
  const moved = {
    ...frame(where),
    type: 'conversationUpdate',
    ...(action === 'add' ? { membersAdded: members } : { membersRemoved: members }),
  };
  return action === 'remove' && where.conversation.kind === 'personal' ? [update] : [moved, update];
}
