import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CockroachStandIn } from './cockroach/start.ts';
import type { EntraStandIn } from './entra/start.ts';
import { type SandboxPerson, teamsUserId } from './people.ts';
import type { SlackStandIn } from './slack/start.ts';
import type { TeamsStandIn } from './teams/start.ts';

/** What `DIR/sandbox.json` says: the addresses and people that other programs drive the sandbox with. */
export interface SandboxFacts {
  readonly dir: string;
  readonly page: string;
  readonly bot: {
    readonly url: string;
    readonly slackUrl: string;
    readonly teamsUrl: string;
    readonly healthUrl: string;
    readonly readyUrl: string;
    readonly metricsUrl: string;
    readonly pid: number;
  };
  readonly slack: { readonly apiUrl: string; readonly botToken: string; readonly signingSecret: string; readonly teamId: string };
  readonly teams: { readonly serviceUrl: string; readonly appId: string; readonly tenantId: string };
  readonly entra: {
    readonly authority: string;
    readonly tenantId: string;
    readonly clientId: string;
    readonly audience: string;
    readonly jwksUrl: string;
    readonly graphUrl: string;
    readonly caFile: string;
  };
  readonly cockroach: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly caFile: string;
    readonly adminUrl: string;
    readonly version: string;
  };
  readonly people: readonly {
    readonly key: string;
    readonly name: string;
    readonly upn: string;
    readonly oid: string;
    readonly slackUserId: string;
    readonly teamsUserId: string;
  }[];
}

/** The bot's addresses on this port. `slackUrl` is the one for commands, interactions and events, `teamsUrl` the one for activities. */
export function botUrls(port: number): Omit<SandboxFacts['bot'], 'pid'> {
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    slackUrl: `${url}slack/events`,
    teamsUrl: `${url}api/messages`,
    healthUrl: `${url}healthz`,
    readyUrl: `${url}readyz`,
    metricsUrl: `${url}metrics`,
  };
}

/** The facts of a sandbox whose parts run. */
export function factsOf(o: {
  readonly dir: string;
  readonly page: string;
  readonly botPort: number;
  readonly pid: number;
  readonly slack: SlackStandIn;
  readonly teams: TeamsStandIn;
  readonly entra: EntraStandIn;
  readonly cockroach: CockroachStandIn;
  readonly people: readonly SandboxPerson[];
}): SandboxFacts {
  const { slack, teams, entra, cockroach } = o;
  return {
    dir: o.dir,
    page: o.page,
    bot: { ...botUrls(o.botPort), pid: o.pid },
    slack: { apiUrl: slack.apiUrl, botToken: slack.botToken, signingSecret: slack.signingSecret, teamId: slack.teamId },
    teams: { serviceUrl: teams.serviceUrl, appId: teams.appId, tenantId: teams.tenantId },
    entra: {
      authority: entra.authority,
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      audience: entra.audience,
      jwksUrl: entra.jwksUrl,
      graphUrl: entra.graphUrl,
      caFile: entra.caFile,
    },
    cockroach: {
      host: cockroach.host,
      port: cockroach.port,
      database: 'defaultdb',
      caFile: cockroach.caFile,
      adminUrl: cockroach.adminUrl,
      version: cockroach.version,
    },
    people: o.people.map(({ key, name, upn, oid, slackUserId }) => {
      return { key, name, upn, oid, slackUserId, teamsUserId: teamsUserId({ oid }) };
    }),
  };
}

export const factsFile = (dir: string): string => join(dir, 'sandbox.json');

/** Writes `DIR/sandbox.json`, readable by its owner alone: it holds the bot's token and signing secret. Whoever reads meanwhile reads it whole. */
export function writeFacts(facts: SandboxFacts): void {
  const draft = `${factsFile(facts.dir)}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, factsFile(facts.dir));
}
