/** What an admin sees when a cluster was changed by hand: each fault is named, with the next step, by the very next `/crdb-status`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver, type Message } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive({ version: 'v25.4.2' });
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 40);
});
after(() => d.stop());

/** The answer to a status that is asked for now. */
async function status(as = 'grace', seconds = 20): Promise<Message> {
  const before = new Set((await d.inbox(as)).map((m) => m.id));
  await d.command(as, '/crdb-status');
  return d.sees(as, (m) => !before.has(m.id) && m.ephemeral, seconds);
}

const jwt = 'server.jwt_authentication.';
const map = 'server.identity_map.configuration';
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const set = (name: string, value: string): Promise<unknown> =>
  d.root(`SET CLUSTER SETTING ${name} = ${name.endsWith('.enabled') ? value : quoted(value)}`);
const setting = async (name: string): Promise<string> =>
  String(Object.values((await d.root(`SHOW CLUSTER SETTING ${name}`))[0] ?? {})[0]);

/** Sets a setting to what `change` makes of it; gives back what mends it. */
async function changed(name: string, change: (text: string) => string): Promise<() => Promise<unknown>> {
  const was = await setting(name);
  await set(name, change(was));
  return () => set(name, was);
}

async function sql(run: string, undo: string): Promise<() => Promise<unknown>> {
  await d.root(run);
  return () => d.root(undo);
}

/** The row of ours, which a careless hand has written anew without its care. */
const rowLike = (text: string, identity: string): string => `${text.split(' ')[0]} ${identity} \\1`;

interface Fault {
  readonly name: string;
  /** Does it by hand; gives back what mends it. */
  readonly make: () => Promise<() => Promise<unknown>>;
  readonly verdict: RegExp;
  readonly says: readonly RegExp[];
}

const broken = /^prod: broken\b/;
const attention = /^prod: attention\b/;
const unknown = /^prod: unknown\b/;

const faults: readonly Fault[] = [
  {
    name: 'JWT login is off',
    make: () => changed(`${jwt}enabled`, () => 'false'),
    verdict: broken,
    says: [/switched off|is off/i],
  },
  {
    name: 'the issuer has a slash that Entra does not write',
    make: () => changed(`${jwt}issuers`, (text) => `${text}/`),
    verdict: broken,
    says: [/issuer/i, /slash/i],
  },
  {
    name: 'the issuer is the one of v1 tokens',
    make: () => changed(`${jwt}issuers`, (text) => text.replace(/\/v2\.0$/, '/')),
    verdict: broken,
    says: [/issuer/i, /v1/],
  },
  {
    name: 'the audience is another app',
    make: () => changed(`${jwt}audience`, () => '11111111-2222-4333-8444-555555555555'),
    verdict: broken,
    says: [/audience/i],
  },
  {
    name: 'the claim is the subject',
    make: () => changed(`${jwt}claim`, () => 'sub'),
    verdict: broken,
    says: [/claim/i, /sub/, /upn/],
  },
  {
    name: 'a key that Entra publishes is missing',
    make: () =>
      changed(`${jwt}jwks`, (text) => JSON.stringify({ keys: (JSON.parse(text) as { keys: unknown[] }).keys.slice(1) })),
    verdict: broken,
    says: [/key/i, /missing|lacks|does not have/i],
  },
  {
    name: 'a key stands there that nobody publishes',
    make: () =>
      changed(`${jwt}jwks`, (text) => {
        const { keys } = JSON.parse(text) as { keys: { kid: string }[] };
        return JSON.stringify({ keys: [...keys, { ...keys[0], kid: 'left-over' }] });
      }),
    verdict: attention,
    says: [/left-over/],
  },
  {
    name: 'the map row is not anchored',
    make: () => changed(map, (text) => rowLike(text, '/([a-z0-9._-]+)@contoso\\.com')),
    verdict: broken,
    says: [/identity map/i, /anchor/i],
  },
  {
    name: 'the map row ends in a slash',
    make: () => changed(map, (text) => rowLike(text, '/^(.*)@contoso\\.com$/')),
    verdict: broken,
    says: [/identity map/i, /slash/i],
  },
  {
    name: 'a # cuts the map row',
    make: () => changed(map, (text) => `${text.split(' ')[0]} alice@contoso.com al#ice`),
    verdict: broken,
    says: [/identity map/i, /#/],
  },
  { name: 'the map row is missing', make: () => changed(map, () => ''), verdict: broken, says: [/identity map/i, /row/i] },
  {
    name: 'roles follow the groups in tokens',
    make: () => changed(`${jwt}authorization.enabled`, () => 'true'),
    verdict: broken,
    says: [/group/i, /authorization\.enabled/],
  },
  {
    name: 'sensitive settings are redacted',
    make: () => changed('server.redact_sensitive_settings.enabled', () => 'true'),
    verdict: unknown,
    says: [/redacted/i, /MODIFYCLUSTERSETTING/],
  },
  {
    name: 'a managed role is a member of admin',
    make: () => sql('GRANT admin TO analytics_reader', 'REVOKE admin FROM analytics_reader'),
    verdict: broken,
    says: [/analytics_reader/, /admin/],
  },
  {
    name: 'a role was revoked behind the bot',
    make: () => sql('REVOKE analytics_reader FROM alice', 'GRANT analytics_reader TO alice'),
    verdict: attention,
    says: [/alice/, /analytics_reader/],
  },
  {
    name: 'the bot is an admin',
    make: () => sql('GRANT admin TO crdb_access', 'REVOKE admin FROM crdb_access'),
    verdict: attention,
    says: [/crdb_access/, /admin/],
  },
  {
    name: 'the cluster is down',
    make: async () => {
      await d.chaos('cockroach', 'down');
      return () => d.chaos('cockroach', 'none');
    },
    verdict: broken,
    says: [/reach|not there|refused/i],
  },
  {
    name: 'the cluster hangs',
    make: async () => {
      await d.chaos('cockroach', 'hang');
      return () => d.chaos('cockroach', 'none');
    },
    verdict: unknown,
    says: [/answer/i, /5 s/],
  },
];

test('after a grant the cluster is healthy, and the first line says so', async () => {
  assert.match((await status()).text, /^prod: healthy\b/);
});

test('whoever is no admin gets a no, who to ask, and nothing that was looked at', async () => {
  const { text } = await status('alice');
  assert.match(text, /Crdb\.Admin/);
  assert.doesNotMatch(text, /healthy|attention|broken|unknown|v25/);
});

for (const fault of faults) {
  test(`${fault.name}: the next status names it, and is healthy again once it is mended`, async () => {
    await d.chaos('watcher', 'down');
    const mend = await fault.make();
    try {
      const { text } = await status();
      assert.match(text.split('\n')[0] ?? '', fault.verdict, text);
      for (const says of fault.says) assert.match(text, says);
    } finally {
      await mend();
    }
    const after = await status();
    assert.match(after.text, /^prod: healthy\b/, after.text);
  });
}
