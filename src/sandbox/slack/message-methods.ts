/** chat.*, with the error codes of their pages. */

import { channelOf, messageObject } from './objects.ts';
import type { Json } from './checks.ts';
import { content, metadataOf, text } from './content.ts';
import { Refused } from './refused.ts';
import { botUser, type Workspace } from './workspace.ts';

/** docs.slack.dev/reference/methods/chat.postMessage: a user's id stands for their direct messages. */
export function postMessage(workspace: Workspace, args: Json): Json {
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
export function update(workspace: Workspace, args: Json): Json {
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
export function postEphemeral(workspace: Workspace, args: Json): Json {
  const channel = channelOf(workspace, args.channel);
  if (channel.isArchived) throw new Refused('is_archived');
  if (!channel.hasBot) throw new Refused('not_in_channel');
  const user = text(args.user);
  if (!channel.members.includes(user)) throw new Refused('user_not_in_channel');
  const message = workspace.add({ channel: channel.id, user: botUser.id, ...content(args, 40_000), metadata: null, only: user });
  return { message_ts: message.ts };
}
