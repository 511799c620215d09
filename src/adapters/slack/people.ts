/** Who a Slack user is (docs.slack.dev/reference/objects/user-object). */

import type { webApi } from '@slack/bolt';
import type { ChatPerson } from '../../core/ports.ts';

type User = NonNullable<webApi.UsersInfoResponse['user']>;

/** Who the bot itself is. */
export interface Self {
  readonly team: string;
  readonly enterprise: string | null;
  readonly bot: string | null;
}

export function person(user: User, home: Self): ChatPerson {
  const mail = user.is_email_confirmed === true ? user.profile?.email : undefined;
  return {
    displayName: user.profile?.real_name || user.real_name || user.name || user.id || '',
    mail: mail || null,
    oid: null,
    outsider: outsider(user, home),
  };
}

function outsider(user: User & { is_stranger?: boolean }, home: Self): ChatPerson['outsider'] {
  // Slackbot does not call itself a bot.
  if (user.is_bot === true || user.id === 'USLACKBOT') return 'bot';
  if (user.deleted === true) return 'deleted';
  const sameOrg = home.enterprise !== null && user.enterprise_user?.enterprise_id === home.enterprise;
  if (user.is_stranger === true || (user.team_id !== home.team && !sameOrg)) return 'stranger';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : null;
}
