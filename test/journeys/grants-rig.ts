/** What the journeys about grants have in common: a crowd to try things with, and the cluster's and the store's own words. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { people as everybody, type SandboxPerson } from '../../src/sandbox/people.ts';
import { type Driver, pause } from './sandbox-driver.ts';

type Spare = Partial<SandboxPerson> & { readonly key: string };

let spares = 0;

/** A person more, who may request. */
export function spare(over: Spare): SandboxPerson {
  spares += 1;
  const n = String(spares).padStart(3, '0');
  const upn = over.upn ?? `${over.key}@contoso.com`;
  return {
    name: `Person ${over.key}`,
    upn,
    mail: upn,
    oid: `00000000-0000-4000-9000-000000000${n}`,
    slackUserId: `U0S${n}`,
    enabled: true,
    kind: 'member',
    appRoles: ['Crdb.Request'],
    channels: ['general'],
    ...over,
  };
}

/** Everybody of the sandbox, and these. */
export const withSpares = (...keys: readonly (string | Spare)[]): readonly SandboxPerson[] => [
  ...everybody,
  ...keys.map((key) => spare(typeof key === 'string' ? { key } : key)),
];

export const oidOf = (d: Driver, key: string): string => {
  const found = d.sandbox.facts.people.find((p) => p.key === key)?.oid;
  assert.ok(found, `nobody is called ${key}`);
  return found;
};

/** A cluster setting as the cluster prints it. */
export const setting = async (d: Driver, name: string): Promise<string> =>
  String(Object.values((await d.root(`SHOW CLUSTER SETTING ${name}`))[0] ?? {})[0]);

export const map = 'server.identity_map.configuration';
export const jwt = 'server.jwt_authentication';

/** As root: the text as it is, quotes doubled. */
export const set = (d: Driver, name: string, value: string): Promise<unknown> =>
  d.root(`SET CLUSTER SETTING ${name} = '${value.replaceAll("'", "''")}'`);

export const sqlUsers = async (d: Driver): Promise<readonly string[]> =>
  (await d.root('SHOW USERS')).map((row) => String(row['username']));

/** Waits until `is` holds. */
export async function until(what: string, is: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await is())) {
    if (Date.now() > end) assert.fail(`within ${seconds} s it did not come to this: ${what}`);
    await pause(80);
  }
}

/** The newest request of a person for an entitlement. */
export async function requestOf(d: Driver, key: string, entitlement = 'analytics'): Promise<Record<string, unknown>> {
  const [row] = await d.store(
    'SELECT * FROM requests WHERE requester_oid = $1 AND entitlement = $2 ORDER BY submitted_at DESC LIMIT 1',
    [oidOf(d, key), entitlement],
  );
  return row ?? {};
}

/** From the command to the approver's click. */
export async function askAndApprove(d: Driver, key: string, entitlement = 'analytics'): Promise<void> {
  const name = await ask(d, key, entitlement);
  await d.press('bob', (await d.card('bob', name)).id, 'Approve');
}

/** Files a request and waits for its card; gives back the name that the card has. */
export async function ask(d: Driver, key: string, entitlement = 'analytics'): Promise<string> {
  const name = d.sandbox.facts.people.find((p) => p.key === key)?.name ?? '';
  await d.command(key, `/crdb-access request ${entitlement}`);
  await d.sees('bob', (m) => m.buttons.length > 0 && m.text.includes(name) && m.text.includes(entitlement));
  return name;
}

/** Their own token, their own SQL user, as the message said. */
export async function logsIn(d: Driver, key: string, user = key): Promise<void> {
  const run = await d.shell(key, await d.bash(key, 40), 'SELECT current_user;');
  assert.match(run.out, new RegExp(`^${user}$`, 'm'), run.err);
}

/** The login line of the message with the names of these two, tried with that person's own token. */
export function tries(d: Driver, as: string, user: string): Promise<{ code: number; out: string; err: string }> {
  const { entra, cockroach } = d.sandbox.facts;
  const url = `postgresql://${user}@${cockroach.host}:${cockroach.port}/defaultdb?sslmode=verify-full&sslrootcert=${cockroach.caFile}&options=--crdb:jwt_auth_enabled=true`;
  const token = `az account get-access-token --tenant ${entra.tenantId} --scope api://crdb-prod/.default --query accessToken -o tsv`;
  return d.shell(as, `PGPASSWORD="$(${token})" cockroach sql --url "${url}"`, 'SELECT current_user;');
}

/** Starts the bot again with another policy or environment, as an operator does; throws what it says when it will not start. */
export async function restart(
  d: Driver,
  change: { readonly policy?: (text: string) => string; readonly without?: readonly string[] },
): Promise<void> {
  const env = d.sandbox.botEnv as Record<string, string>;
  const file = env['POLICY_FILE'] ?? '';
  const before = readFileSync(file, 'utf8');
  const after = change.policy?.(before) ?? before;
  assert.ok(change.policy === undefined || after !== before, 'the policy changes');
  writeFileSync(file, after);
  for (const name of change.without ?? []) delete env[name];
  const pid = d.sandbox.bot.pid();
  d.sandbox.bot.kill();
  const ready = (): Promise<boolean> =>
    fetch(d.sandbox.facts.bot.readyUrl, { signal: AbortSignal.timeout(2000) }).then(
      (res) => res.ok && d.sandbox.bot.pid() !== pid,
      () => false,
    );
  await until('the bot is ready again', async () => d.sandbox.bot.refused() !== null || ready());
  const refused = d.sandbox.bot.refused();
  if (refused !== null) throw new Error(refused);
}
