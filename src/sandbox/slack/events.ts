/** The Events API: what happens in the workspace, told to the bot (docs.slack.dev/apis/events-api). */

import { randomBytes } from 'node:crypto';
import type { SandboxPerson } from '../people.ts';
import type { Json } from './checks.ts';
import type { Outlet } from './deliver.ts';
import { botUser, directChannel, team } from './workspace.ts';

/** docs.slack.dev/reference/events/app_home_opened: told whenever somebody opens the home tab. */
export function opened(send: Outlet, now: () => number): (person: SandboxPerson) => Promise<void> {
  return async (person) => {
    const seconds = now() / 1000;
    const user = person.slackUserId;
    await send(
      'events_api',
      envelope(
        { type: 'app_home_opened', user, channel: directChannel(user), tab: 'home', event_ts: seconds.toFixed(6) },
        Math.floor(seconds),
      ),
    );
  };
}

/** docs.slack.dev/apis/events-api, "Callback field overview" */
function envelope(event: Json, time: number): Json {
  return {
    token: 'deprecated',
    team_id: team.id,
    api_app_id: botUser.appId,
    event,
    type: 'event_callback',
    event_id: `Ev${randomBytes(5).toString('hex').toUpperCase()}`,
    event_time: time,
    authorizations: [{ enterprise_id: null, team_id: team.id, user_id: botUser.id, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  };
}
