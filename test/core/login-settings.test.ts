import assert from 'node:assert/strict';
import test from 'node:test';
import { settingNames } from '../../src/core/cluster/cluster.ts';
import { foreseeSignature, notVerified, parseKeys } from '../../src/core/login/keys.ts';
import { checkSetting, ruledSettings } from '../../src/core/login/setting-rules.ts';
import { parseBool } from '../../src/core/login/settings.ts';
import { k1, k2, stranger, without } from '../fakes/login-keys.ts';

const jwt = 'server.jwt_authentication.';
const audience = `${jwt}audience`;
const issuers = `${jwt}issuers`;
const configuration = `${jwt}issuers.configuration`;
const jwks = `${jwt}jwks`;
const map = 'server.identity_map.configuration';
const old = 'v23.1.5';
const now = 'v24.3.0';

// jwtauthccl/settings_test.go
for (const text of [
  '',
  'issuer1',
  'issuer1{}`[]!@#%#^$&*',
  '[]',
  '["a"]',
  '["a","b","c","d","e"]',
  'null',
  '["a", null]',
  'c0c4a0ac-2222-4aaa-8bbb-00000000dbdb',
]) {
  test(`vector 69: issuers and audience may be ${JSON.stringify(text)}`, () => {
    for (const version of [old, now]) {
      assert.equal(checkSetting(issuers, text, version), null);
      assert.equal(checkSetting(audience, text, version), null);
    }
    assert.equal(checkSetting(configuration, text, now), null);
  });
}

const urls = '{"redirect_urls": {"key":"http://example.com"}}';
const issuerMap = '{"issuer_jwks_map":{"issuer1":"https://keys.example"}}';
const notList = (kind: string) => `json: cannot unmarshal ${kind} into Go value of type []string`;
const notMap = (kind: string) => `json: cannot unmarshal ${kind} into Go value of type jwtauthccl.issuerJWKSMap`;

const refused: readonly (readonly [string, string, string, string, string])[] = [
  ['70: an object is no audience', audience, urls, now, `JWT authentication audiences JSON not valid: ${notList('object')}`],
  ['70: an object is no issuer', issuers, urls, old, `JWT authentication issuers JSON not valid: ${notList('object')}`],
  [
    '70: another object is no issuer',
    issuers,
    urls,
    now,
    `JWT authentication: issuers JSON not valid: ${notList('object')}\njson: unknown field "redirect_urls"`,
  ],
  ['70: a number is no audience', audience, '123', now, `JWT authentication audiences JSON not valid: ${notList('number')}`],
  ['70: a JSON string is no audience', audience, '"x"', now, `JWT authentication audiences JSON not valid: ${notList('string')}`],
  ['70: a truth is no audience', audience, 'true', now, `JWT authentication audiences JSON not valid: ${notList('bool')}`],
  [
    '70: a list of numbers is no audience',
    audience,
    '["a",1]',
    now,
    'JWT authentication audiences JSON not valid: json: cannot unmarshal number into Go value of type string',
  ],
  [
    '70: a number is no issuer',
    issuers,
    '123',
    now,
    `JWT authentication: issuers JSON not valid: ${notList('number')}\n${notMap('number')}`,
  ],
  [
    '71: the map of issuers on an old version',
    issuers,
    issuerMap,
    old,
    `JWT authentication issuers JSON not valid: ${notList('object')}`,
  ],
  [
    '71: a map of issuers to numbers',
    configuration,
    '{"issuer_jwks_map":{"issuer1":1}}',
    now,
    `JWT authentication: issuers JSON not valid: ${notList('object')}\njson: cannot unmarshal number into Go struct field issuerJWKSMap.issuer_jwks_map of type string`,
  ],
  [
    '72: no JWKS',
    jwks,
    '',
    now,
    'JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: unexpected end of JSON input',
  ],
  [
    '72: text for a JWKS',
    jwks,
    'issuer1',
    now,
    "JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: invalid character 'i' looking for beginning of value",
  ],
  [
    '72: an empty object for a JWKS',
    jwks,
    '{}',
    now,
    'JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: failed to parse sole key in key set',
  ],
  [
    '72: a bare RSA key without n',
    jwks,
    JSON.stringify(without(k1.jwk, 'n')),
    now,
    'JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: failed to parse sole key in key set',
  ],
  [
    '72: an RSA key without n and e in a set',
    jwks,
    JSON.stringify({ keys: [k2.jwk, without(without(k1.jwk, 'n'), 'e')] }),
    now,
    'JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: failed to decode key #1 in "keys": failed to unmarshal JSON into key (*jwk.rsaPublicKey): required field e is missing',
  ],
  [
    '72: a list for a JWKS',
    jwks,
    '[]',
    now,
    "JWT authentication JWKS not a valid JWKS: failed to unmarshal JWK set: expected '{', but got '['",
  ],
  ['75: a map line of four fields', map, 'foo a b c', now, 'unable to parse line 1: "foo a b c"'],
  ['75: a map line of two fields', map, '\nfoo a', now, 'unable to parse line 2: "foo a"'],
  ['75: \\1 without a group', map, 'foo /^a$ \\1', now, 'saw \\1 substitution on line 1, but pattern contains no subexpressions'],
];
for (const [title, name, text, version, error] of refused)
  test(`vector ${title} is refused`, () => assert.equal(checkSetting(name, text, version), error));

test('vector 71: the map of issuers is accepted since 24.2 and in its backports, under either name where there are two', () => {
  assert.equal(checkSetting(configuration, issuerMap, now), null);
  for (const version of [now, 'v24.2.0', 'v23.1.25', 'v26.1.0'])
    assert.equal(checkSetting(issuers, issuerMap, version), null, version);
  for (const version of ['v23.1.24', 'v23.2.0', 'v24.1.0'])
    assert.notEqual(checkSetting(issuers, issuerMap, version), null, version);
});

const sets: readonly (readonly [string, unknown, number])[] = [
  ['no key', { keys: [] }, 0],
  ['a bare RSA key', k1.jwk, 1],
  ['one key', { keys: [k1.jwk] }, 1],
  ['two keys', { keys: [k1.jwk, k2.jwk] }, 2],
  [
    'keys as Entra publishes them',
    { keys: [{ ...without(k1.jwk, 'alg'), x5t: 'a', x5c: ['MII'], issuer: 'https://login.microsoftonline.com/t/v2.0' }] },
    1,
  ],
];
for (const [title, value, count] of sets) {
  test(`vector 73: a JWKS of ${title} is accepted`, () => {
    assert.equal(checkSetting(jwks, JSON.stringify(value), now), null);
    const parsed = parseKeys(JSON.stringify(value));
    assert.equal('keys' in parsed ? parsed.keys.length : -1, count);
  });
}

test('a bool is what SET takes for one', () => {
  for (const text of ['true', 't', 'f', 'false', 'on', 'off']) assert.equal(checkSetting(`${jwt}enabled`, text, now), null);
  assert.equal(checkSetting(`${jwt}enabled`, 'maybe', now), 'could not parse "maybe" as type bool: invalid bool value');
  assert.deepEqual(['T', 'ON', 'true', 'f', 'off', '', '2'].map(parseBool), [true, true, true, false, false, null, null]);
});

const since: readonly (readonly [string, string, string])[] = [
  [configuration, 'v24.1.9', 'v24.2.0'],
  [`${jwt}claim`, 'v23.1.1', 'v23.1.2'],
  [`${jwt}jwks_auto_fetch.enabled`, 'v23.1.16', 'v23.1.17'],
  [`${jwt}jwks_auto_fetch.enabled`, 'v23.2.3', 'v23.2.4'],
  [`${jwt}authorization.enabled`, 'v25.3.9', 'v25.4.0'],
  ['security.provisioning.jwt.enabled', 'v25.3.9', 'v25.4.0'],
];
for (const [name, before, first] of since) {
  test(`${name} is unknown in ${before} and known in ${first}`, () => {
    assert.equal(checkSetting(name, 'true', before), `unknown cluster setting '${name}'`);
    assert.equal(checkSetting(name, name === configuration ? 'issuer1' : 'true', first), null);
  });
}

test('what is no setting of JWT login is unknown, names of Object.prototype included', () => {
  for (const name of ['server.jwt_authentication.issuer', 'constructor', ''])
    assert.equal(checkSetting(name, '', now), `unknown cluster setting '${name}'`);
});

test('every setting that the bot reads has its rule', () =>
  assert.deepEqual(
    settingNames.filter((name) => !ruledSettings.includes(name)),
    [],
  ));

test('a signature is foreseen as good only when every published key is on the cluster', () => {
  const published = [without(k1.jwk, 'alg')];
  const onCluster = (...keys: readonly unknown[]) => JSON.stringify({ keys });
  assert.equal(foreseeSignature(onCluster(k1.jwk, k2.jwk), published), null);
  assert.equal(foreseeSignature(onCluster({ ...without(k1.jwk, 'x5c'), extra: 1 }), published), null);
  assert.equal(
    foreseeSignature(onCluster(k2.jwk), published),
    'key provider 0 failed: failed to find key with key ID "test_kid1" in key set',
  );
  assert.equal(
    foreseeSignature(onCluster(k1.jwk), [...published, { ...without(k1.jwk, 'alg'), kid: 'new' }]),
    'key provider 0 failed: failed to find key with key ID "new" in key set',
  );
  assert.equal(foreseeSignature(onCluster(stranger.jwk), published), notVerified);
  assert.equal(foreseeSignature(onCluster({ ...k1.jwk, use: 'enc' }), published), notVerified);
  assert.equal(foreseeSignature(onCluster(k1.jwk), []), notVerified);
});
