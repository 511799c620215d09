/** The Web API's methods that the bot calls, with Slack's own error codes. One function a method. */

import type { SandboxPerson } from '../people.ts';
import { content, metadataOf, text } from './content.ts';
import { Refused } from './refused.ts';
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from './view-methods.ts';
import { botUser, type Json, type Message, team, type Workspace } from './workspace.ts';

export interface Method {
  /** The bot scope that it needs, by the kind of channel where that matters; null: none. */
  readonly scope: (workspace: Workspace, args: Json) => string | null;
  readonly run: (workspace: Workspace, args: Json, scopes: ReadonlySet<string>) => Json;
}

const always = (scope: string | null) => () => scope;
/** `channels:…` for public channels, `groups:…` for private ones, `im:…` for direct messages (docs.slack.dev/reference/scopes). */
const byChannel = (what: string) => (workspace: Workspace, args: Json) => {
  const channel = workspace.channels.get(text(args.channel));
  return `${channel?.isDirect === true ? 'im' : channel?.isPrivate === true ? 'groups' : 'channels'}:${what}`;
};

export const methods: Readonly<Record<string, Method>> = {
  'auth.test': { scope: always(null), run: authTest },
  'users.info': { scope: always('users:read'), run: usersInfo },
  'users.lookupByEmail': { scope: always('users:read.email'), run: lookupByEmail },
  'conversations.open': { scope: always('im:write'), run: conversationsOpen },
  'conversations.info': { scope: byChannel('read'), run: conversationsInfo },
  'conversations.members': { scope: byChannel('read'), run: conversationsMembers },
  'conversations.history': { scope: byChannel('history'), run: conversationsHistory },
  'chat.postMessage': { scope: always('chat:write'), run: postMessage },
  'chat.update': { scope: always('chat:write'), run: update },
  'chat.postEphemeral': { scope: always('chat:write'), run: postEphemeral },
  'views.open': { scope: always(null), run: viewsOpen },
  'views.push': { scope: always(null), run: viewsPush },
  'views.update': { scope: always(null), run: viewsUpdate },
  'views.publish': { scope: always(null), run: viewsPublish },
};

/** docs.slack.dev/reference/methods/auth.test */
function authTest(): Json {
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.domain,
    user: botUser.name,
    team_id: team.id,
    user_id: botUser.id,
    bot_id: botUser.botId,
    is_enterprise_install: false,
  };
}

/** docs.slack.dev/reference/methods/users.info */
function usersInfo(workspace: Workspace, args: Json, scopes: ReadonlySet<string>): Json {
  const id = text(args.user);
  if (id === botUser.id)
    return { user: { id, team_id: team.id, name: botUser.name, real_name: botUser.name, is_bot: true, profile: {} } };
  const person = workspace.people.find((p) => p.slackUserId === id);
  if (person === undefined) throw new Refused('user_not_found');
  return { user: userObject(workspace, person, scopes.has('users:read.email')) };
}

/** docs.slack.dev/reference/methods/users.lookupByEmail */
function lookupByEmail(workspace: Workspace, args: Json): Json {
  const person = workspace.people.find((p) => p.mail.toLowerCase() === text(args.email).toLowerCase());
  if (person === undefined) throw new Refused('users_not_found');
  return { user: userObject(workspace, person, true) };
}

/** docs.slack.dev/reference/objects/user-object; the address only with `users:read.email`. */
function userObject(workspace: Workspace, person: SandboxPerson, withEmail: boolean): Json {
  const { profile, ...special } = workspace.special[person.key] ?? {};
  return {
    id: person.slackUserId,
    team_id: team.id,
    name: person.key,
    real_name: person.name,
    deleted: false,
    is_admin: false,
    is_owner: false,
    is_bot: false,
    is_app_user: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_email_confirmed: true,
    tz: 'Europe/Amsterdam',
    profile: {
      real_name: person.name,
      display_name: person.key,
      team: team.id,
      ...(withEmail ? { email: person.mail } : {}),
      ...(profile ?? {}),
    },
    ...special,
  };
}

/** docs.slack.dev/reference/methods/conversations.open: with one user, their direct messages with the bot. */
function conversationsOpen(workspace: Workspace, args: Json): Json {
  const users = text(args.users).split(',').filter(Boolean);
  if (users.length !== 1)
    throw new Refused(users.length === 0 ? 'users_list_not_supplied' : 'method_not_supported_for_channel_type');
  const channel = [...workspace.channels.values()].find((c) => c.isDirect && c.members[0] === users[0]);
  if (channel === undefined) throw new Refused('user_not_found');
  return { channel: { id: channel.id } };
}

/** docs.slack.dev/reference/methods/conversations.info */
function conversationsInfo(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  const { id, name, isDirect, hasBot, isPrivate, isArchived } = channel;
  if (isDirect) return { channel: { id, is_im: true, user: channel.members[0] } };
  return {
    channel: { id, name, is_channel: true, is_private: isPrivate, is_im: false, is_member: hasBot, is_archived: isArchived },
  };
}

/** docs.slack.dev/reference/methods/conversations.members */
function conversationsMembers(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  const { page, next } = paged([...channel.members, ...(channel.hasBot ? [botUser.id] : [])], args, 100);
  return { members: page, response_metadata: { next_cursor: next } };
}

/** docs.slack.dev/reference/methods/conversations.history: newest first, 100 a page, metadata only when asked for, no ephemerals. */
function conversationsHistory(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  if (!channel.hasBot) throw new Refused('not_in_channel');
  const inclusive = isTrue(args.inclusive);
  const oldest = args.oldest === undefined ? 0 : Number(args.oldest);
  const latest = args.latest === undefined ? Number.POSITIVE_INFINITY : Number(args.latest);
  const within = (ts: number) => (inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest);
  const all = workspace
    .in(channel.id)
    .filter((m) => m.only === null && within(Number(m.ts)))
    .reverse();
  const { page, next } = paged(all, args, 100);
  const withMetadata = isTrue(args.include_all_metadata);
  return {
    messages: page.map((m) => messageObject(m, withMetadata)),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
}

/** docs.slack.dev/reference/methods/chat.postMessage: a user's id stands for their direct messages. */
function postMessage(workspace: Workspace, args: Json): Json {
  const wanted = text(args.channel);
  const direct = [...workspace.channels.values()].find((c) => c.isDirect && c.members[0] === wanted);
  const channel = direct ?? channelOf(workspace, wanted);
  if (channel.isArchived) throw new Refused('is_archived');
  if (!channel.hasBot) throw new Refused('not_in_channel');
  const message = workspace.add({
    channel: channel.id,
    user: botUser.id,
    ...content(args, 40_000),
    metadata: metadataOf(args),
    only: null,
  });
  return { channel: channel.id, ts: message.ts, message: messageObject(message, true) };
}

/** docs.slack.dev/reference/methods/chat.update: only one's own messages; `text` up to 4,000 characters. Ephemerals can't be updated. */
function update(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  const message = workspace.find(channel.id, text(args.ts));
  if (message === undefined || message.deleted || message.only !== null) throw new Refused('message_not_found');
  if (message.user !== botUser.id) throw new Refused('cant_update_message');
  if (channel.isArchived) throw new Refused('is_inactive');
  if (text(args.text).length > 4000) throw new Refused('msg_too_long');
  const metadata = args.metadata === undefined ? message.metadata : metadataOf(args);
  const changed = workspace.change(message, { ...content(args, 4000), metadata });
  return { channel: channel.id, ts: changed.ts, text: changed.text, message: messageObject(changed, true) };
}

/** docs.slack.dev/reference/methods/chat.postEphemeral */
function postEphemeral(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  if (channel.isArchived) throw new Refused('is_archived');
  if (!channel.hasBot) throw new Refused('not_in_channel');
  const user = text(args.user);
  if (!channel.members.includes(user)) throw new Refused('user_not_in_channel');
  const message = workspace.add({ channel: channel.id, user: botUser.id, ...content(args, 40_000), metadata: null, only: user });
  return { message_ts: message.ts };
}

// ── shared ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A private channel that the bot is not in does not exist for it. */
function channelOf(workspace: Workspace, id: unknown) {
  const channel = workspace.channels.get(text(id));
  if (channel === undefined || (channel.isPrivate && !channel.hasBot)) throw new Refused('channel_not_found');
  return channel;
}

const isTrue = (value: unknown) => value === true || value === 'true' || value === '1';

function paged<T>(all: readonly T[], args: Json, usual: number): { page: T[]; next: string } {
  const limit = Math.min(Math.max(Number(args.limit ?? usual) || usual, 1), 999);
  const cursor = text(args.cursor);
  const from = cursor === '' ? 0 : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]);
  if (Number.isNaN(from)) throw new Refused('invalid_cursor');
  const end = from + limit;
  return { page: all.slice(from, end), next: end < all.length ? Buffer.from(`next:${end}`).toString('base64') : '' };
}

/** docs.slack.dev/reference/events/message */
export function messageObject(message: Message, withMetadata: boolean): Json {
  const own = message.user === botUser.id;
  return {
    type: 'message',
    user: message.user,
    ...(own ? { bot_id: botUser.botId, app_id: botUser.appId } : {}),
    text: message.text,
    ts: message.ts,
    team: team.id,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}
