/** conversations.*, with the error codes of their pages. */

import type { Json } from './checks.ts';
import { channelOf, messageObject } from './objects.ts';
import { text } from './content.ts';
import { Refused } from './refused.ts';
import { botUser, type Workspace } from './workspace.ts';

/** docs.slack.dev/reference/methods/conversations.open: with one user, their direct messages with the bot. */
export function conversationsOpen(workspace: Workspace, args: Json): Json {
  const users = text(args.users).split(',').filter(Boolean);
  if (users.length !== 1)
    throw new Refused(users.length === 0 ? 'users_list_not_supplied' : 'method_not_supported_for_channel_type');
  const channel = [...workspace.channels.values()].find((c) => c.isDirect && c.members[0] === users[0]);
  if (channel === undefined) throw new Refused('user_not_found');
  return { channel: { id: channel.id } };
}

/** docs.slack.dev/reference/methods/conversations.info */
export function conversationsInfo(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  const { id, name, isDirect, hasBot, isPrivate, isArchived } = channel;
  if (isDirect) return { channel: { id, is_im: true, user: channel.members[0] } };
  return {
    channel: { id, name, is_channel: true, is_private: isPrivate, is_im: false, is_member: hasBot, is_archived: isArchived },
  };
}

/** docs.slack.dev/reference/methods/conversations.members */
export function conversationsMembers(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  const { page, next } = paged([...channel.members, ...(channel.hasBot ? [botUser.id] : [])], args, 100);
  return { members: page, response_metadata: { next_cursor: next } };
}

/** docs.slack.dev/reference/methods/conversations.history: newest first, 100 a page, metadata only when asked for, no ephemerals. */
export function conversationsHistory(workspace: Workspace, args: Json): Json {
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

const isTrue = (value: unknown) => value === true || value === 'true' || value === '1';

function paged<T>(all: readonly T[], args: Json, usual: number): { page: T[]; next: string } {
  const limit = Math.min(Math.max(Number(args.limit ?? usual) || usual, 1), 999);
  const cursor = text(args.cursor);
  const from = cursor === '' ? 0 : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]);
  if (Number.isNaN(from)) throw new Refused('invalid_cursor');
  const end = from + limit;
  return { page: all.slice(from, end), next: end < all.length ? Buffer.from(`next:${end}`).toString('base64') : '' };
}
