import type { SandboxPerson } from '../people.ts';
import type { TeamsMessage, TeamsScreen } from './screen.ts';
import { botName, type Conversation, type Message, type Tenant } from './tenant.ts';
import type { Views } from './views.ts';

const order: readonly Conversation['kind'][] = ['personal', 'channel', 'group'];

/** What this person has on their screen now. */
export function screenOf(tenant: Tenant, views: Views, person: SandboxPerson): TeamsScreen {
  return {
    channels: [...tenant.conversations.values()]
      .filter((conversation) => conversation.members.includes(person.key))
      .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
      .map(({ id, name, kind, team, members, app }) => ({
        id,
        name,
        kind,
        team: team?.name ?? null,
        members: members.length + Number(app === 'installed'),
        hasBot: app === 'installed',
      })),
    messages: tenant.seenBy(person.key).map((message) => messageOf(tenant, views, person, message)),
  };
}

export const idOf = ({ conversation, id }: Pick<Message, 'conversation' | 'id'>): string => `${conversation}:${id}`;

function messageOf(tenant: Tenant, views: Views, person: SandboxPerson, message: Message): TeamsMessage {
  const { conversation, thread, from, text, format, summary } = message;
  return {
    id: idOf(message),
    channel: conversation,
    thread: thread === null ? null : idOf({ conversation, id: thread }),
    from: writerOf(tenant, message),
    isBot: from === null,
    edited: message.edited,
    at: timeOf(message),
    text,
    format,
    summary,
    cards: views.cardsFor(person.key, message),
    said: views.saidTo(person.key, message),
  };
}

/** Whoever wrote a message, by name. */
export function writerOf(tenant: Tenant, { from }: Message): string {
  return from === null ? botName : (tenant.person(from)?.name ?? from);
}

export const timeOf = ({ id }: Message): string => new Date(Number(id)).toISOString();
