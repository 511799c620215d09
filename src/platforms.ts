/** The chat platforms that this deployment serves. Each is loaded only where it is: their SDKs take time and memory. */

import { clock } from './adapters/clock/clock.ts';
import { readBody } from './adapters/http/body.ts';
import type { Route } from './adapters/http/server.ts';
import { proof } from './assemble.ts';
import type { teams } from './adapters/teams/app.ts';
import type { Config, SlackConfig, TeamsConfig } from './config.ts';
import type { Chat, Log, Present, Receive, Suggest } from './core/ports.ts';
import { recorder } from './core/work/in-time.ts';

export interface Platform {
  readonly chat: Chat;
  /** Where deliveries come in; null: over a connection that the bot opens. */
  readonly inbound: { readonly path: string; readonly handler: Route['handler'] } | null;
  /** What it can't do without, for `/readyz`. */
  readonly vital: Readonly<Record<string, () => Promise<void>>>;
  /** What whoever operates it must not overlook, for `/readyz`. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** What a platform hands to the core. */
export interface Core {
  readonly receive: Receive;
  readonly suggest: Suggest;
  readonly present: Present;
}

export async function openPlatforms(config: Config, log: Log, { receive, suggest, present }: Core): Promise<readonly Platform[]> {
  const handed = { log, clock, readBody, record: recorder(receive, clock, log), suggest, present };
  return await Promise.all([
    ...(config.slack === null ? [] : [openSlack(config.slack, handed)]),
    ...(config.teams === null ? [] : [openTeams(config.teams, config, handed)]),
  ]);
}

/** What is the same for every platform. */
type Handed = Pick<Parameters<typeof teams>[0], 'log' | 'clock' | 'readBody' | 'record' | 'suggest' | 'present'>;

async function openSlack(config: SlackConfig, handed: Handed): Promise<Platform> {
  const { slack } = await import('./adapters/slack/app.ts');
  const { deliveries } = config;
  const { chat, handler, probe, close } = await slack({
    botToken: config.botToken.reveal(),
    deliveries:
      deliveries.kind === 'socket'
        ? { appToken: deliveries.appToken.reveal() }
        : { signingSecret: deliveries.signingSecret.reveal() },
    apiUrl: config.apiUrl,
    ...handed,
  });
  return {
    chat,
    inbound: handler === null ? null : { path: '/slack/events', handler },
    // Without its socket the bot hears nothing.
    vital: handler === null ? { 'slack socket': probe } : {},
    warnings: [],
    close,
  };
}

const anonymousWarning =
  'TEAMS_DEVELOPMENT_ANONYMOUS is on: whoever reaches this bot is whoever they say. It must not serve anything real.';

async function openTeams(teamsConfig: TeamsConfig, config: Config, handed: Handed): Promise<Platform> {
  const [{ teams }, { appToken }] = await Promise.all([
    import('./adapters/teams/app.ts'),
    import('./adapters/entra/app-token.ts'),
  ]);
  const { log } = handed;
  const { tenantId } = config.azure;
  const { appId, anonymous, credential, authorityHost, scope } = teamsConfig;
  if (anonymous) log.warn({}, anonymousWarning);
  const { chat, handler, close } = teams({
    ...teamsConfig,
    tenantId,
    token:
      credential === null
        ? () => Promise.resolve('')
        : appToken({ tenantId, clientId: appId, ...proof(credential), authorityHost, scope, log }),
    ...handed,
  });
  return {
    chat,
    inbound: { path: '/api/messages', handler },
    vital: {},
    warnings: anonymous ? [anonymousWarning] : [],
    close,
  };
}
