import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkIds, type CheckId, type Standing } from '../../src/core/cluster/report.ts';
import type { Paused, Seen, SeenIssuer } from '../../src/core/ports.ts';
import { told } from '../../src/core/status/facts.ts';
import {
  ago,
  key,
  look,
  now,
  of,
  request,
  type Scene,
  scene,
  silent,
  tenant,
  v1,
  v2,
  wrong,
  written,
} from '../fakes/status-scene.ts';

const J = 'server.jwt_authentication.';
const map = 'server.identity_map.configuration';

interface Row {
  readonly when: string;
  readonly change: (s: Scene) => void;
  /** The check that names it, how it stands, what it says, and what is to be done. */
  readonly id: CheckId;
  readonly stands: Standing;
  readonly found: RegExp;
  readonly next?: RegExp;
  readonly expected?: RegExp;
  readonly sql?: readonly RegExp[];
  /** Which other checks are not right because of it; by default none. */
  readonly besides?: readonly CheckId[];
}

const put = (s: Scene, more: Partial<Scene>): void => void Object.assign(s, more);
const set = (name: string, value: string) => (s: Scene) => put(s, { settings: { ...s.settings, [`${J}${name}`]: value } });
const without = (s: Scene): void =>
  put(s, { facts: { ...s.facts, cluster: { settingsWritable: false, ownUsers: ['crdb_access'] } } });
const both =
  (...changes: readonly ((s: Scene) => void)[]) =>
  (s: Scene) => {
    for (const change of changes) change(s);
  };
const jwks = (...keys: readonly object[]) => set('jwks', JSON.stringify({ keys }));
const member = (name: string, memberOf: readonly string[]) => (s: Scene) =>
  put(s, { users: s.users.map((one) => (one.name === name ? { ...one, memberOf } : one)) });
const options = (name: string, all: readonly string[]) => (s: Scene) =>
  put(s, {
    users: s.users.map((one) => (one.name === name ? { ...one, options: all, canLogin: !all.includes('NOLOGIN') } : one)),
  });
const gone = (name: string) => (s: Scene) => put(s, { users: s.users.filter((one) => one.name !== name) });
const come = (name: string, more: { canLogin: boolean }) => (s: Scene) =>
  void s.users.push({ name, options: more.canLogin ? [] : ['NOLOGIN'], memberOf: [], ...more });
const seenKeys =
  (...keys: SeenIssuer['keys']) =>
  (s: Scene) =>
    put(s, { facts: { ...s.facts, issuerSeen: told({ issuer: v2, jwksUri: '', readAt: ago(60), keys }) } });
const withdrawn = (kid: string, seconds: number) => ({ kid, jwk: key(kid), firstSeen: ago(9e6), goneSince: ago(seconds) });
const privileges = (of: Readonly<Record<string, readonly string[]>>) => (s: Scene) =>
  put(s, { survey: { ...s.survey, privileges: new Map(Object.entries(of)) } });
const day = 86_400;

const rows: readonly Row[] = [
  // ── login with tokens ──
  {
    when: 'login with tokens is off',
    change: set('enabled', 'false'),
    id: 'enabled',
    stands: 'broken',
    found: /enabled is off/,
    expected: /^on$/,
    next: /^Press Plan/,
    besides: ['logins'],
  },
  {
    when: 'it is off and there is no settings credential',
    change: both(set('enabled', 'false'), without),
    id: 'enabled',
    stands: 'broken',
    found: /is off/,
    next: /admin of the cluster runs/,
    sql: [/^SET CLUSTER SETTING server\.jwt_authentication\.enabled = true;$/],
    besides: ['logins'],
  },
  {
    when: 'the issuer has a slash too many',
    change: set('issuers', `${v2}/`),
    id: 'issuer',
    stands: 'broken',
    found: /v2\.0\/ \(it has a slash too many at its end\)/,
    expected: /\/v2\.0$/,
    next: /^Press Plan/,
    besides: ['logins'],
  },
  {
    when: 'the v1 issuer is listed for v2',
    change: set('issuers', v1),
    id: 'issuer',
    stands: 'broken',
    found: /is the issuer of v1 tokens, and the policy says that people's are v2/,
    besides: ['logins'],
  },
  {
    when: 'the issuer is written in capitals',
    change: set('issuers', v2.replace('login.', 'Login.')),
    id: 'issuer',
    stands: 'broken',
    found: /upper and lower case/,
    besides: ['logins'],
  },
  {
    when: 'the issuer is of another tenant',
    change: set('issuers', v2.replace(tenant, 'other')),
    id: 'issuer',
    stands: 'broken',
    found: /^Listed: https:\S+\/other\/v2\.0\.$/,
    besides: ['logins'],
  },
  {
    when: 'nothing is listed',
    change: set('issuers', ''),
    id: 'issuer',
    stands: 'broken',
    found: /None is listed/,
    besides: ['logins'],
  },
  {
    when: 'the issuer is missing among others, without a credential',
    change: both(set('issuers', '["https://idp.example"]'), without),
    id: 'issuer',
    stands: 'broken',
    found: /^Listed: https:\/\/idp\.example\.$/,
    sql: [/issuers = '\["https:\/\/idp\.example","https:\/\/login[^']+"\]';$/],
    besides: ['logins'],
  },
  {
    when: 'the audience is another',
    change: set('audience', 'api://crdb-prod'),
    id: 'audience',
    stands: 'broken',
    found: /^Listed: api:\/\/crdb-prod\.$/,
    expected: /^c0c4a0ac-/,
    besides: ['logins'],
  },
  {
    when: 'the claim is sub',
    change: set('claim', 'sub'),
    id: 'claim',
    stands: 'broken',
    found: /is sub, the subject/,
    expected: /^upn$/,
    next: /^Press Plan/,
    besides: ['logins'],
  },
  {
    when: 'the claim is a pointer before they were known',
    change: set('claim', '/upn'),
    id: 'claim',
    stands: 'broken',
    found: /is \/upn/,
    besides: ['logins'],
  },
  // ── keys ──
  {
    when: 'a key is missing',
    change: jwks(key('k1')),
    id: 'keys',
    stands: 'broken',
    found: /^Missing on the cluster: k2\./,
    expected: /k1, k2/,
    next: /Press Plan.*The watch does it by itself as well/,
    besides: ['logins'],
  },
  {
    when: 'a key is missing and the watch is paused',
    change: both(jwks(key('k1')), (s) =>
      put(s, { facts: { ...s.facts, paused: told<Paused | null>({ since: ago(60), by: 'ops@host' }) } }),
    ),
    id: 'keys',
    stands: 'broken',
    found: /k2/,
    next: /^Press Plan[^.]*\. [^.]*\.$/,
    besides: ['logins'],
  },
  {
    when: 'a key is missing and there is no credential',
    change: both(jwks(key('k1')), without),
    id: 'keys',
    stands: 'broken',
    found: /k2/,
    sql: [/^SET CLUSTER SETTING server\.jwt_authentication\.jwks = '\{"keys":\[.*"k1".*"k2".*\]\}';$/],
    besides: ['logins'],
  },
  {
    when: 'other material stands under the id of a key',
    change: jwks(key('k1'), key('k2', 'other-AQAB')),
    id: 'keys',
    stands: 'broken',
    found: /other keys under the ids of keys that Entra publishes now: k2/,
    besides: ['logins'],
  },
  {
    when: 'a key that Entra withdrew long ago is still there',
    change: both(jwks(key('k0'), key('k1'), key('k2')), seenKeys(withdrawn('k0', 9 * day))),
    id: 'keys',
    stands: 'attention',
    found: /^On the cluster and no longer needed: k0 \(withdrawn by Entra 9 d ago\)/,
    next: /^Press Plan/,
  },
  {
    when: 'such a key is there, without a credential',
    change: both(jwks(key('k0'), key('k1'), key('k2')), seenKeys(withdrawn('k0', 9 * day)), without),
    id: 'keys',
    stands: 'attention',
    found: /k0/,
    sql: [/jwks = '\{"keys":\[\{[^}]*"k1"[^}]*\},\{[^}]*"k2"[^}]*\}\]\}';$/],
  },
  {
    when: 'a key that nobody knows is there, and no other issuer',
    change: jwks(key('k1'), key('k2'), key('zz')),
    id: 'keys',
    stands: 'attention',
    found: /published by nobody that it trusts: zz/,
    sql: [/^(?!.*"zz").*"k1".*"k2"/],
  },
  {
    when: 'a key has the id of a withdrawn one and is another',
    change: both(jwks(key('k0', 'forged-AQAB'), key('k1'), key('k2')), seenKeys(withdrawn('k0', 9 * day))),
    id: 'keys',
    stands: 'attention',
    found: /published by nobody that it trusts: k0/,
  },
  {
    when: 'a symmetric key is there',
    change: jwks(key('k1'), key('k2'), { kty: 'oct', kid: 'hs', k: 'c2VjcmV0' }),
    id: 'keys',
    stands: 'broken',
    found: /\(hs\) is symmetric/,
    sql: [/^(?!.*c2VjcmV0).*$/],
  },
  {
    when: 'Entra does not answer',
    change: (s) =>
      put(s, {
        facts: {
          ...s.facts,
          published: silent('Microsoft Entra'),
          issuerSeen: told({ issuer: v2, jwksUri: '', readAt: ago(60), keys: [] }),
        },
      }),
    id: 'keys',
    stands: 'unknown',
    found: /can't be told: Microsoft Entra did not answer within 5 s\./,
    next: /Look again/,
    besides: ['logins'],
  },
  // ── the identity map ──
  {
    when: 'the map is empty',
    change: (s) => put(s, { map: () => '' }),
    id: 'map',
    stands: 'broken',
    found: /no rows of the bot for our issuer, and none of others: the claim itself/,
    next: /^Press Plan/,
    besides: ['logins'],
  },
  {
    when: 'our row is unanchored',
    change: (s) => put(s, { map: () => `${v2} /(.*)@contoso.com \\1` }),
    id: 'map',
    stands: 'broken',
    found: /only 1 row of others/,
    besides: ['logins', 'map-lint'],
  },
  {
    when: 'a SQL user was made by others since',
    change: come('newcomer', { canLogin: true }),
    id: 'map',
    stands: 'broken',
    found: /written before these were there.*: newcomer\./,
    next: /^Press Plan.*The watch/,
    expected: new RegExp(`^${v2.replaceAll('.', '\\.')} /\\(\\?i\\)`),
  },
  {
    when: 'a role was made by others since',
    change: come('ops', { canLogin: false }),
    id: 'map',
    stands: 'attention',
    found: /: ops\./,
  },
  {
    when: "a person's row is missing",
    change: (s) => put(s, { map: (text) => text.split('\n').slice(0, 1).join('\n') }),
    id: 'map',
    stands: 'broken',
    found: /1 row of people is missing \(SQL user bob\)/,
    besides: ['logins'],
  },
  {
    when: 'the person of a row was disabled',
    change: (s) =>
      void s.people.set('oid-bob', {
        oid: 'oid-bob',
        upn: 'bob@fabrikam.com',
        displayName: 'Bob',
        mail: null,
        enabled: false,
        kind: 'member',
      }),
    id: 'map',
    stands: 'attention',
    found: /1 row no longer holds.*\(bob\)/,
  },
  {
    when: 'the map is redacted',
    change: (s) => put(s, { map: () => '<redacted>' }),
    id: 'map',
    stands: 'unknown',
    found: /not shown to the bot/,
    next: /An admin of the cluster decides/,
    sql: [/^GRANT SYSTEM MODIFYCLUSTERSETTING TO "crdb_access";$/],
    besides: ['logins'],
  },
  {
    when: 'the version has no claim setting',
    change: both(
      (s) => void delete s.settings[`${J}claim`],
      (s) => put(s, { version: 'v22.2.19' }),
    ),
    id: 'claim',
    stands: 'broken',
    found: /This version of CockroachDB has no server\.jwt_authentication\.claim/,
    expected: /v23\.1\.2/,
    besides: ['reachable', 'logins', 'privileges'],
  },
  {
    when: 'a line of others lets strangers in',
    change: (s) => put(s, { map: (text) => `${text}\nhttps://idp.example /(.*)@idp.example \\1\n` }),
    id: 'map-lint',
    stands: 'broken',
    found: /^Line 3, \/\(\.\*\)@idp\.example \\1 \(unanchored, [a-z, -]+\): /,
    next: /puts the corrected line 3 in its place/,
    sql: [/^SET CLUSTER SETTING server\.identity_map\.configuration = /],
  },
  // ── what a login does beside ──
  {
    when: 'roles are taken from tokens',
    change: both(set('authorization.enabled', 'true'), (s) =>
      put(s, { survey: { surveyed: { 'server.jwt_authentication.group_claim': 'teams' } } }),
    ),
    id: 'role-sync',
    stands: 'broken',
    found: /every role is revoked that the token's teams do not name/,
    expected: /^off$/,
    next: /^Press Plan/,
  },
  {
    when: 'SQL users are made at login',
    change: (s) => put(s, { settings: { ...s.settings, ['security.provisioning.jwt.enabled']: 'true' } }),
    id: 'provisioning',
    stands: 'attention',
    found: /becomes a SQL user, without a grant/,
    sql: [/^SET CLUSTER SETTING security\.provisioning\.jwt\.enabled = false;$/],
  },
  {
    when: 'the clock is behind by 40 s',
    change: (s) => put(s, { survey: { clock: { ahead: -40, within: 0.2 } } }),
    id: 'clock',
    stands: 'attention',
    found: /40 s behind.*refused there as not valid yet/,
  },
  {
    when: 'the clock is ahead by 400 s',
    change: (s) => put(s, { survey: { clock: { ahead: 400, within: 0.2 } } }),
    id: 'clock',
    stands: 'broken',
    found: /400 s ahead of.*end there too early/,
  },
  // ── the bot ──
  {
    when: 'the bot is admin',
    change: member('crdb_access', ['admin']),
    id: 'privileges',
    stands: 'attention',
    found: /^crdb_access is a member of admin: /,
    sql: [/^REVOKE "admin" FROM "crdb_access";$/],
  },
  {
    when: 'the bot is admin through a role',
    change: both(come('ops', { canLogin: false }), member('ops', ['admin']), member('crdb_access', ['ops']), (s) =>
      put(s, { map: null }),
    ),
    id: 'privileges',
    stands: 'attention',
    found: /through ops/,
    sql: [/^REVOKE "ops" FROM "crdb_access";$/],
    besides: ['map'],
  },
  {
    when: 'the bot lacks CREATELOGIN',
    change: options('crdb_access', ['CREATEROLE']),
    id: 'privileges',
    stands: 'attention',
    found: /does not have CREATELOGIN: nobody new can be granted/,
    sql: [/^ALTER USER "crdb_access" WITH CREATELOGIN;$/],
  },
  {
    when: 'the settings user may set nothing',
    change: privileges({ crdb_access: ['VIEWCLUSTERSETTING'] }),
    id: 'privileges',
    stands: 'attention',
    found: /^crdb_access_settings does not have MODIFYCLUSTERSETTING: the bot can write no/,
    sql: [/^GRANT SYSTEM MODIFYCLUSTERSETTING TO "crdb_access_settings";$/],
  },
  {
    when: 'the settings user is not there',
    change: both(gone('crdb_access_settings'), privileges({ crdb_access: ['VIEWCLUSTERSETTING'] })),
    id: 'privileges',
    stands: 'attention',
    found: /^crdb_access_settings is no SQL user of this cluster: the bot can write no/,
    sql: [/^CREATE USER "crdb_access_settings" /, /^GRANT SYSTEM MODIFYCLUSTERSETTING TO "crdb_access_settings";$/],
  },
  {
    when: 'the bot is root',
    change: (s) => put(s, { facts: { cluster: { settingsWritable: true, ownUsers: ['root', 'root'] } } }),
    id: 'privileges',
    stands: 'attention',
    found: /^root is a member of admin: /,
    next: /a SQL user of its own/,
    sql: [],
  },
  {
    when: 'the bot may do more than it needs',
    change: privileges({ crdb_access: ['VIEWCLUSTERSETTING', 'CANCELQUERY'], crdb_access_settings: ['MODIFYCLUSTERSETTING'] }),
    id: 'privileges',
    stands: 'attention',
    found: /more than it needs: CANCELQUERY/,
    sql: [/^REVOKE SYSTEM CANCELQUERY FROM "crdb_access";$/],
  },
  {
    when: 'CREATEROLE alone grants nothing there',
    change: (s) => put(s, { version: 'v23.1.11' }),
    id: 'privileges',
    stands: 'attention',
    found: /crdb_access can't grant analytics_reader, reporting_reader, billing_reader: before v23\.2/,
    sql: [/^GRANT "analytics_reader" TO "crdb_access" WITH ADMIN OPTION;$/, /reporting/, /billing/],
  },
  // ── roles, users, memberships ──
  {
    when: 'a role of the policy is gone',
    change: gone('billing_reader'),
    id: 'roles',
    stands: 'attention',
    found: /1 role of the policy do(?:es)? not exist: billing_reader \(billing\)/,
    sql: [/^CREATE ROLE "billing_reader";$/],
  },
  {
    when: 'a role of the policy became a member of admin',
    change: both(come('ops', { canLogin: false }), member('ops', ['admin']), member('analytics_reader', ['ops'])),
    id: 'roles',
    stands: 'broken',
    found: /\(analytics_reader → ops → admin\): whoever holds analytics can do everything/,
    sql: [/^REVOKE "admin" FROM "ops";$/],
    besides: ['map'],
  },
  {
    when: 'a SQL user is gone',
    change: gone('bob'),
    id: 'sql-users',
    stands: 'attention',
    found: /1 SQL user of the bot is gone: bob of bob@fabrikam\.com/,
    sql: [/^CREATE USER "bob" WITH LOGIN PASSWORD NULL;$/],
  },
  {
    when: 'a SQL user was switched off',
    change: options('bob', ['NOLOGIN']),
    id: 'sql-users',
    stands: 'attention',
    found: /may not log in any more/,
    sql: [/^ALTER USER "bob" WITH LOGIN;$/],
  },
  {
    when: 'a SQL user may create roles',
    change: options('bob', ['CREATEROLE']),
    id: 'sql-users',
    stands: 'attention',
    found: /options that it did not give: bob CREATEROLE/,
    sql: [/^ALTER USER "bob" WITH NOCREATEROLE;$/],
  },
  {
    when: 'a granted role was revoked by others',
    change: member('bob', []),
    id: 'memberships',
    stands: 'attention',
    found: /1 role that was granted here was revoked by somebody else: analytics_reader of bob \(analytics, request REQ00001\)/,
    next: /asks again/,
    sql: [/^GRANT "analytics_reader" TO "bob";$/],
  },
  {
    when: 'somebody gave a role that nobody asked for',
    change: member('bob', ['analytics_reader', 'billing_reader', 'admin']),
    id: 'memberships',
    stands: 'attention',
    found: /2 roles of people's SQL users were not granted here: admin of bob, billing_reader of bob/,
    sql: [/^REVOKE "billing_reader" FROM "bob";$/, /^REVOKE "admin" FROM "bob";$/],
  },
  // ── the bot's own work ──
  {
    when: 'a request waits for an admin',
    change: (s) =>
      put(s, {
        facts: {
          underWay: told([
            request('WAIT0001', 'dave', {
              state: 'approved',
              due: 'provision',
              waiting: {
                code: 'settings_blocked:role_sync',
                says: 'an admin, who has been told: role sync is on',
                since: ago(120),
              },
            }),
          ]),
        },
      }),
    id: 'work',
    stands: 'attention',
    found: /^Request WAIT0001 \(analytics for dave@contoso\.com\) is approved and has waited for 2 min for: an admin/,
    next: /An admin mends that/,
  },
  {
    when: 'a request is tried again for long',
    change: (s) =>
      put(s, {
        facts: {
          underWay: told([
            request('WAIT0002', 'dave', {
              state: 'revoking',
              due: 'deprovision',
              waiting: { code: 'cluster_busy', says: 'the cluster', since: ago(3600) },
            }),
          ]),
        },
      }),
    id: 'work',
    stands: 'attention',
    found: /waited for 1 h for: the cluster/,
  },
  {
    when: 'nobody works a request',
    change: (s) =>
      put(s, {
        facts: {
          underWay: told([request('WAIT0003', 'dave', { state: 'approved', due: 'provision', dueAt: ago(3600) })]),
        },
      }),
    id: 'work',
    stands: 'attention',
    found: /nobody has worked it/,
  },
  {
    when: 'the store does not answer',
    change: (s) => put(s, { facts: { underWay: silent('the bot’s own store') } }),
    id: 'work',
    stands: 'unknown',
    found: /can't be told: the bot’s own store did not answer/,
  },
];

suite('a check names what is wrong, and its next step', () => {
  for (const { when, change, id, stands, found, next, expected, sql, besides = [] } of rows) {
    test(`when ${when}`, async () => {
      const s = scene();
      change(s);
      const { checks } = await look(s);
      const named = of(checks, id).filter((check) => found.test(check.found));
      assert.equal(named.length, 1, JSON.stringify(of(checks, id), null, 1));
      const [check] = named;
      assert.ok(check);
      assert.equal(check.standing, stands);
      if (next !== undefined) assert.match(check.next ?? '', next);
      if (expected !== undefined) assert.match(check.expected ?? '', expected);
      assert.equal(check.sql.length, sql?.length ?? check.sql.length);
      for (const [i, one] of (sql ?? []).entries()) assert.match(check.sql[i] ?? '', one);
      if (stands !== 'note') assert.ok(check.next, 'it says whose move it is');
      assert.deepEqual(
        [...new Set(wrong(checks).map((one) => one.id))].filter((one) => one !== id),
        besides,
        JSON.stringify(wrong(checks), null, 1),
      );
    });
  }
});

const noteRows: readonly (Pick<Row, 'when' | 'change' | 'id' | 'found'> & { readonly next?: RegExp })[] = [
  {
    when: 'a key was withdrawn an hour ago',
    change: both(jwks(key('k0'), key('k1'), key('k2')), seenKeys(withdrawn('k0', 3600))),
    id: 'keys',
    found: /k0 was withdrawn by Entra.*no longer needed after 2026-06-02 15:00 UTC/,
  },
  {
    when: 'another issuer has a key of its own',
    change: both(jwks(key('k1'), key('k2'), key('zz')), set('issuers', JSON.stringify([v2, 'https://idp.example']))),
    id: 'keys',
    found: /\(zz\) is not Entra's; the other issuers/,
  },
  {
    when: 'the cluster fetches the keys',
    change: both(set('jwks_auto_fetch.enabled', 'true'), jwks()),
    id: 'keys',
    found: /fetches the keys itself.*its own list is ignored, every node needs a way out/,
  },
  {
    when: 'the claim is a pointer from 26.2 on',
    change: both(set('claim', '/upn'), (s) => put(s, { version: 'v26.2.0' })),
    id: 'claim',
    found: /by the claim \/upn/,
  },
  {
    when: 'a SQL user that the row leaves out is gone',
    change: gone('app'),
    id: 'map',
    found: /leaves out names that it need not/,
  },
  {
    when: 'service users hold a role of the policy',
    change: member('app', ['analytics_reader']),
    id: 'memberships',
    found: /got them elsewhere: app \(analytics_reader\)/,
  },
  {
    when: 'an adopted SQL user came with a role',
    change: both(
      (s) => put(s, { ledger: s.ledger.map((row) => ({ ...row, adopted: row.sqlUsername === 'bob' })) }),
      member('bob', ['analytics_reader', 'billing_reader']),
    ),
    id: 'memberships',
    found: /tied to people by two admins hold.*billing_reader of bob/,
  },
  {
    when: 'a request is being worked on',
    change: (s) =>
      put(s, { facts: { underWay: told([request('NEW00001', 'dave', { state: 'approved', due: 'provision', dueAt: now })]) } }),
    id: 'work',
    found: /^1 request is being worked on/,
  },
  {
    when: 'people collide in the directory',
    change: (s) =>
      put(s, {
        facts: {
          collisions: told({
            at: ago(3600),
            says: {
              groups: 2,
              examples: ['ann@contoso.com and ann@fabrikam.com', { name: 'li', upns: ['li@contoso.com', 'li@fabrikam.com'] }],
            },
          }),
        },
      }),
    id: 'directory',
    found: /^2 groups of people .*: ann@contoso\.com and ann@fabrikam\.com, li, li@contoso\.com, li@fabrikam\.com\./,
    next: /adopt/,
  },
  {
    when: 'what was kept of collisions is nonsense',
    change: (s) => put(s, { facts: { collisions: told({ at: ago(3600), says: [null, 4] }) } }),
    id: 'directory',
    found: /can't be read/,
  },
  {
    when: 'the watch is paused',
    change: (s) => put(s, { facts: { paused: told<Paused | null>({ since: ago(7200), by: 'ops@host' }) } }),
    id: 'watch',
    found: /paused by ops@host at 2026-06-01 10:00 UTC, 2 h ago/,
    next: /watch resume/,
  },
  {
    when: 'no scheduled check came for long',
    change: (s) =>
      put(s, {
        facts: {
          seen: told<Seen | null>({
            cluster: 'prod',
            verdict: 'healthy',
            since: ago(9e4),
            checkedAt: ago(9000),
            lastHealthy: ago(9000),
          }),
        },
      }),
    id: 'watch',
    found: /None since, though one is due every 120 s/,
  },
];

suite('what is only said changes no verdict', () => {
  for (const { when, change, id, found, next } of noteRows) {
    test(`when ${when}`, async () => {
      const s = scene();
      change(s);
      const { checks, verdict } = await look(s);
      const named = of(checks, id).find((check) => found.test(check.found));
      assert.ok(named, JSON.stringify(of(checks, id), null, 1));
      if (next !== undefined) assert.match(named.next ?? '', next);
      assert.deepEqual([verdict, wrong(checks)], ['healthy', []]);
    });
  }
});

suite('the SQL users that were changed without the bot', () => {
  const counted: readonly { readonly when: string; readonly change: (s: Scene) => void; readonly changed: number }[] = [
    { when: 'nothing happened', change: () => undefined, changed: 0 },
    { when: 'one was dropped', change: gone('bob'), changed: 1 },
    { when: 'one was switched off', change: options('bob', ['NOLOGIN']), changed: 1 },
    { when: 'a role was taken from one', change: member('bob', []), changed: 1 },
    { when: 'a role was given to one', change: member('bob', ['analytics_reader', 'billing_reader']), changed: 1 },
    {
      when: 'one was given a role and an option',
      change: both(member('bob', ['analytics_reader', 'billing_reader']), options('bob', ['CREATEROLE'])),
      changed: 1,
    },
    { when: 'two lost their roles', change: both(member('bob', []), member('alice', [])), changed: 2 },
    {
      when: 'an adopted one came with a role of its own',
      change: both(
        (s) => put(s, { ledger: s.ledger.map((row) => ({ ...row, adopted: row.sqlUsername === 'bob' })) }),
        member('bob', ['analytics_reader', 'billing_reader']),
      ),
      changed: 0,
    },
    {
      when: 'one is being granted something just now',
      change: both(member('bob', []), (s) =>
        put(s, { facts: { underWay: told([request('NEW00001', 'bob', { state: 'approved', due: 'provision', dueAt: now })]) } }),
      ),
      changed: 0,
    },
  ];
  for (const { when, change, changed } of counted) {
    test(`are ${changed} when ${when}`, async () => {
      const s = scene();
      change(s);
      assert.equal((await look(s)).changed, changed);
    });
  }
});

suite('a healthy cluster', () => {
  test('has every check made, in order, and none of them wrong', async () => {
    const { checks, verdict } = await look(scene());
    assert.deepEqual(wrong(checks), []);
    assert.equal(verdict, 'healthy');
    assert.deepEqual(
      checks.map(({ id }) => id),
      checkIds,
    );
    assert.equal(of(checks, 'logins')[0]?.found, '2 of 2 known people could log in now.');
  });

  test('is healthy as each version', async () => {
    for (const version of ['v23.2.9', 'v24.1.8', 'v25.2.4', 'v25.4.0', 'v26.1.0', 'v26.2.1']) {
      const s = scene();
      s.version = version;
      assert.deepEqual(wrong((await look(s)).checks), [], version);
    }
  });

  test('counts nobody whose account is disabled, gone or renamed, or whose SQL user is gone', async () => {
    const s = scene();
    s.people.delete('oid-bob');
    s.users = s.users.filter(({ name }) => name !== 'alice');
    const [logins] = of((await look(s)).checks, 'logins');
    assert.match(
      logins?.found ?? '',
      /None of the people.*Not counted: 1 whose account is disabled, gone or renamed \(bob@fabrikam\.com\); 1 without their SQL user \(alice\)\./,
    );
  });
});

suite('while nobody was granted anything', () => {
  test('what is missing wants mending and locks nobody out', async () => {
    const s = scene();
    s.ledger = [];
    s.people.clear();
    s.users = s.users.filter(({ name }) => name !== 'alice' && name !== 'bob');
    s.settings = Object.fromEntries(
      Object.keys(s.settings).map((name) => [
        name,
        name.endsWith('enabled') ? 'false' : name.endsWith('jwks') ? '{"keys":[]}' : '',
      ]),
    );
    s.map = () => '';
    const { checks, verdict } = await look(s);
    assert.equal(verdict, 'attention', JSON.stringify(wrong(checks), null, 1));
    assert.deepEqual(
      wrong(checks).map(({ id, standing }) => `${id} ${standing}`),
      ['enabled', 'issuer', 'audience', 'claim', 'keys', 'map'].map((id) => `${id} attention`),
    );
    assert.match(of(checks, 'logins')[0]?.found ?? '', /Nobody was granted anything yet\. The first grant, or Plan/);
  });
});

suite('a cluster that does not answer', () => {
  test('is broken when it is not there, unknown when it is silent, and the bot’s own work is said all the same', async () => {
    const said = async (code: 'cluster_unavailable' | 'cluster_silent' | 'cluster_busy' | 'cluster_refused') => {
      const s = scene();
      s.unreachable = { silent: `the cluster prod ${code}`, code };
      return look(s);
    };
    const down = await said('cluster_unavailable');
    assert.equal(down.verdict, 'broken');
    assert.deepEqual(
      down.checks.map(({ id }) => id),
      ['reachable', 'work', 'directory', 'watch'],
    );
    assert.match(down.checks[0]?.found ?? '', /^The cluster prod cluster_unavailable\.$/);
    const hanging = await said('cluster_silent');
    assert.equal(hanging.verdict, 'unknown');
    assert.match(hanging.checks[0]?.found ?? '', /Waited for 5 s/);
    assert.equal((await said('cluster_busy')).verdict, 'unknown');
    assert.equal((await said('cluster_refused')).verdict, 'broken');
  });
});

suite('one source that fails', () => {
  test('takes only its own checks with it', async () => {
    const unknowns = async (facts: Scene['facts']) => {
      const s = scene();
      s.facts = facts;
      return wrong((await look(s)).checks).map(({ id, standing }) => `${id} ${standing}`);
    };
    assert.deepEqual(await unknowns({ people: silent('the directory'), desired: silent('the directory') }), [
      'logins unknown',
      'map unknown',
    ]);
    assert.deepEqual(await unknowns({ published: silent('Microsoft Entra') }), [
      'logins unknown',
      'issuer unknown',
      'keys unknown',
    ]);
    const store = silent('the bot’s own store');
    assert.deepEqual(
      await unknowns({
        ledger: store,
        people: store,
        desired: store,
        granted: store,
        underWay: store,
        paused: store,
        seen: store,
        issuerSeen: store,
        collisions: store,
      }),
      ['logins unknown', 'map unknown', 'sql-users unknown', 'memberships unknown', 'work unknown'],
    );
  });

  test('never makes a statement out of what is not known', async () => {
    const s = scene();
    s.map = () => '<redacted>';
    s.facts = { cluster: { settingsWritable: false, ownUsers: ['crdb_access'] } };
    s.settings[`${J}enabled`] = 'false';
    const { checks, sight } = await look(s);
    const all = checks.flatMap(({ sql }) => sql);
    assert.deepEqual(sight?.sqlFor(map), []);
    assert.deepEqual(
      all.filter((sql) => sql.includes(map)),
      [],
    );
    assert.ok(all.some((sql) => sql.includes(`${J}enabled = true`)));
  });

  test('is unknown, and never broken, where the map is redacted', async () => {
    const s = scene();
    s.map = () => '<redacted>';
    const { checks, verdict } = await look(s);
    assert.equal(verdict, 'unknown');
    const [logins] = of(checks, 'logins');
    assert.deepEqual([logins?.standing, logins?.next], ['unknown', 'See "Identity map".']);
  });

  test('leaves a statement for the others byte for byte', async () => {
    const s = scene();
    const others = '# of the platform team\n  https://idp.example   ann   ann # keep\n';
    s.map = () => others;
    s.facts = { cluster: { settingsWritable: false, ownUsers: ['crdb_access'] } };
    const [sql] = of((await look(s)).checks, 'map')[0]?.sql ?? [];
    assert.equal(sql, `SET CLUSTER SETTING ${map} = '${others}${written.replaceAll("'", "''")}\n';`);
  });
});
