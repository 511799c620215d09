import { readPolicyFile } from './adapters/files/policy-file.ts';
import { environment } from './config/environment.ts';
import type { ConfigFault, Env, Environment } from './config/environment.ts';
import {
  anyPath,
  baseUrl,
  clusterUrl,
  databaseUrl,
  existingFile,
  guid,
  hostname,
  oneOf,
  queueUrl,
  secret,
  whole,
} from './config/forms.ts';
import type { Secret } from './config/secret.ts';
import type { PolicyFault } from './core/policy/document.ts';
import type { Policy } from './core/policy/policy.ts';

export type { ConfigFault } from './config/environment.ts';
export type { Secret } from './config/secret.ts';

/** How the bot proves to Entra who it is. */
export type AzureCredential =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly path: string }
  | { readonly kind: 'federated'; readonly path: string };

/** How Slack's deliveries come: signed, to the bot's address, or over a connection that the bot opens (Socket Mode). */
export type SlackDeliveries =
  | { readonly kind: 'signed'; readonly signingSecret: Secret }
  | { readonly kind: 'socket'; readonly appToken: Secret };

/** Everything that the bot is told from outside, read once. */
export interface Config {
  readonly slack: { readonly botToken: Secret; readonly deliveries: SlackDeliveries; readonly apiUrl: string };
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
  const config = {
    slack: slack(e),
    azure: azure(e),
    databaseUrl: e.need('DATABASE_URL', databaseUrl),
    queueUrl: e.may('QUEUE_URL', queueUrl, null),
    clusters: clusters(e, policy),
    host: e.may('HOST', hostname, '0.0.0.0'),
    port: e.may('PORT', whole(0, 65535, 3000), 3000),
    logLevel: e.may('LOG_LEVEL', oneOf(logLevels, 'info'), 'info' as const),
    metrics: e.may('METRICS', oneOf(['on', 'off'] as const, 'on'), 'on' as const),
    sweepSeconds: e.may('SWEEP_SECONDS', whole(1, 3600, 15), 15),
    leaseSeconds: e.may('LEASE_SECONDS', whole(2, 3600, 30), 30),
    retryCapSeconds: e.may('RETRY_CAP_SECONDS', whole(1, 3600, 60), 60),
    statementTimeoutSeconds: e.may('STATEMENT_TIMEOUT_SECONDS', whole(1, 600, 15), 15),
    secrets: e.secrets,
  };
  const faults = [...e.faults, ...('faults' in policyRead ? policyRead.faults.map(asConfigFault) : [])];
  if (policy === null || faults.length > 0) return { faults };
  return { config: { ...config, policy } };
}

/** `SLACK_BOT_TOKEN: is not set; write …` */
export function configFaultText(fault: ConfigFault): string {
  return `${fault.where}: ${fault.wrong}; write ${fault.write}`;
}

function slack(e: Environment): Config['slack'] {
  return {
    botToken: e.need('SLACK_BOT_TOKEN', secret('the bot token of the Slack app, which begins with xoxb-', /^xoxb-[\w-]{4,}$/)),
    deliveries: slackDeliveries(e),
    apiUrl: e.may('SLACK_API_URL', baseUrl('https://slack.com/api/', '/', true), 'https://slack.com/api/'),
  };
}

/** With an app-level token nothing comes over HTTP, so that nothing has to be verified there. */
function slackDeliveries(e: Environment): SlackDeliveries {
  if (e.has('SLACK_APP_TOKEN')) return { kind: 'socket', appToken: e.need('SLACK_APP_TOKEN', appToken) };
  return { kind: 'signed', signingSecret: e.need('SLACK_SIGNING_SECRET', signingSecret, 'nor is SLACK_APP_TOKEN') };
}

const signingSecret = secret('the signing secret of the Slack app (Basic Information)', /^[\x21-\x7e]{16,}$/);
const appToken = secret(
  'an app-level token of the Slack app with the scope connections:write (Basic Information), which begins with xapp-',
  /^xapp-[\w-]{4,}$/,
);

function azure(e: Environment): Config['azure'] {
  return {
    tenantId: e.need('AZURE_TENANT_ID', guid),
    clientId: e.need('AZURE_CLIENT_ID', guid),
    credential: azureCredential(e),
    authorityHost: e.may(
      'AZURE_AUTHORITY_HOST',
      baseUrl('https://login.microsoftonline.com', '', false),
      'https://login.microsoftonline.com',
    ),
    graphUrl: e.may('GRAPH_BASE_URL', baseUrl('https://graph.microsoft.com', '', false), 'https://graph.microsoft.com'),
  };
}

const clientSecret = secret('the value (not the id) of a client secret of the app registration', /^[\x21-\x7e]{8,}$/);

/** In the names that Azure's own libraries use. Which of several would count is a guess that nobody should have to make. */
const credentials: readonly { readonly name: string; readonly read: (e: Environment, name: string) => AzureCredential }[] = [
  { name: 'AZURE_CLIENT_SECRET', read: (e, name) => ({ kind: 'secret', secret: e.need(name, clientSecret) }) },
  { name: 'AZURE_CLIENT_CERTIFICATE_PATH', read: (e, name) => ({ kind: 'certificate', path: e.need(name, existingFile) }) },
  { name: 'AZURE_FEDERATED_TOKEN_FILE', read: (e, name) => ({ kind: 'federated', path: e.need(name, existingFile) }) },
];

function azureCredential(e: Environment): AzureCredential {
  const names = credentials.map((c) => c.name).join(', ');
  const set = credentials.filter((c) => e.has(c.name));
  const read = set.map((c) => c.read(e, c.name));
  if (set.length > 1) {
    e.faults.push({ where: set.map((c) => c.name).join(', '), wrong: 'are set together', write: 'only one of them' });
  }
  if (set.length === 0) e.faults.push({ where: names, wrong: 'none is set', write: 'one of them' });
  return read[0] ?? { kind: 'federated', path: '' };
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
