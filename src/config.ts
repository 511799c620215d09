import { readPolicyFile } from './adapters/files/policy-file.ts';
import { type AzureCredential, credential } from './config/credential.ts';
import { environment } from './config/environment.ts';
import type { ConfigFault, Env, Environment } from './config/environment.ts';
import { anyPath, baseUrl, clusterUrl, databaseUrl, guid, hostname, oneOf, queueUrl, whole } from './config/forms.ts';
import type { Secret } from './config/secret.ts';
import { slack, type SlackConfig, slackNames } from './config/slack.ts';
import { teams, type TeamsConfig } from './config/teams.ts';
import type { PolicyFault } from './core/policy/document.ts';
import type { Policy } from './core/policy/policy.ts';

export type { AzureCredential } from './config/credential.ts';
export type { ConfigFault } from './config/environment.ts';
export type { Secret } from './config/secret.ts';
export type { SlackConfig } from './config/slack.ts';
export type { TeamsConfig } from './config/teams.ts';

/** Everything that the bot is told from outside, read once. */
export interface Config {
  /** Null: not served. At least one platform is. */
  readonly slack: SlackConfig | null;
  readonly teams: TeamsConfig | null;
  readonly azure: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly credential: AzureCredential;
    readonly authorityHost: string;
    readonly graphUrl: string;
  };
  readonly databaseUrl: Secret;
  /** Null: the queue lives in the store's database. */
  readonly queueUrl: Secret | null;
  readonly policy: Policy;
  /** The bot's connection URLs, by the cluster's name in the policy. */
  readonly clusters: ReadonlyMap<string, { readonly url: Secret; readonly settingsUrl: Secret | null }>;
  readonly host: string;
  readonly port: number;
  readonly logLevel: (typeof logLevels)[number];
  /** Whether `/metrics` is answered. */
  readonly metrics: 'on' | 'off';
  readonly sweepSeconds: number;
  readonly leaseSeconds: number;
  readonly retryCapSeconds: number;
  readonly statementTimeoutSeconds: number;
  readonly checkSeconds: number;
  readonly keySeconds: number;
  readonly lookSeconds: number;
  /** For the log to hide: every secret above, and every password in a URL. */
  readonly secrets: readonly Secret[];
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * Reads the environment and the policy file that it names.
 *
 * @param env `process.env`, or whatever a test hands in
 * @returns the configuration, or every fault of both at once; no value and no secret stands in a fault
 */
export function readConfig(env: Env): { config: Config } | { faults: readonly ConfigFault[] } {
  const e = environment(env);
  const policyRead = readPolicyFile(e.may('POLICY_FILE', anyPath, './policy.yaml'));
  const policy = 'policy' in policyRead ? policyRead.policy : null;
  const azureConfig = azure(e);
  const host = e.may('HOST', hostname, '0.0.0.0');
  const config = {
    slack: slackNames.some(e.has) ? slack(e) : null,
    teams: teams(e, azureConfig, host),
    azure: azureConfig,
    databaseUrl: e.need('DATABASE_URL', databaseUrl),
    queueUrl: e.may('QUEUE_URL', queueUrl, null),
    clusters: clusters(e, policy),
    host,
    port: e.may('PORT', whole(0, 65535, 3000), 3000),
    logLevel: e.may('LOG_LEVEL', oneOf(logLevels, 'info'), 'info' as const),
    metrics: e.may('METRICS', oneOf(['on', 'off'] as const, 'on'), 'on' as const),
    sweepSeconds: e.may('SWEEP_SECONDS', whole(1, 3600, 15), 15),
    leaseSeconds: e.may('LEASE_SECONDS', whole(2, 3600, 30), 30),
    retryCapSeconds: e.may('RETRY_CAP_SECONDS', whole(1, 3600, 60), 60),
    statementTimeoutSeconds: e.may('STATEMENT_TIMEOUT_SECONDS', whole(1, 600, 15), 15),
    checkSeconds: e.may('CHECK_SECONDS', whole(1, 86_400, 120), 120),
    keySeconds: e.may('KEY_WATCH_SECONDS', whole(1, 86_400, 3600), 3600),
    lookSeconds: e.may('STATUS_TIMEOUT_SECONDS', whole(1, 60, 5), 5),
    secrets: e.secrets,
  };
  const served = (['slack', 'teams'] as const).filter((platform) => config[platform] !== null);
  if (served.length === 0) e.faults.push(noPlatform);
  else if (policy !== null) e.faults.push(...unheard(policy, served));
  const faults = [...e.faults, ...('faults' in policyRead ? policyRead.faults.map(asConfigFault) : [])];
  if (policy === null || faults.length > 0) return { faults };
  return { config: { ...config, policy } };
}

const noPlatform: ConfigFault = {
  where: 'SLACK_BOT_TOKEN, TEAMS_APP_ID',
  wrong: 'none is set',
  write: 'the variables of Slack, of Microsoft Teams, or of both (docs/configuration.md)',
};

/** Who would be asked or told nowhere: the policy names channels on other platforms than those that are configured. */
function unheard(policy: Policy, served: readonly string[]): ConfigFault[] {
  const all = [
    { where: 'admins', channels: policy.admins.channels },
    ...[...policy.entitlements.values()].map(({ name, approval }) => ({
      where: `entitlements.${name}.approval`,
      channels: approval?.channels ?? null,
    })),
  ];
  return all
    .filter(({ channels }) => channels !== null && !served.some((platform) => Object.hasOwn(channels, platform)))
    .map(({ where }) => ({
      where: `POLICY_FILE: ${where}`,
      wrong: `names no channel on a platform that is configured (${served.join(', ')})`,
      write: 'a channel there, or configure the platform that it names',
    }));
}

/** `SLACK_BOT_TOKEN: is not set; write …` */
export function configFaultText(fault: ConfigFault): string {
  return `${fault.where}: ${fault.wrong}; write ${fault.write}`;
}

function azure(e: Environment): Config['azure'] {
  return {
    tenantId: e.need('AZURE_TENANT_ID', guid),
    clientId: e.need('AZURE_CLIENT_ID', guid),
    // In the names that Azure's own libraries use.
    credential: credential(e, {
      secret: 'AZURE_CLIENT_SECRET',
      certificate: 'AZURE_CLIENT_CERTIFICATE_PATH',
      federated: 'AZURE_FEDERATED_TOKEN_FILE',
    }),
    authorityHost: e.may(
      'AZURE_AUTHORITY_HOST',
      baseUrl('https://login.microsoftonline.com', '', false),
      'https://login.microsoftonline.com',
    ),
    graphUrl: e.may('GRAPH_BASE_URL', baseUrl('https://graph.microsoft.com', '', false), 'https://graph.microsoft.com'),
  };
}

function clusters(e: Environment, policy: Policy | null): Config['clusters'] {
  const read = [...(policy?.clusters.values() ?? [])].map((cluster) => {
    const { name, credential, settingsCredential } = cluster;
    const url = e.need(credential, clusterUrl, `the policy's clusters.${name}.credential names it`);
    const settingsUrl =
      settingsCredential === null
        ? null
        : e.need(settingsCredential, clusterUrl, `the policy's clusters.${name}.settings_credential names it`);
    return [name, { url, settingsUrl }] as const;
  });
  return new Map(read);
}

function asConfigFault(fault: PolicyFault): ConfigFault {
  const where = `${fault.file}:${fault.line}${fault.where === '' ? '' : `: ${fault.where}`}`;
  return { where, wrong: fault.wrong, write: fault.write };
}
