import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { explainToken } from '../../src/cli/explain-token.ts';
import { Fault } from '../../src/core/errors.ts';
import type { LedgerRow, Published, World } from '../../src/core/ports.ts';
import { at, k1, k2, noon, stranger, token, type TokenClaims } from '../fakes/login-keys.ts';
import { somePolicy } from '../fakes/world.ts';

const tenantId = '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11';
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
const policy = somePolicy();
const api = policy.clusters.get('prod')?.api.audience ?? '';
const claims = {
  ...{ iss: issuer, aud: api, ver: '2.0', tid: tenantId, oid: 'oid-alice', sub: 'pairwise', scp: 'user_impersonation' },
  ...{ upn: 'Alice@contoso.com', iat: at(-300), nbf: at(-300), exp: at(2400) },
};
const jwt = 'server.jwt_authentication';
const settings = {
  [`${jwt}.enabled`]: 'true',
  [`${jwt}.issuers`]: issuer,
  [`${jwt}.audience`]: api,
  [`${jwt}.jwks`]: JSON.stringify({ keys: [k1.jwk] }),
  [`${jwt}.claim`]: 'upn',
  [`${jwt}.jwks_auto_fetch.enabled`]: 'false',
  'server.identity_map.configuration': `${issuer} /(?i)^([a-z0-9._-]+)@contoso\\.com$ \\1`,
};

/** What a test has otherwise. */
interface But {
  readonly settings?: Record<string, string>;
  readonly version?: string;
  readonly ledger?: readonly Partial<LedgerRow>[];
  readonly published?: Published | Fault;
  readonly down?: boolean;
  readonly credential?: boolean;
  readonly paused?: boolean;
}

function worldOf(but: But): { world: World; asked: string[] } {
  const asked: string[] = [];
  const users = [
    { name: 'alice', canLogin: true, options: [], memberOf: [] },
    { name: 'alice.park', canLogin: true, options: [], memberOf: [] },
    { name: 'asleep', canLogin: false, options: ['NOLOGIN'], memberOf: [] },
  ];
  const state = { version: but.version ?? 'v25.2.4', users, settings: { ...settings, ...but.settings } };
  const refuse = (fault: Fault): never => {
    throw fault;
  };
  const down = new Fault('cluster_unavailable', 'later', 'the cluster prod does not answer');
  const published = but.published ?? { issuer, jwksUri: `${issuer}/keys`, keys: [k1.jwk, k2.jwk] };
  const world = {
    policy,
    tenantId,
    watching: { checkSeconds: 1, keySeconds: 1, lookSeconds: 1 },
    clusters: new Map([
      [
        'prod',
        {
          settingsWritable: but.credential ?? true,
          read: async () => (but.down === true ? refuse(down) : state),
          survey: async () => ({ ...state, surveyed: { [`${jwt}.group_claim`]: 'teams' } }),
        },
      ],
    ]),
    issuer: { published: async () => (published instanceof Fault ? refuse(published) : published) },
    store: {
      now: async () => noon,
      ledger: { rows: async () => but.ledger ?? [] },
      watch: {
        keepNote: async (name: string) => void asked.push(name),
        paused: async () => (but.paused === true ? { since: noon, by: 'grace@ops' } : null),
      },
    },
  };
  return { world: world as unknown as World, asked };
}

async function explained(more: TokenClaims, but: But & { user?: string; json?: boolean; given?: string } = {}) {
  const { world, asked } = worldOf(but);
  const written = { out: '', err: '' };
  const given = but.given ?? (await token({ ...claims, ...more }));
  const code = await explainToken(
    world,
    { token: given, cluster: undefined, user: but.user, json: but.json ?? false },
    {
      stdout: (text) => {
        written.out += text;
      },
      stderr: (text) => {
        written.err += text;
      },
    },
  );
  for (const part of given.split('.')) assert.ok(part.length < 9 || !`${written.out}${written.err}`.includes(part.slice(0, 24)));
  return { code, ...written, asked };
}

const gone = { upn: undefined };

suite('a token that is let in', () => {
  test('says so on the first line, as whom and why as that one, and every step', async () => {
    const { code, out, err } = await explained({});
    assert.deepEqual([code, err], [0, '']);
    assert.equal(
      out,
      `Let in: prod takes this token now, as the SQL user alice.

  cluster   prod, CockroachDB v25.2.4
  SQL user  alice, as the token’s upn gives it; the ledger has nobody with its object id

  ok  user       the SQL user is there and may log in
  ok  password   a token was sent
  ok  enabled    login with tokens is on
  ok  parse      the token can be read
  ok  issuer     the cluster trusts its issuer
  ok  keys       there are keys to check it with
  ok  signature  a key of the cluster made its signature
  ok  time       it is valid now
  ok  claim      it has the claim that the cluster goes by
  ok  map        the identity map gives it a SQL user
  ok  principal  the SQL user asked for is the one it gives
  ok  reserved   its name is not reserved
  ok  audience   it is for an app that the cluster takes tokens of
`,
    );
  });

  test('is the same in JSON', async () => {
    const { code, out } = await explained({}, { json: true });
    const { passed, ...rest } = JSON.parse(out) as { passed: string[] };
    assert.equal(code, 0);
    assert.equal(passed.length, 13);
    assert.deepEqual(rest, {
      ...{ cluster: 'prod', version: 'v25.2.4', user: 'alice', userFrom: 'upn', at: noon.toISOString(), ok: true, as: 'alice' },
      ...{ unchecked: [], token: [] },
    });
  });
});

suite('the SQL user of a login', () => {
  test('is the one that the ledger has for the object id, whatever the UPN would give', async () => {
    const map = { 'server.identity_map.configuration': `${issuer} Alice@contoso.com alice.park` };
    const { out } = await explained({}, { settings: map, ledger: [{ sqlUsername: 'alice.park', oid: 'oid-alice' }] });
    assert.match(out, /^Let in: .* as the SQL user alice\.park\.$/m);
    assert.match(out, /alice\.park, as the bot’s ledger has it/);
  });

  test('is the one that was typed, before anything else', async () => {
    const { code, out } = await explained({}, { user: 'alice.park' });
    assert.equal(code, 1);
    assert.match(out, /^Refused: prod does not let alice\.park in with this token, at the step principal\.$/m);
    assert.match(
      out,
      /NO {2}principal +JWT authentication: invalid principal\n +DETAIL: token issued for \[Alice@contoso\.com\]/,
    );
  });

  test('that is switched off is said to be, and who can let it in again', async () => {
    const { out } = await explained({}, { user: 'asleep' });
    assert.match(out, /NO {2}user +asleep does not have login privilege/);
    assert.match(out, /means +the SQL user is there and switched off/);
    assert.match(out, /what to do +An admin of the cluster can let it log in again; \/crdb-access status prod shows it\./);
  });

  test('that is not there comes with the first grant', async () => {
    const { out } = await explained({ upn: 'dave@contoso.com' });
    assert.match(out, /NO {2}user +password authentication failed for user dave/);
    assert.match(out, /what to do +It is created with your first grant\./);
  });
});

const refusals: readonly {
  readonly what: string;
  readonly more?: TokenClaims;
  readonly but?: But;
  readonly step: string;
  readonly says: readonly RegExp[];
}[] = [
  {
    what: 'that has expired',
    more: { exp: at(-10_920) },
    step: 'time',
    says: [
      /DETAIL: unable to parse token: "exp" not satisfied/,
      /it expired 3 h 2 min ago, at 2026-06-01 08:58 UTC/,
      /what to do +Whoever it is for gets another one: az account get-access-token --tenant 8d1f\S+ --scope api:\/\/crdb-prod\/\.default/,
    ],
  },
  {
    what: 'that is not valid yet',
    more: { nbf: at(600) },
    step: 'time',
    says: [/not valid before 2026-06-01 12:10 UTC, which is in 10 min/, /A clock is wrong/],
  },
  {
    what: 'of another tenant',
    more: { iss: 'https://login.microsoftonline.com/other/v2.0', tid: 'other' },
    step: 'issuer',
    says: [/DETAIL: token issued by https:\/\/login\S+\/other\/v2\.0/, /it is of the tenant other; people sign in to 8d1f/],
  },
  {
    what: 'for Azure Resource Manager',
    more: { iss: `https://sts.windows.net/${tenantId}/`, aud: 'https://management.core.windows.net/', ver: '1.0' },
    step: 'issuer',
    says: [/it is for Azure Resource Manager, which is what az gives without --scope/, /--scope api:\/\/crdb-prod\/\.default/],
  },
  {
    what: 'for Microsoft Graph',
    more: { aud: '00000003-0000-0000-c000-000000000000' },
    step: 'audience',
    says: [/it is for Microsoft Graph, not for the API of prod/],
  },
  {
    what: 'for another app',
    more: { aud: ['some-app'] },
    step: 'audience',
    says: [/it is for some-app; the API of prod is c0c4a0ac/, /corrects api\.audience/],
  },
  {
    what: 'of version 1 where the policy says 2',
    more: { iss: `https://sts.windows.net/${tenantId}/`, ver: '1.0' },
    step: 'issuer',
    says: [/it is a v1 token, whose issuer is written otherwise; the policy says v2/, /requestedAccessTokenVersion to 2/],
  },
  {
    what: 'without upn',
    more: gone,
    step: 'claim',
    says: [/DETAIL: token does not contain a claim for upn/, /it has no upn, and the cluster goes by it/, /optional claim upn/],
  },
  {
    what: 'of a managed identity',
    more: { ...gone, scp: undefined, sub: 'oid-alice' },
    step: 'claim',
    says: [/it is an app’s own \(a service principal or managed identity\)/, /this bot gives apps nothing/],
  },
  {
    what: 'of a guest',
    more: { ...gone, idp: 'https://sts.windows.net/5e9e0000-0000-0000-0000-000000000000/' },
    step: 'claim',
    says: [/it is a guest’s/, /make the person a member/],
  },
  {
    what: 'when login with tokens is off',
    but: { settings: { [`${jwt}.enabled`]: 'false' } },
    step: 'enabled',
    says: [
      /means +login with tokens is switched off on the cluster\./,
      /An admin of this bot \(whoever has the app role Crdb\.Admin\) can make the cluster’s settings current: \/crdb-access status prod, then Plan\. The next grant/,
    ],
  },
  {
    what: 'with role sync and no groups under the name that is set',
    more: { groups: ['a'] },
    but: { version: 'v25.4.1', settings: { [`${jwt}.authorization.enabled`]: 'true' } },
    step: 'authorization',
    says: [/switch server\.jwt_authentication\.authorization\.enabled off/],
  },
];

suite('a token that is refused says where, what that means and whose move it is:', () => {
  for (const { what, more = {}, but = {}, step, says } of refusals) {
    test(`one ${what}`, async () => {
      const { code, out, err } = await explained(more, but);
      assert.deepEqual([code, err], [1, '']);
      assert.match(out, new RegExp(`^Refused: prod does not let .* in with this token, at the step ${step}\\.$`, 'm'));
      for (const said of says) assert.match(out, said);
    });
  }

  test('in JSON with the same words', async () => {
    const { out } = await explained(gone, { json: true });
    const said = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([said['ok'], said['step'], said['userFrom']], [false, 'claim', 'nowhere']);
    assert.match(String(said['fix']), /optional claim upn/);
    assert.deepEqual(
      (said['token'] as { about: string }[]).map(({ about }) => about),
      ['upn'],
    );
  });
});

suite('a token that was signed with a key', () => {
  const signed = (by = k2): Promise<string> => token(claims, by);

  test('that Entra publishes and the cluster lacks is said to be new, and the watch is asked for it', async () => {
    const { code, out, asked } = await explained({}, { given: await signed() });
    assert.equal(code, 1);
    assert.match(out, /DETAIL: .*failed to find key with key ID "test_kid2"/);
    assert.match(out, /it names the key test_kid2, which the cluster does not have yet; Entra publishes it/);
    assert.match(out, /The bot’s watch has been asked for it/);
    assert.deepEqual(asked, ['keys-asked:v2']);
  });

  test('that is new waits for an admin where the watch is paused, or may write nothing', async () => {
    const given = await signed();
    assert.match(
      (await explained({}, { given, paused: true })).out,
      /paused by grace@ops at 2026-06-01 12:00 UTC: .*watch resume/,
    );
    assert.match((await explained({}, { given, credential: false })).out, /no settings credential for this cluster/);
  });

  test('that nobody publishes is no new one, and nothing is asked for', async () => {
    const { out, asked } = await explained({}, { given: await signed(), published: { issuer, jwksUri: '', keys: [k1.jwk] } });
    assert.match(out, /and Entra does not publish it for this tenant/);
    assert.deepEqual(asked, []);
  });

  test('of a known id that it was not made with is refused, without a word about new keys', async () => {
    const { code, out, asked } = await explained({}, { given: await signed(stranger) });
    assert.equal(code, 1);
    assert.match(out, /DETAIL: .*could not verify message using any of the signatures or keys/);
    assert.doesNotMatch(out, /Seen in the token/);
    assert.deepEqual(asked, []);
  });

  test('that the cluster fetches itself is fetched from here where it is the tenant’s, and only there', async () => {
    const fetching = { settings: { [`${jwt}.jwks_auto_fetch.enabled`]: 'true', [`${jwt}.jwks`]: '{"keys":[]}' } };
    assert.equal((await explained({}, { ...fetching, given: await signed() })).code, 0);
    assert.equal((await explained({}, { ...fetching, given: await signed(stranger) })).code, 1);
    const elsewhere = { issuer: 'https://elsewhere.example', jwksUri: '', keys: [k1.jwk] };
    const other = await explained({}, { ...fetching, published: elsewhere });
    assert.equal(other.code, 3);
    assert.match(other.out, /^Not certain: prod would let alice in, as far as can be checked from here\.$/m);
    assert.match(
      other.out,
      /\? {3}signature +the cluster fetches this issuer’s keys itself, and they are not those of the configured tenant/,
    );
    const silent = await explained({}, { ...fetching, published: new Fault('directory_unavailable', 'later', 'no answer') });
    assert.match(silent.out, /\? {3}keys +.* and Entra did not answer/);
    const refused = await explained({ aud: 'some-app' }, { ...fetching, published: elsewhere });
    assert.equal(refused.code, 1, 'what refuses whatever the signature is stands');
    assert.match(refused.out, /at the step audience/);
  });
});

suite('what can’t be seen', () => {
  test('in an identity map that reads redacted is not guessed, and what refuses before it stands', async () => {
    const hidden = { 'server.identity_map.configuration': '<redacted>' };
    const { code, out } = await explained({}, { settings: hidden });
    assert.equal(code, 3);
    assert.match(out, /^Not certain/);
    assert.match(out, /\? {3}map +the bot’s SQL user reads the identity map redacted/);
    assert.equal((await explained({ exp: at(-60) }, { settings: hidden })).code, 1);
  });

  test('on a cluster that does not answer leaves what the token itself shows', async () => {
    const { code, out, err } = await explained({ exp: at(-60) }, { down: true });
    assert.equal(code, 3);
    assert.match(err, /^Nothing was decided: the cluster prod does not answer\. Run it again once that is mended\.\n$/);
    assert.match(out, /^Seen in the token:\n {2}- it expired 1 min ago/);
    const json = JSON.parse((await explained({ exp: at(-60) }, { down: true, json: true })).out) as Record<string, unknown>;
    assert.equal(json['ok'], null);
  });
});

test('what a token’s claims would do to a terminal is not done', async () => {
  const { out } = await explained({ upn: '\u001b[2Jalice\r\n\u202Eecila@contoso.com' }, { user: 'alice' });
  for (const odd of ['\u001b', '\r', '\u202E']) assert.ok(!out.includes(odd));
});
