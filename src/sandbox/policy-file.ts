import { apiClientId, apiScope, channels, otherDomain, primaryDomain, teamsChannels } from './people.ts';
import { type Platform, served } from './platforms.ts';

/** The sandbox's policy file: the one that a first-time visitor reads to see what can be asked for. */
export function sandboxPolicy(o: {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  readonly map?: 'pattern' | 'people';
  readonly platforms?: readonly Platform[];
}): string {
  const asked = (key: keyof typeof channels): string => channelsOf(key, o.platforms ?? served);
  return `# Who may ask for what in the sandbox. Check it with: npm run cli -- policy check <this file>
version: 1

admins: { app_role: Crdb.Admin, ${asked('admins')} }

clusters:
  prod:
    address: ${o.host}:${o.port}
    ca_path: ${JSON.stringify(o.caFile)}
    database: defaultdb
    credential: CRDB_PROD_URL
    settings_credential: CRDB_PROD_SETTINGS_URL
    api: { audience: ${apiClientId}, scope: ${apiScope}, token_version: v2 }
    domains: { primary: ${primaryDomain}, others: [${otherDomain}] }
    map: ${o.map ?? 'pattern'}

entitlements:
  analytics:
    title: Analytics (read)
    description: Read the events and customers of the analytics database.
    cluster: prod
    database: analytics
    roles: [analytics_reader]
    eligible: { app_role: Crdb.Request }
    approvers: { app_role: Crdb.Approve, ${asked('approvers')} }
    pending_for: 8h

  reporting:
    title: Reporting (read)
    description: Read the monthly reports. Granted by policy, without approval.
    cluster: prod
    database: reporting
    roles: [reporting_reader]
    eligible: { app_role: Crdb.Request }
    approval: none

  billing:
    title: Billing (read)
    description: Read invoices and payments.
    cluster: prod
    database: billing
    roles: [billing_reader]
    eligible: { app_role: Crdb.Billing.Request }
    approvers: { app_role: Crdb.Approve, ${asked('approvers')} }
    pending_for: 8h
`;
}

/** The channel of that name on each platform. Teams' ids hold a colon, and are quoted. */
function channelsOf(key: keyof typeof channels, on: readonly Platform[]): string {
  const named = { slack: `slack_channel: ${channels[key].id}`, teams: `teams_channel: "${teamsChannels[key].id}"` };
  return on.map((platform) => named[platform]).join(', ');
}
