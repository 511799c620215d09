import { type AzureCredential, credential } from './credential.ts';
import type { Environment } from './environment.ts';
import { baseUrl, guid, isLoopbackHost, oneOf, type Form } from './forms.ts';

export interface TeamsConfig {
  /** The bot's app registration; empty with the development switch. */
  readonly appId: string;
  /** Null: the development switch, with which nobody proves anything. */
  readonly credential: AzureCredential | null;
  readonly authorityHost: string;
  /** What the bot's own token for the Bot Connector is asked for. */
  readonly scope: string;
  readonly serviceUrl: string;
  readonly serviceUrlHosts: readonly string[];
  readonly issuer: string;
  readonly metadataUrl: string;
  readonly anonymous: boolean;
}

const proofs = {
  secret: 'TEAMS_APP_PASSWORD',
  certificate: 'TEAMS_APP_CERTIFICATE_PATH',
  federated: 'TEAMS_APP_FEDERATED_TOKEN_FILE',
} as const;
/** What says that Microsoft Teams is to be served. */
const names = ['TEAMS_APP_ID', ...Object.values(proofs)];

/** Microsoft's public cloud (learn.microsoft.com, "bot-framework-rest-connector-authentication"; "send-proactive-messages" for the service URL). */
const publicCloud = {
  hosts: ['smba.trafficmanager.net'],
  issuer: 'https://api.botframework.com',
  metadata: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  scope: 'https://api.botframework.com/.default',
};

const hosts: Form<readonly string[]> = {
  write: 'host names without a scheme, with a comma between them, like smba.trafficmanager.net',
  filler: publicCloud.hosts,
  read: (text) => {
    const names = text.split(',').map((name) => name.trim().toLowerCase());
    return names.every((name) => /^[a-z0-9.-]+(:\d{1,5})?$/.test(name)) ? names : null;
  },
};

const scope: Form<string> = {
  write: `a scope that ends in /.default, like ${publicCloud.scope}`,
  filler: publicCloud.scope,
  read: (text) => (/^(https|api):\/\/\S+\/\.default$/.test(text) ? text : null),
};

/**
 * @param azure the tenant that the bot belongs to: it serves no other
 * @param host where the bot listens
 * @returns null: Teams is not served
 */
export function teams(
  e: Environment,
  azure: { readonly tenantId: string; readonly authorityHost: string },
  host: string,
): TeamsConfig | null {
  const isAnonymous = anonymous(e, host);
  if (!isAnonymous && !names.some(e.has)) return null;
  const serviceUrlHosts = e.may('TEAMS_SERVICE_URL_HOSTS', hosts, publicCloud.hosts);
  const around = `https://${serviceUrlHosts[0]}/teams/`;
  return {
    appId: isAnonymous ? e.may('TEAMS_APP_ID', guid, '') : e.need('TEAMS_APP_ID', guid),
    credential: isAnonymous ? null : credential(e, proofs),
    authorityHost: authorityHost(e, azure),
    scope: e.may('TEAMS_OAUTH_SCOPE', scope, publicCloud.scope),
    serviceUrl: e.may('TEAMS_SERVICE_URL', baseUrl(around, '/', isAnonymous), around),
    serviceUrlHosts,
    issuer: e.may('TEAMS_TOKEN_ISSUER', baseUrl(publicCloud.issuer, '', false), publicCloud.issuer),
    metadataUrl: e.may('TEAMS_OPENID_METADATA_URL', baseUrl(publicCloud.metadata, '', false), publicCloud.metadata),
    anonymous: isAnonymous,
  };
}

/** With it, whoever can reach the bot is whoever they say: so nobody may but this machine. */
function anonymous(e: Environment, host: string): boolean {
  const name = 'TEAMS_DEVELOPMENT_ANONYMOUS';
  if (e.may(name, oneOf(['on', 'off'] as const, 'off'), 'off') === 'off') return false;
  if (!isLoopbackHost(host)) {
    e.faults.push({
      where: name,
      wrong: 'is on, and the bot listens to other machines',
      write: 'off, or HOST=127.0.0.1: with it nobody has to prove who they are',
    });
  }
  return true;
}

/** The authority with the bot's tenant at its end, as it is usually written, or without it. */
function authorityHost(e: Environment, azure: { readonly tenantId: string; readonly authorityHost: string }): string {
  const whole = `${azure.authorityHost}/${azure.tenantId}`;
  const given = e.may('TEAMS_LOGIN_AUTHORITY', baseUrl(whole, '', false), whole);
  const end = `/${azure.tenantId}`;
  return given.toLowerCase().endsWith(end) ? given.slice(0, -end.length) : given;
}
