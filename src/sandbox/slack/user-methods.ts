/** auth.test and users.*, with the error codes of their pages. */

import type { SandboxPerson } from '../people.ts';
import type { Json } from './checks.ts';
import { text } from './content.ts';
import { Refused } from './refused.ts';
import { botUser, team, type Workspace } from './workspace.ts';

/** docs.slack.dev/reference/methods/auth.test */
export function authTest(): Json {
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
export function usersInfo(workspace: Workspace, args: Json, scopes: ReadonlySet<string>): Json {
  const id = text(args.user);
  if (id === botUser.id)
    return { user: { id, team_id: team.id, name: botUser.name, real_name: botUser.name, is_bot: true, profile: {} } };
  const person = workspace.people.find((p) => p.slackUserId === id);
  if (person === undefined) throw new Refused('user_not_found');
  return { user: userObject(workspace, person, scopes.has('users:read.email')) };
}

/** docs.slack.dev/reference/methods/users.lookupByEmail */
export function lookupByEmail(workspace: Workspace, args: Json): Json {
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
