import type { CockroachStandIn } from './cockroach/start.ts';
import type { EntraStandIn } from './entra/start.ts';
import type { Platform } from './platforms.ts';
import type { SlackStandIn } from './slack/start.ts';
import type { TeamsStandIn } from './teams/start.ts';

/** The whole environment that the bot runs with: nothing of the sandbox's own is handed on. */
export async function botEnvironment(o: {
  readonly port: number;
  readonly policyFile: string;
  readonly databaseUrl: string;
  readonly platforms: readonly Platform[];
  readonly slack: SlackStandIn;
  readonly teams: TeamsStandIn;
  readonly entra: EntraStandIn;
  readonly cockroach: CockroachStandIn;
}): Promise<Record<string, string>> {
  const { platforms, slack, teams, entra, cockroach } = o;
  return {
    NODE_EXTRA_CA_CERTS: entra.caFile,
    HOST: '127.0.0.1',
    PORT: String(o.port),
    LOG_LEVEL: 'info',
    POLICY_FILE: o.policyFile,
    DATABASE_URL: o.databaseUrl,
    ...(platforms.includes('slack') ? slackEnvironment(slack) : {}),
    ...(platforms.includes('teams') ? teamsEnvironment(teams, entra) : {}),
    AZURE_TENANT_ID: entra.tenantId,
    AZURE_CLIENT_ID: entra.clientId,
    AZURE_CLIENT_SECRET: entra.clientSecret,
    AZURE_AUTHORITY_HOST: entra.authority,
    GRAPH_BASE_URL: entra.graphUrl,
    CRDB_PROD_URL: await cockroach.clientUrl('crdb_access', 'defaultdb'),
    CRDB_PROD_SETTINGS_URL: await cockroach.clientUrl('crdb_access_settings', 'defaultdb'),
    // Somebody watches: what a deployment takes half a minute for is seen within seconds.
    SWEEP_SECONDS: '2',
    LEASE_SECONDS: '5',
    RETRY_CAP_SECONDS: '5',
    STATEMENT_TIMEOUT_SECONDS: '10',
  };
}

function slackEnvironment(slack: SlackStandIn): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(slack.socketMode ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
    SLACK_API_URL: slack.apiUrl,
  };
}

function teamsEnvironment(teams: TeamsStandIn, entra: EntraStandIn): Record<string, string> {
  return {
    TEAMS_APP_ID: teams.appId,
    TEAMS_APP_PASSWORD: entra.teamsBot.secret,
    TEAMS_SERVICE_URL_HOSTS: new URL(teams.serviceUrl).host,
    TEAMS_OPENID_METADATA_URL: teams.metadataUrl,
    TEAMS_LOGIN_AUTHORITY: `${entra.authority}/${entra.tenantId}`,
  };
}
