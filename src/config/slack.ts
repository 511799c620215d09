import type { Environment } from './environment.ts';
import { baseUrl, secret } from './forms.ts';
import type { Secret } from './secret.ts';

/** How Slack's deliveries come: signed, to the bot's address, or over a connection that the bot opens (Socket Mode). */
export type SlackDeliveries =
  | { readonly kind: 'signed'; readonly signingSecret: Secret }
  | { readonly kind: 'socket'; readonly appToken: Secret };

export interface SlackConfig {
  readonly botToken: Secret;
  readonly deliveries: SlackDeliveries;
  readonly apiUrl: string;
}

/** What says that Slack is to be served. */
export const slackNames = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'] as const;

export function slack(e: Environment): SlackConfig {
  return {
    botToken: e.need('SLACK_BOT_TOKEN', secret('the bot token of the Slack app, which begins with xoxb-', /^xoxb-[\w-]{4,}$/)),
    deliveries: deliveries(e),
    apiUrl: e.may('SLACK_API_URL', baseUrl('https://slack.com/api/', '/', true), 'https://slack.com/api/'),
  };
}

/** With an app-level token nothing comes over HTTP, so that nothing has to be verified there. */
function deliveries(e: Environment): SlackDeliveries {
  if (e.has('SLACK_APP_TOKEN')) return { kind: 'socket', appToken: e.need('SLACK_APP_TOKEN', appToken) };
  return { kind: 'signed', signingSecret: e.need('SLACK_SIGNING_SECRET', signingSecret, 'nor is SLACK_APP_TOKEN') };
}

const signingSecret = secret('the signing secret of the Slack app (Basic Information)', /^[\x21-\x7e]{16,}$/);
const appToken = secret(
  'an app-level token of the Slack app with the scope connections:write (Basic Information), which begins with xapp-',
  /^xapp-[\w-]{4,}$/,
);
