import type { Json } from './checks.ts';
import { text } from './content.ts';
import { Refused } from './refused.ts';
import { botUser, type Channel, type Message, team, type Workspace } from './workspace.ts';

/** A private channel that the bot is not in does not exist for it. */
export function channelOf(workspace: Workspace, id: unknown): Channel {
  const channel = workspace.channels.get(text(id));
  if (channel === undefined || (channel.isPrivate && !channel.hasBot)) throw new Refused('channel_not_found');
  return channel;
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
