/** The Web API's methods that the bot calls, with Slack's own error codes. One function a method. */

import { conversationsHistory, conversationsInfo, conversationsMembers, conversationsOpen } from './channel-methods.ts';
import type { Json } from './checks.ts';
import { text } from './content.ts';
import { postEphemeral, postMessage, update } from './message-methods.ts';
import { authTest, lookupByEmail, usersInfo } from './user-methods.ts';
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from './view-methods.ts';
import type { Workspace } from './workspace.ts';

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
