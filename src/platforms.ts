/** The chat platforms that this deployment serves. Each is loaded only where it is: their SDKs take time and memory. */

import type { Route } from './adapters/http/server.ts';
import { proof } from './assemble.ts';
import type { Config, SlackConfig, TeamsConfig } from './config.ts';
import type { Chat, Log, Present, Receive, Suggest } from './core/ports.ts';

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

export async function openPlatforms(config: Config, log: Log, core: Core): Promise<readonly Platform[]> {
  return await Promise.all([
    ...(config.slack === null ? [] : [openSlack(config.slack, log, core)]),
    ...(config.teams === null ? [] : [openTeams(config.teams, config, log, core)]),
  ]);
}

async function openSlack(config: SlackConfig, log: Log, { receive, suggest }: Core): Promise<Platform> {
  const { slack } = await import('./adapters/slack/app.ts');
  const { deliveries } = config;
  const { chat, handler, probe, close } = await slack({
    botToken: config.botToken.reveal(),
    deliveries:
      deliveries.kind === 'socket'
        ? { appToken: deliveries.appToken.reveal() }
        : { signingSecret: deliveries.signingSecret.reveal() },
    apiUrl: config.apiUrl,
    log,
    receive,
    suggest,
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

async function openTeams(teamsConfig: TeamsConfig, config: Config, log: Log, core: Core): Promise<Platform> {
  const [{ teams }, { appToken }] = await Promise.all([
    import('./adapters/teams/app.ts'),
    import('./adapters/entra/app-token.ts'),
  ]);
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
    log,
    ...core,
  });
  return {
    chat,
    inbound: { path: '/api/messages', handler },
    vital: {},
    warnings: anonymous ? [anonymousWarning] : [],
    close,
  };
}
