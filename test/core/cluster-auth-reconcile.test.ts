import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareKeys, readList, withItem } from '../../src/core/cluster-auth/jwt-settings.ts';
import { planSettings, stillDiffers } from '../../src/core/cluster-auth/reconcile.ts';
import {
  type DesiredSettings,
  type SetSetting,
  settingSql,
  type SettingsPlan,
} from '../../src/core/cluster-auth/settings-plan.ts';
import type { SettingName, Settings } from '../../src/core/cluster/cluster.ts';
import { patternRow } from '../../src/core/identity/map-row.ts';

const issuer = 'https://sts.windows.net/T/';
const other = 'https://accounts.example.com';
const key = (kid: string, n = 'AQAB') => ({ kty: 'RSA', use: 'sig', kid, n, e: 'AQAB', x5t: kid, x5c: ['MIIC'] });
const bareKey = (kid: string) => ({ kty: 'RSA', use: 'sig', kid, n: 'AQAB', e: 'AQAB', x5t: kid });
const own = patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: ['app'] });

const desired: DesiredSettings = {
  issuer,
  audience: 'api://crdb',
  keys: [key('k1'), key('k2')],
  rows: [own],
  domains: { primary: 'contoso.com', others: ['fabrikam.com'] },
  granting: { sqlUsername: 'alice', upn: 'alice@contoso.com' },
};

const names = {
  map: 'server.identity_map.configuration',
  jwks: 'server.jwt_authentication.jwks',
  audience: 'server.jwt_authentication.audience',
  claim: 'server.jwt_authentication.claim',
  issuers: 'server.jwt_authentication.issuers',
  enabled: 'server.jwt_authentication.enabled',
  autoFetch: 'server.jwt_authentication.jwks_auto_fetch.enabled',
  roleSync: 'server.jwt_authentication.authorization.enabled',
} as const satisfies Record<string, SettingName>;

const defaults: Settings = {
  [names.map]: '',
  [names.jwks]: '{"keys":[]}',
  [names.audience]: '',
  [names.claim]: '',
  [names.issuers]: '',
  [names.enabled]: 'false',
  [names.autoFetch]: 'false',
};
const current: Settings = {
  ...defaults,
  [names.map]: `${own}\n`,
  [names.jwks]: JSON.stringify({ keys: [bareKey('k1'), bareKey('k2')] }),
  [names.audience]: 'api://crdb',
  [names.claim]: 'upn',
  [names.issuers]: issuer,
  [names.enabled]: 'true',
};
const version = 'v24.3.0';
const plan = (settings: Settings, more: Partial<DesiredSettings> = {}, writable = true): SettingsPlan =>
  planSettings({ version, settings, writable }, { ...desired, ...more });

function changes(settings: Settings, more: Partial<DesiredSettings> = {}): readonly SetSetting[] {
  const made = plan(settings, more);
  assert.equal(made.kind, 'write', JSON.stringify(made));
  return made.kind === 'write' ? made.changes : [];
}
/** What one setting would become, starting from settings that are current but for it. */
function becomes(setting: SettingName, text: string, more: Partial<DesiredSettings> = {}): string {
  const [change, ...rest] = changes({ ...current, [setting]: text }, more);
  assert.deepEqual(rest, []);
  assert.equal(change?.setting, setting);
  return change?.value ?? '';
}
function codes(settings: Settings, more: Partial<DesiredSettings> = {}, writable = true): readonly string[] {
  const made = plan(settings, more, writable);
  return made.kind === 'blocked' ? made.findings.map((finding) => finding.code) : [];
}

describe('making the JWT settings current', () => {
  it('writes map, keys, audience, claim, issuers, and switches login on last', () => {
    const all = changes(defaults);
    assert.deepEqual(
      all.map((change) => [change.setting, change.value]),
      [
        [names.map, `${own}\n`],
        [names.jwks, JSON.stringify({ keys: [bareKey('k1'), bareKey('k2')] })],
        [names.audience, 'api://crdb'],
        [names.claim, 'upn'],
        [names.issuers, issuer],
        [names.enabled, 'true'],
      ],
    );
    assert.equal(plan({ ...defaults, ...Object.fromEntries(all.map((c) => [c.setting, c.value])) }).kind, 'current');
  });

  it('sees through spelling: nothing is written that means the same already', () => {
    const spelled: Settings = {
      [names.map]: `# ours\n\n  ${own.replaceAll(' ', '\t')}   # by the bot`,
      [names.jwks]: `{ "keys": [ ${JSON.stringify(key('k2'))} , ${JSON.stringify({ ...bareKey('k1'), alg: 'RS256' })} ] }`,
      [names.audience]: '[ "something", "api:\\/\\/crdb" ]',
      [names.claim]: 'upn',
      [names.issuers]: `{"issuer_jwks_map": {"${issuer}": "https://keys"}}`,
      [names.enabled]: 't',
    };
    assert.deepEqual(plan(spelled, { keys: [key('k1')] }), { kind: 'current', notes: [] });
    assert.equal(
      planSettings({ version: 'v26.2.1', settings: { ...current, [names.claim]: '/upn' }, writable: true }, desired).kind,
      'current',
    );
    assert.deepEqual(codes({ ...current, [names.claim]: '/upn' }), ['claim_differs']);
  });

  const merges: readonly [string, SettingName, string, string][] = [
    ['a plain audience becomes a list', names.audience, 'theirs', '["theirs","api://crdb"]'],
    ['a list of audiences keeps its text', names.audience, '[ "a" ,\n  "b" ]', '[ "a" ,\n  "b","api://crdb" ]'],
    ['an empty list', names.audience, '[]', '["api://crdb"]'],
    ['null, which Go reads as an empty list', names.audience, 'null', '["api://crdb"]'],
    ['a plain issuer becomes a list', names.issuers, other, `["${other}","${issuer}"]`],
    ['a list of issuers keeps its text', names.issuers, `["${other}" ]`, `["${other}","${issuer}" ]`],
  ];
  for (const [what, setting, before, after] of merges) {
    it(`merges: ${what}`, () => assert.equal(becomes(setting, before), after));
  }

  it('adds to a map of issuers to key addresses when it knows ours, and says so when it does not', () => {
    const text = `{"issuer_jwks_map": {"${other}":"https://x/keys"} }`;
    const jwksUri = 'https://login/keys';
    assert.equal(
      becomes(names.issuers, text, { jwksUri }),
      `{"issuer_jwks_map": {"${other}":"https://x/keys","${issuer}":"${jwksUri}"} }`,
    );
    assert.deepEqual(codes({ ...current, [names.issuers]: text }), ['issuers_form']);
  });

  it('keeps foreign keys byte for byte, with members it does not know', () => {
    const theirs = '{"kid" : "x", "kty":"EC","crv":"P-256","x":"AQ","y":"AQ", "odd":[1.50, {"]":"}"}]}';
    const ours = JSON.stringify(bareKey('k1'));
    assert.equal(
      becomes(names.jwks, `{"keys":[${theirs}], "more":1}`, { keys: [key('k1')] }),
      `{"keys":[${theirs},${ours}], "more":1}`,
    );
    assert.equal(becomes(names.jwks, ` ${theirs}`, { keys: [key('k1')] }), `{"keys":[${theirs},${ours}]}`);
  });

  it('writes keys without certificates, and never a private member or a key that no signature can be checked with', () => {
    const keys = [
      { ...key('k1'), d: 'secret', p: 'secret' },
      { ...key('enc'), use: 'enc' },
      { kty: 'oct', kid: 'h', k: 'AQAB' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
    ];
    assert.equal(becomes(names.jwks, '{"keys":[]}', { keys }), JSON.stringify({ keys: [bareKey('k1')] }));
  });

  it('leaves the keys alone where the cluster fetches them, and notes it', () => {
    const made = plan({ ...current, [names.jwks]: '{"keys":[]}', [names.autoFetch]: 'true' });
    assert.equal(made.kind, 'current');
    assert.match(made.notes.join(), /fetches the keys itself/);
  });

  const theirs = ['# theirs', '', `${other}  /^(.*)@example\\.com$   \\1`, `${issuer} svc@contoso.com svc # kept`, '\t', 'x a b'];
  const stale = patternRow({ issuer, primaryDomain: 'fabrikam.com', forbidden: [] });
  const maps: readonly [string, string, string][] = [
    ['is put at the end', `${theirs.join('\n')}\n`, `${theirs.join('\n')}\n${own}\n`],
    ['is put at the end of a text without a final newline', theirs.join('\n'), `${theirs.join('\n')}\n${own}`],
    ['takes the place of what we wrote before', ['a b c', stale, ...theirs].join('\n'), ['a b c', own, ...theirs].join('\n')],
    [
      'takes the first of several places',
      [stale, 'a b c', `${issuer} /(?i)^bob@fabrikam\\.com$ bob`].join('\n'),
      [own, 'a b c'].join('\n'),
    ],
  ];
  for (const [what, before, after] of maps) it(`our row ${what}`, () => assert.equal(becomes(names.map, before), after));
});

describe('what stands against writing', () => {
  const blocked: readonly [string, string, Settings, RegExp, RegExp][] = [
    [
      'role sync is on',
      'role_sync',
      { ...current, [names.roleSync]: 'true' },
      /authorization\.enabled = false;$/,
      /nobody at once/,
    ],
    [
      'the published recipe',
      'foreign_row',
      { ...current, [names.map]: `${issuer} /^(.*)@contoso\\.com$ \\1` },
      /identity_map/,
      /line 1/,
    ],
    [
      'another domain’s pattern',
      'foreign_row',
      { ...current, [names.map]: `${own}\n${issuer} /(.*)@fabrikam.com \\1` },
      /identity_map/,
      /line 2/,
    ],
    [
      'no row for an issuer in use',
      'no_map_row',
      { ...current, [names.map]: `${other} a b` },
      /identity_map/,
      /everybody of https:\/\/sts/,
    ],
    ['another claim', 'claim_differs', { ...current, [names.claim]: 'email' }, /claim = 'upn';$/, /claim `email`/],
    ['sub as the claim', 'claim_differs', { ...current, [names.claim]: 'sub' }, /claim = 'upn';$/, /claim `sub`/],
    [
      'a claim for other issuers',
      'claim_shared',
      { ...current, [names.claim]: '', [names.issuers]: other },
      /claim = 'upn';$/,
      /accounts\.example/,
    ],
    [
      'a claim in use',
      'claim_in_use',
      { ...current, [names.claim]: '', [names.map]: `${own}\n${issuer} AbC0-subject_of_a_service svc` },
      /claim = 'upn';$/,
      /sts\.windows/,
    ],
    [
      'another key under our key’s id',
      'key_conflict',
      { ...current, [names.jwks]: JSON.stringify({ keys: [key('k1', 'AQAC')] }) },
      /jwks = /,
      /k1/,
    ],
  ];
  for (const [what, code, settings, sql, loses] of blocked) {
    it(`${what}: nothing is written, and the admins get the SQL (${code})`, () => {
      const made = plan(settings);
      assert.equal(made.kind, 'blocked');
      if (made.kind !== 'blocked') return;
      assert.deepEqual(
        made.findings.map((finding) => finding.code),
        [code],
      );
      assert.match(made.findings[0]?.sql.join('\n') ?? '', sql);
      assert.match(made.findings[0]?.loses ?? '', loses);
    });
  }

  it('the corrected map has our rows, and all of theirs but the open ones', () => {
    const made = plan({
      ...current,
      [names.map]: `a b c\n${issuer} /^(.*)@contoso\\.com$ \\1\n${issuer} svc@contoso.com o'svc\n`,
    });
    assert.deepEqual(made.kind === 'blocked' ? made.findings[0]?.sql : [], [
      `SET CLUSTER SETTING ${names.map} = 'a b c\n${own}\n${issuer} svc@contoso.com o''svc\n';`,
    ]);
  });

  it('a foreign row does not matter while nobody is granted, nor when it can yield other names only', () => {
    assert.deepEqual(codes({ ...current, [names.map]: `${own}\n${issuer} /^(.*)@contoso\\.com$ \\1` }, { granting: null }), []);
    assert.deepEqual(codes({ ...current, [names.map]: `${own}\n${issuer} /^(svc-.*)@contoso\\.com$ \\1` }), []);
  });

  for (const setting of [names.map, names.jwks, names.audience, names.claim, names.issuers, names.enabled]) {
    it(`${setting} that is not shown is never written over`, () => {
      assert.deepEqual(codes({ ...current, [setting]: '<redacted>' }), ['redacted']);
      const { [setting]: _, ...without } = current;
      assert.deepEqual(codes(without), ['unsupported']);
    });
  }

  it('values that CockroachDB would not have accepted are not merged into', () => {
    assert.deepEqual(codes({ ...current, [names.map]: 'a b' }), ['unreadable']);
    assert.deepEqual(codes({ ...current, [names.jwks]: 'x' }), ['unreadable']);
    assert.deepEqual(codes({ ...current, [names.audience]: '{"a":1}' }), ['unreadable']);
  });

  it('without a settings credential the admins get every statement in order, and nothing when all is current', () => {
    const made = plan(defaults, {}, false);
    assert.equal(made.kind, 'blocked');
    const sql = made.kind === 'blocked' ? (made.findings[0]?.sql ?? []) : [];
    assert.deepEqual(
      sql.map((line) => line.split(' ')[3]),
      [names.map, names.jwks, names.audience, names.claim, names.issuers, names.enabled],
    );
    assert.equal(sql.at(-1), `SET CLUSTER SETTING ${names.enabled} = true;`);
    assert.equal(plan(current, {}, false).kind, 'current');
    assert.deepEqual(codes({ ...current, [names.map]: `${issuer} /.* alice`, [names.audience]: '' }, {}, false), [
      'foreign_row',
      'no_credential',
    ]);
  });
});

describe('reading back', () => {
  it('names the settings that are not as wanted', () => {
    assert.deepEqual(stillDiffers({ version, settings: current, writable: false }, desired), []);
    assert.deepEqual(stillDiffers({ version, settings: { ...current, [names.audience]: 'x' }, writable: false }, desired), [
      names.audience,
    ]);
    assert.deepEqual(stillDiffers({ version, settings: { ...current, [names.claim]: 'x' }, writable: true }, desired), [
      'claim_differs',
    ]);
  });
});

describe('the pieces', () => {
  it('quotes a value for an admin by doubling its quotes, backslashes as they are', () => {
    assert.equal(
      settingSql({ setting: names.map, value: "a\r\n\tb'\\1 é" }),
      `SET CLUSTER SETTING ${names.map} = e'a\\r\\n\\tb\\'\\\\1 \\U000000e9';`,
    );
    assert.equal(settingSql({ setting: names.map, value: "a'b\\1\n''" }), `SET CLUSTER SETTING ${names.map} = 'a''b\\1\n''''';`);
  });
  it('takes text that is no JSON as one item', () => {
    assert.deepEqual(readList('issuer1{}`[]!@#'), { form: 'plain', items: ['issuer1{}`[]!@#'] });
    assert.deepEqual(readList(''), { form: 'plain', items: [] });
    assert.equal(readList('123'), null);
    assert.equal(withItem('{"issuer_jwks_map":{}}', { form: 'issuer_jwks_map', items: [] }, 'x'), 'x');
  });
  it('judges a key by the first of its id, as CockroachDB does', () => {
    assert.deepEqual(compareKeys([key('k1', 'AQAC'), key('k1')], [key('k1')]).conflicts.length, 1);
    assert.deepEqual(compareKeys([key('k1'), key('k1', 'AQAC')], [key('k1')]), { missing: [], conflicts: [] });
    assert.equal(compareKeys([{ ...key('k1'), use: 'enc' }], [key('k1')]).conflicts.length, 1);
  });
});
