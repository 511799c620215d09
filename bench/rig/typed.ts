/** What somebody of the crowd types, as either platform sends it to a bot. */

import { randomBytes } from 'node:crypto';
import { signature } from '../../src/sandbox/slack/deliver.ts';
import { botUser, team } from '../../src/sandbox/slack/workspace.ts';
import { typed as activity } from '../../src/sandbox/teams/activities.ts';
import { botName, personalId } from '../../src/sandbox/teams/tenant.ts';
import { directMessages, member } from './crowd.ts';

/** Who calls the bot, and what proves it. */
export type Caller =
  | { readonly platform: 'slack'; readonly signingSecret: string }
  | { readonly platform: 'teams'; readonly token: string; readonly serviceUrl: string };

/** A request over HTTP: its body is made ahead of time, what goes stale is added as it goes out. */
export interface Typed {
  readonly body: string;
  headers(): Readonly<Record<string, string>>;
}

type Types<P extends Caller['platform']> = (caller: Caller & { readonly platform: P }, n: number, text: string) => Typed;

const types: { readonly [P in Caller['platform']]: Types<P> } = {
  slack: ({ signingSecret }, n, text) => {
    const body = command(n, text);
    return {
      body,
      headers: () => {
        const timestamp = String(Math.floor(Date.now() / 1000));
        return {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature(signingSecret, timestamp, body),
        };
      },
    };
  },
  // Connectors keep one token for as long as it is good, so all that is sent here comes with the same.
  teams: ({ token, serviceUrl }, n, text) => {
    const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` };
    return { body: JSON.stringify(words(serviceUrl, n, text)), headers: () => headers };
  },
};

/** What the n-th of the crowd types, after the command's name where there is one. */
export const typedBy = (caller: Caller, n: number, text: string): Typed =>
  (types[caller.platform] as Types<Caller['platform']>)(caller, n, text);

/** docs.slack.dev/interactivity/implementing-slash-commands. The response URL is nobody's, so the answer takes chat.postEphemeral: one call as well. */
function command(n: number, text: string): string {
  const person = member(n);
  return new URLSearchParams({
    token: 'deprecated',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: directMessages(person),
    channel_name: 'directmessage',
    user_id: person.slackUserId,
    user_name: person.key,
    command: '/crdb-access',
    text,
    api_app_id: botUser.appId,
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.invalid/commands/none',
    trigger_id: `${Date.now()}.${n}.${randomBytes(16).toString('hex')}`,
  }).toString();
}

/** In the person's own chat with the bot. Ids of messages are times in milliseconds, each once in its conversation. */
function words(serviceUrl: string, n: number, text: string) {
  const person = member(n);
  const id = personalId(person);
  const conversation = { id, kind: 'personal', name: botName, team: null, members: [person.key], app: 'installed' } as const;
  const said = { conversation: id, thread: null, from: person.key, text, format: 'plain', summary: text, cards: [] } as const;
  const message = { ...said, id: String(Date.now() + n), earlier: [], edited: false, deleted: false };
  return activity({ person, conversation, thread: null, serviceUrl }, message);
}
