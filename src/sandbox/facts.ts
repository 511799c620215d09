import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `DIR/sandbox.json` says: the addresses and people that other programs drive the sandbox with. */
export interface SandboxFacts {
  readonly dir: string;
  readonly page: string;
  readonly bot: {
    readonly url: string;
    readonly slackUrl: string;
    readonly healthUrl: string;
    readonly readyUrl: string;
    readonly pid: number;
  };
  readonly slack: { readonly apiUrl: string; readonly botToken: string; readonly signingSecret: string; readonly teamId: string };
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
  }[];
}

/** Writes `DIR/sandbox.json`, readable by its owner alone: it holds the bot's token and signing secret. */
export function writeFacts(facts: SandboxFacts): void {
  writeFileSync(join(facts.dir, 'sandbox.json'), `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
}
