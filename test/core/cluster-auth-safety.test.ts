import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readKeys, readList } from '../../src/core/cluster-auth/jwt-settings.ts';
import { type Bound, ownRows } from '../../src/core/cluster-auth/own-rows.ts';
import { preflight } from '../../src/core/cluster-auth/preflight.ts';
import { planSettings, stillDiffers } from '../../src/core/cluster-auth/reconcile.ts';
import type { DesiredSettings, SetSetting } from '../../src/core/cluster-auth/settings-plan.ts';
import type { ClusterState, Settings } from '../../src/core/cluster/cluster.ts';
import { foreseeSignature } from '../../src/core/login/keys.ts';
import { decideClaims } from '../../src/core/login/login.ts';
import type { Jwk } from '../../src/core/ports.ts';
import { runs } from '../runs.ts';

const ours = 'https://sts.windows.net/T/';
const theirs = 'https://idp.example.com';
const audience = 'api://crdb';
const rsa = (kid: string): Jwk => ({ kty: 'RSA', use: 'sig', kid, n: 'AQAB', e: 'AQAB' });
const [k1, k2, foreignKey] = [rsa('k1'), rsa('k2'), rsa('x')];
const now = new Date('2026-11-24T12:00:00Z');

const users = ['root', 'admin', 'app', 'analytics_reader', 'alice', 'bob', 'svc'].map((name) => ({
  name,
  canLogin: name !== 'analytics_reader',
  options: [],
  memberOf: [],
}));
const alice: Bound = { sqlUsername: 'alice', oid: 'a', upn: 'alice@contoso.com' };
const alice2: Bound = { sqlUsername: 'alice', oid: 'a2', upn: 'alice@fabrikam.com' };
const bob: Bound = { sqlUsername: 'bob', oid: 'b', upn: 'bob@fabrikam.com' };
const people = new Map([alice, alice2, bob].map((p) => [p.oid, { upn: p.upn, enabled: true, kind: 'member' as const }]));
const domains = { primary: 'contoso.com', others: ['fabrikam.com'] };

function desiredFor(target: Bound, mode: 'pattern' | 'people'): DesiredSettings {
  const { rows } = ownRows({
    issuer: ours,
    domains,
    mode,
    users: users.filter((u) => u.name !== 'alice'),
    ledger: [bob],
    people,
    granting: target,
  });
  return { issuer: ours, audience, keys: [k1, k2], rows, domains, granting: target };
}

/** The logins that people could try with their own tokens: as the name in their UPN, and as somebody else. */
interface Attempt {
  readonly iss: string;
  readonly upn: string;
  readonly user: string;
}
const attempts: readonly Attempt[] = [
  ...['alice', 'bob', 'admin', 'app', 'svc', 'dave'].flatMap((name) =>
    ['contoso.com', 'fabrikam.com'].map((domain) => ({ iss: ours, upn: `${name}@${domain}`, user: name })),
  ),
  { iss: ours, upn: 'alice@evil.net', user: 'alice' },
  { iss: ours, upn: 'dave@contoso.com', user: 'alice' },
  { iss: ours, upn: 'alice@contoso.com', user: 'admin' },
  { iss: ours, upn: 'root@contoso.com', user: 'root' },
  { iss: theirs, upn: 'svc', user: 'svc' },
  { iss: theirs, upn: 'alice', user: 'alice' },
];

async function accepted(version: string, settings: Settings): Promise<ReadonlySet<Attempt>> {
  const letIn = new Set<Attempt>();
  const jwks = settings['server.jwt_authentication.jwks'] ?? '';
  const signed = { ours: foreseeSignature(jwks, [k1, k2]), theirs: foreseeSignature(jwks, [foreignKey]) };
  for (const attempt of attempts) {
    const { iss, upn, user } = attempt;
    const claims = { iss, aud: iss === ours ? audience : 'their-aud', sub: iss === ours ? `pairwise ${upn}` : upn, upn };
    const login = await decideClaims({
      version,
      settings,
      users: Object.fromEntries(users.map((u) => [u.name, { login: u.canLogin }])),
      user,
      now,
      claims,
      signature: iss === ours ? signed.ours : signed.theirs,
    });
    if (login.ok) letIn.add(attempt);
  }
  return letIn;
}

const write = (settings: Settings, changes: readonly SetSetting[]): Settings => ({
  ...settings,
  ...Object.fromEntries(changes.map((change) => [change.setting, change.value])),
});

const line = fc.constantFrom(
  '# a comment',
  '',
  '\t ',
  `${theirs} /^(.*)@idp$ \\1`,
  `${theirs}   svc svc # theirs`,
  `${theirs} /^(svc|alice)$ \\1`,
  `${ours} app@contoso.com app`,
  `${ours} /^svc-(\\d+)@contoso\\.com$ \\1`,
  `${ours} /(?i)^carol@fabrikam\\.com$ carol`,
  `${ours} /^(.*)@contoso\\.com$ \\1`,
  'hba-map a b',
);
const jwkText = (key: Jwk) => JSON.stringify(key).replaceAll('":"', '" : "');
const present = fc.record({
  'server.identity_map.configuration': fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom('', '\n'))
    .map(([lines, end]) => lines.join('\n') + end),
  'server.jwt_authentication.jwks': fc.constantFrom(
    '{"keys":[]}',
    jwkText(foreignKey),
    `{"keys": [${jwkText(foreignKey)} ]}`,
    `{"keys":[${jwkText(k1)},${jwkText(foreignKey)}]}`,
    `{"odd":{"keys":[1]},"keys":[ ${jwkText(k2)}, ${jwkText(k1)} ]}`,
  ),
  'server.jwt_authentication.audience': fc.constantFrom(
    '',
    'their-aud',
    audience,
    '["their-aud"]',
    `[ "their-aud", "${audience}"]`,
    '[]',
  ),
  'server.jwt_authentication.claim': fc.constantFrom('', 'upn', 'upn', 'email'),
  'server.jwt_authentication.issuers': fc.constantFrom(
    '',
    theirs,
    ours,
    `["${theirs}"]`,
    `[ "${theirs}" , "${ours}" ]`,
    `["${ours}"]`,
  ),
  'server.jwt_authentication.enabled': fc.constantFrom('true', 'false'),
});
const version = fc.constantFrom('v23.1.10', 'v23.2.5', 'v24.3.0', 'v25.4.1', 'v26.2.0');
/** Patterns take their time to compile, so they are the rarer case. */
const mode = fc.constantFrom<'pattern' | 'people'>('people', 'people', 'people', 'pattern');
const situation = fc.record({
  settings: present,
  version,
  target: fc.constantFrom(alice, alice2),
  mode,
});

/** Lines that are not ours to touch: everything but rows of our issuer that the bot writes. */
const kept = (text: string): readonly string[] =>
  text.split('\n').filter((l) => !l.startsWith(`${ours} /(?i)^`) && !l.startsWith(`${ours} /^\\b`));
const newly = (before: ReadonlySet<Attempt>, after: ReadonlySet<Attempt>): readonly Attempt[] =>
  [...after].filter((one) => !before.has(one));

describe('writing the settings', () => {
  it('twice is writing them once, and what others wrote stays byte for byte', () => {
    let written = 0;
    const property = fc.property(situation, ({ settings, version: v, target, mode }) => {
      const desired = desiredFor(target, mode);
      const plan = planSettings({ version: v, settings, writable: true }, desired);
      if (plan.kind !== 'write') return;
      written += 1;
      const after = write(settings, plan.changes);
      assert.deepEqual(planSettings({ version: v, settings: after, writable: true }, desired).kind, 'current');
      assert.deepEqual(stillDiffers({ version: v, settings: after, writable: true }, desired), []);

      const [map, mapAfter] = [settings, after].map((s) => s['server.identity_map.configuration'] ?? '');
      assert.deepEqual(
        kept(mapAfter ?? '').filter((l) => l !== ''),
        kept(map ?? '').filter((l) => l !== ''),
      );
      const [jwks, jwksAfter] = [settings, after].map((s) => s['server.jwt_authentication.jwks'] ?? '');
      for (const key of [k1, k2, foreignKey]) if (jwks?.includes(jwkText(key))) assert.ok(jwksAfter?.includes(jwkText(key)));
      assert.deepEqual(readKeys(jwksAfter ?? '')?.keys.slice(0, readKeys(jwks ?? '')?.keys.length), readKeys(jwks ?? '')?.keys);
      for (const name of ['server.jwt_authentication.issuers', 'server.jwt_authentication.audience'] as const) {
        const [a, b] = [settings, after].map((s) => readList(s[name] ?? ''));
        assert.deepEqual(b?.items.slice(0, a?.items.length), a?.items);
        if (a?.form === 'array') assert.ok(after[name]?.startsWith((settings[name] ?? '').replace(/\s*\]$/, '')));
      }
    });
    const { numRuns } = runs(60, 500);
    fc.assert(property, { numRuns });
    assert.ok(written > numRuns / 15, `${written} situations led to writing`);
  });

  it('cut off after any of the writes has let nobody in; the next run completes it; in the end only the people it is for are in', async () => {
    let written = 0;
    const property = fc.asyncProperty(situation, async ({ settings, version: v, target, mode }) => {
      const desired = desiredFor(target, mode);
      const plan = planSettings({ version: v, settings, writable: true }, desired);
      if (plan.kind !== 'write') return;
      written += 1;
      const before = await accepted(v, settings);
      for (const n of plan.changes.keys()) {
        const partly = write(settings, plan.changes.slice(0, n));
        assert.deepEqual(newly(before, await accepted(v, partly)), [], `after ${n} writes`);
        const rest = planSettings({ version: v, settings: partly, writable: true }, desired);
        assert.deepEqual(rest.kind === 'write' ? write(partly, rest.changes) : rest, write(settings, plan.changes));
      }
      const after = await accepted(v, write(settings, plan.changes));
      // Switching JWT login on is for every listed issuer: the plan names them, so that the admins hear of it.
      const meant = (one: Attempt): boolean =>
        plan.letsIn.includes(one.iss) ||
        (one.iss === ours &&
          ([target, bob].some((p) => p.upn === one.upn && p.sqlUsername === one.user) ||
            // An operator's own row of our issuer, which says so in as many words.
            (one.upn === 'app@contoso.com' &&
              one.user === 'app' &&
              (settings['server.identity_map.configuration'] ?? '').includes(`${ours} app@contoso.com app`))));
      assert.deepEqual(
        newly(before, after).filter((one) => !meant(one)),
        [],
      );
      assert.ok([...after].some((one) => one.upn === target.upn && one.user === 'alice'));
      assert.ok(![...after].some((one) => one.iss === ours && one.user === 'alice' && one.upn !== target.upn));
      const lost = [...before].filter((one) => !after.has(one) && one.iss === theirs);
      assert.deepEqual(lost, [], 'nobody of another issuer is locked out');
    });
    const { numRuns } = runs(30, 150);
    await fc.assert(property, { numRuns });
    assert.ok(written > numRuns / 15, `${written} situations led to writing`);
  });
});

describe('the pre-flight', () => {
  const desired = desiredFor(alice, 'pattern');
  const unset: Settings = {
    'server.identity_map.configuration': '',
    'server.jwt_authentication.jwks': '{"keys":[]}',
    'server.jwt_authentication.audience': '',
    'server.jwt_authentication.claim': '',
    'server.jwt_authentication.issuers': '',
    'server.jwt_authentication.enabled': 'false',
  };
  const plan = planSettings({ version: 'v24.3.0', settings: unset, writable: true }, desired);
  const settings = plan.kind === 'write' ? write(unset, plan.changes) : unset;
  const fly = (changed: Partial<ClusterState['settings']>, more: Partial<ClusterState> = {}, tokenVersion: 'v1' | 'v2' = 'v1') =>
    preflight({
      state: { version: 'v24.3.0', users, settings: { ...settings, ...changed }, ...more },
      policy: { api: { audience, scope: `${audience}/.default`, tokenVersion } },
      person: alice,
      sqlUsername: 'alice',
      published: { issuer: ours, keys: [k1, k2] },
      now,
    });

  it('says who the person will be, for both token versions', async () => {
    assert.deepEqual(await fly({}), { ok: true, as: 'alice' });
    assert.deepEqual(await fly({}, {}, 'v2'), { ok: true, as: 'alice' });
  });

  const refusals: readonly [string, Partial<Settings>, Partial<ClusterState>, string, string][] = [
    ['login is switched off', { 'server.jwt_authentication.enabled': 'false' }, {}, 'enabled', 'JWT authentication: not enabled'],
    [
      'the issuer lacks its slash',
      { 'server.jwt_authentication.issuers': ours.slice(0, -1) },
      {},
      'issuer',
      'JWT authentication: invalid issuer',
    ],
    [
      'one of the published keys is missing',
      { 'server.jwt_authentication.jwks': JSON.stringify({ keys: [k1] }) },
      {},
      'signature',
      'JWT authentication: invalid token',
    ],
    [
      'a key has other material',
      { 'server.jwt_authentication.jwks': JSON.stringify({ keys: [k1, { ...k2, n: 'AQAC' }] }) },
      {},
      'signature',
      'JWT authentication: invalid token',
    ],
    ['the claim is another', { 'server.jwt_authentication.claim': 'email' }, {}, 'claim', 'JWT authentication: missing claim'],
    [
      'the cluster goes by the subject',
      { 'server.jwt_authentication.claim': '' },
      {},
      'map',
      'JWT authentication: invalid principal',
    ],
    [
      'the map yields nothing',
      { 'server.identity_map.configuration': `${ours} x y` },
      {},
      'map',
      'JWT authentication: invalid principal',
    ],
    ['there is no map', { 'server.identity_map.configuration': '' }, {}, 'principal', 'JWT authentication: invalid principal'],
    [
      'the audience is another',
      { 'server.jwt_authentication.audience': 'x' },
      {},
      'audience',
      'JWT authentication: invalid audience',
    ],
    [
      'the SQL user does not exist',
      {},
      { users: users.filter((u) => u.name !== 'alice') },
      'user',
      'password authentication failed for user alice',
    ],
    [
      'the SQL user may not log in',
      {},
      { users: users.map((u) => ({ ...u, canLogin: u.name !== 'alice' })) },
      'user',
      'alice does not have login privilege',
    ],
  ];
  for (const [what, changed, more, step, error] of refusals) {
    it(`names the step when ${what}`, async () => {
      const login = await fly(changed, more);
      assert.deepEqual(login.ok ? login : [login.step, login.error], [step, error]);
    });
  }

  it('takes the keys as good where the cluster fetches them', async () => {
    const fetching = {
      'server.jwt_authentication.jwks': '{"keys":[]}',
      'server.jwt_authentication.jwks_auto_fetch.enabled': 'true',
    };
    assert.deepEqual(await fly(fetching), { ok: true, as: 'alice' });
  });
});
