/**
 * CockroachDB's own expectations, by the numbers of the conformance vectors (its tests authentication_jwt_test.go, testdata/jwt,
 * testdata/jwt_authz, and what follows from its source). Outside of a login decision, and so not here:
 * 38 (TLS to the issuer) and the time-out of 39 belong to whoever fetches; 51 is a login that is not by token at all;
 * 55, 56, 58 and the status codes of 57 and 59 belong to the HTTP console, whose identities are decided here;
 * the CREATE USER of 53 and the REVOKEs of 61 are acts, of which only the answer is decided here.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { verify } from '../../src/adapters/jose/verify.ts';
import { decideLogin, type FetchKeys, type LoginResult } from '../../src/core/login/login.ts';
import { at, k1, k1AsPss, k2, noon, stranger, token, without, type Signer, type TokenClaims } from '../fakes/login-keys.ts';

interface Vector {
  readonly title: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly claims?: TokenClaims;
  readonly by?: Signer;
  readonly header?: Readonly<Record<string, string | undefined>>;
  readonly text?: string;
  readonly user: string;
  readonly users?: Readonly<Record<string, { readonly login: boolean }>>;
  readonly version?: string;
  readonly fetchKeys?: FetchKeys;
  readonly is: LoginResult;
}

const no = (step: (LoginResult & { ok: false })['step'], error: string, detail?: string): LoginResult => ({
  ok: false,
  step,
  error,
  ...(detail === undefined ? {} : { detail }),
});
const jwt = 'JWT authentication: ';
const iss = (x: string) => no('issuer', `${jwt}invalid issuer`, `token issued by ${x}`);
const princ = (x: string, u: string) =>
  no('principal', `${jwt}invalid principal`, `token issued for [${x}] and login was for ${u}`);
const aud = no('audience', `${jwt}invalid audience`, 'token issued with an audience of [test_cluster]');
const as = (name: string): LoginResult => ({ ok: true, as: name });

const server = 'server.jwt_authentication.';
const both = JSON.stringify({ keys: [k1.jwk, k2.jwk] });
const base = { [`${server}enabled`]: 'true', [`${server}jwks`]: both };
const set = (rest: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name.includes('_map.') || name.startsWith('security') ? name : `${server}${name}`,
      value,
    ]),
  );
const map = 'server.identity_map.configuration';
const two = '["issuer1","issuer2"]';
const fetched: FetchKeys = async () => [k1.jwk];
const groups = { claim: 'groups', [map]: 'issuer2     1    test_user1', audience: 'test_cluster', issuers: two };
const multi = { ...groups, [map]: 'issuer2 1 test_user1\nissuer2 1 test_user2' };
const upn = { issuers: 'iss', audience: 'test_cluster', claim: 'upn' };
const of = (user: string, issuer = 'issuer1') => ({ iss: issuer, sub: user });
const invalidToken = (step: 'parse' | 'signature' | 'time', detail?: string) => no(step, `${jwt}invalid token`, detail);
const unknownKid = 'key provider 0 failed: failed to find key with key ID "test2" in key set';

const vectors: readonly Vector[] = [
  { title: '1: not enabled', settings: set({ enabled: 'false' }), user: 'test_user1', is: no('enabled', `${jwt}not enabled`) },
  { title: '2: no issuer is configured', settings: set({ issuers: '' }), user: 'test_user1', is: iss('issuer1') },
  {
    title: '3: auto fetch from something that is no URL',
    settings: set({ issuers: 'issuer1', 'jwks_auto_fetch.enabled': 'true' }),
    user: 'invalid_user',
    is: no('keys', `${jwt}unable to validate token`),
  },
  {
    title: '4: a bare JWK',
    settings: set({ issuers: 'issuer1', jwks: JSON.stringify(k1.jwk) }),
    user: 'invalid_user',
    is: princ('test_user1', 'invalid_user'),
  },
  {
    title: '5: a JWK without alg has it inferred',
    settings: set({ issuers: 'issuer1', jwks: JSON.stringify(without(k1.jwk, 'alg')) }),
    user: 'invalid_user',
    is: princ('test_user1', 'invalid_user'),
  },
  {
    title: '6: auto fetch fails whatever keys are pinned',
    settings: set({ issuers: 'issuer1', jwks: JSON.stringify({ keys: [k1.jwk] }), 'jwks_auto_fetch.enabled': 'true' }),
    by: k2,
    user: 'test_user1',
    is: no('keys', `${jwt}unable to validate token`),
  },
  {
    title: '7: the second key of two',
    settings: set({ issuers: 'issuer1' }),
    by: k2,
    user: 'invalid_user',
    is: princ('test_user1', 'invalid_user'),
  },
  {
    title: '8: expired a second ago',
    settings: set({ issuers: 'issuer1' }),
    claims: { exp: at(-1) },
    user: 'test_user1',
    is: invalidToken('time', 'unable to parse token: "exp" not satisfied'),
  },
  {
    title: '9: an unknown kid',
    settings: set({ issuers: 'issuer1' }),
    header: { kid: 'invalid_key_id' },
    user: 'test_user1',
    is: invalidToken(
      'signature',
      'unable to parse token: key provider 0 failed: failed to find key with key ID "invalid_key_id" in key set',
    ),
  },
  {
    title: '10: an unknown kid, in the words of v25.4',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1' }),
    header: { kid: 'test2' },
    user: 'test_user1',
    is: invalidToken('signature', unknownKid),
  },
  {
    title: '10: an unknown kid, in the words before v25.4',
    settings: set({ issuers: 'issuer1' }),
    header: { kid: 'test2' },
    user: 'test_user1',
    is: invalidToken('signature', `unable to parse token: ${unknownKid}`),
  },
  {
    title: '11: everything fits',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: 'test_user1',
    is: as('test_user1'),
  },
  { title: '12: another issuer', settings: set({ issuers: 'issuer2' }), user: 'invalid_user', is: iss('issuer1') },
  {
    title: '14: the first of two issuers',
    settings: set({ issuers: two }),
    user: 'invalid_user',
    is: princ('test_user1', 'invalid_user'),
  },
  {
    title: '15: the second of two issuers',
    settings: set({ issuers: two }),
    claims: of('test_user1', 'issuer2'),
    user: 'invalid_user',
    is: princ('test_user1', 'invalid_user'),
  },
  {
    title: '17: no audience is configured',
    settings: set({ issuers: 'issuer2' }),
    claims: of('test_user1', 'issuer2'),
    user: 'test_user1',
    is: aud,
  },
  {
    title: '18: the claim is missing',
    settings: set({ issuers: 'issuer1', claim: 'groups' }),
    user: 'invalid_user',
    is: no('claim', `${jwt}missing claim`, 'token does not contain a claim for groups'),
  },
  {
    title: '19: a number is mapped',
    settings: set({ ...groups, audience: '' }),
    claims: { iss: 'issuer2', groups: 1 },
    user: 'test_user1',
    is: aud,
  },
  {
    title: '21: a number is mapped and lets in',
    settings: set(groups),
    claims: { iss: 'issuer2', groups: 1 },
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '22: nobody named, one mapped',
    settings: set(groups),
    claims: { iss: 'issuer2', groups: 1 },
    user: '',
    is: as('test_user1'),
  },
  {
    title: '22: nobody named, before v24.3',
    version: 'v24.2.0',
    settings: set(groups),
    claims: { iss: 'issuer2', groups: 1 },
    user: '',
    is: princ('1', ''),
  },
  {
    title: '22: nobody named, two mapped',
    settings: set(multi),
    claims: { iss: 'issuer2', groups: 1 },
    user: '',
    is: princ('1', ''),
  },
  {
    title: '25: the second of two mapped',
    settings: set(multi),
    claims: { iss: 'issuer2', groups: 1 },
    user: 'test_user2',
    is: as('test_user2'),
  },
  {
    title: '25: one of several principals',
    settings: set({ ...groups, [map]: '' }),
    claims: { iss: 'issuer2', groups: ['test_user1', 'test_user2'] },
    user: 'test_user2',
    is: as('test_user2'),
  },
  {
    title: '27: the principal itself, where a map gives another name',
    settings: set({ issuers: two, [map]: 'issuer2 test_user1 test_user2' }),
    claims: of('test_user1', 'issuer2'),
    user: 'test_user1',
    is: princ('test_user1', 'test_user1'),
  },
  {
    title: '29: the mapped name',
    settings: set({ issuers: two, [map]: 'issuer2 test_user1 test_user2' }),
    claims: of('test_user1', 'issuer2'),
    user: 'test_user2',
    is: aud,
  },
  {
    title: '30: mapped to root',
    settings: set({ issuers: two, [map]: 'issuer2 test_user1 root' }),
    claims: of('test_user1', 'issuer2'),
    user: 'root',
    is: no('reserved', `${jwt}invalid identity`, 'cannot use JWT auth to login to a reserved user root'),
  },
  { title: '32: another audience', settings: set({ issuers: 'issuer1', audience: 'audience_2' }), user: 'test_user1', is: aud },
  {
    title: '33: the audience',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '33: one audience of several on both sides',
    settings: set({ issuers: 'issuer1', audience: '["a","test_cluster"]' }),
    claims: { aud: ['b', 'test_cluster'] },
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '35: fetched keys, another audience',
    settings: set({ issuers: 'https://accounts.idp1.com', 'jwks_auto_fetch.enabled': 'true', audience: 'other' }),
    claims: of('test_user1', 'https://accounts.idp1.com'),
    fetchKeys: fetched,
    user: 'test_user1',
    is: aud,
  },
  {
    title: '36: fetched keys',
    settings: set({ issuers: 'https://accounts.idp1.com', 'jwks_auto_fetch.enabled': 't', audience: 'test_cluster' }),
    claims: of('test_user1', 'https://accounts.idp1.com'),
    fetchKeys: fetched,
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '37: fetched keys, pinned keys of somebody else',
    settings: set({
      issuers: 'issuer1',
      'jwks_auto_fetch.enabled': 'on',
      audience: 'test_cluster',
      jwks: JSON.stringify({ keys: [stranger.jwk] }),
    }),
    fetchKeys: fetched,
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '39: the fetch comes to nothing',
    settings: set({ issuers: 'issuer1', 'jwks_auto_fetch.enabled': 'true' }),
    fetchKeys: async () => null,
    user: 'test_user1',
    is: no('keys', `${jwt}unable to validate token`),
  },
  {
    title: '40: an issuer with its address of keys',
    settings: set({
      'issuers.configuration': '{"issuer_jwks_map":{"issuer1":"https://keys.example"}}',
      'jwks_auto_fetch.enabled': 'true',
      audience: 'test_cluster',
    }),
    fetchKeys: async (from) => (from.url === 'https://keys.example' && from.issuer === 'issuer1' ? [k1.jwk] : null),
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '42: somebody else\u2019s token',
    settings: set({ issuers: 'issuer', jwks: JSON.stringify(k1.jwk) }),
    claims: of('test', 'issuer'),
    user: 'jwt_user',
    users: { jwt_user: { login: true } },
    is: princ('test', 'jwt_user'),
  },
  {
    title: '43: the audience is unset',
    settings: set({ issuers: 'issuer2' }),
    claims: of('test2', 'issuer2'),
    user: 'test2',
    is: aud,
  },
  {
    title: '44: the audience is set',
    settings: set({ issuers: 'issuer2', audience: 'test_cluster' }),
    claims: of('test2', 'issuer2'),
    user: 'test2',
    is: as('test2'),
  },
  {
    title: '46: mapped',
    settings: set({ issuers: 'issuer2', audience: 'test_cluster', [map]: 'issuer2 test2 test' }),
    claims: of('test2', 'issuer2'),
    user: 'test',
    is: as('test'),
  },
  {
    title: '47: the claim is unset',
    settings: set({ issuers: 'issuer1' }),
    claims: { sub: 'invalid_user', groups: 'test' },
    user: 'test',
    is: princ('invalid_user', 'test'),
  },
  {
    title: '48: the claim is groups',
    settings: set({ issuers: 'issuer1', claim: 'groups', audience: 'test_cluster' }),
    claims: { sub: 'invalid_user', groups: 'test' },
    user: 'test',
    is: as('test'),
  },
  {
    title: '52: no such user, provisioning off',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', claim: 'name' }),
    claims: { name: 'unprovisioned_jwt_user' },
    user: 'unprovisioned_jwt_user',
    users: {},
    is: no('user', 'password authentication failed for user unprovisioned_jwt_user'),
  },
  {
    title: '53: no such user, provisioning on',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', claim: 'name', 'security.provisioning.jwt.enabled': 'true' }),
    claims: { name: 'unprovisioned_jwt_user' },
    user: 'unprovisioned_jwt_user',
    users: {},
    is: as('unprovisioned_jwt_user'),
  },
  {
    title: '53: provisioning is unknown before v25.4',
    version: 'v25.3.2',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', 'security.provisioning.jwt.enabled': 'true' }),
    user: 'test_user1',
    users: {},
    is: no('user', 'password authentication failed for user test_user1'),
  },
  {
    title: '57: not mapped to the name',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: 'test2',
    is: princ('test_user1', 'test2'),
  },
  {
    title: '59: the user that the token stands for was dropped',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: '',
    users: { other: { login: true } },
    is: no('user', 'password authentication failed for user test_user1'),
  },
  {
    title: '60: role sync without groups in the token',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', 'authorization.enabled': 'true' }),
    user: 'test_user1',
    is: no('authorization', 'JWT authorization: userinfo lookup failed'),
  },
  {
    title: '61: role sync with no groups',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', 'authorization.enabled': 'true' }),
    claims: { groups: [] },
    user: 'test_user1',
    is: no('authorization', 'JWT authorization: empty group list'),
  },
  {
    title: '65: role sync with groups that are no roles',
    version: 'v25.4.0',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', 'authorization.enabled': 'true' }),
    claims: { groups: 'nobody, nothing' },
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '78: a pattern with a closing slash',
    settings: set({ ...upn, [map]: 'iss /^(.*)@x\\.com$/ \\1' }),
    claims: { iss: 'iss', upn: 'alice@x.com' },
    user: 'alice',
    is: no('map', `${jwt}invalid principal`, 'the value [alice@x.com] for the issuer iss is invalid'),
  },
  {
    title: '82: no map at all',
    settings: set(upn),
    claims: { iss: 'iss', upn: 'alice@x.com' },
    user: 'alice',
    is: princ('alice@x.com', 'alice'),
  },
  {
    title: '83: a token without UPN',
    settings: set(upn),
    claims: { iss: 'iss' },
    user: 'alice',
    is: no('claim', `${jwt}missing claim`, 'token does not contain a claim for upn'),
  },
  {
    title: '84: the issuer\u2019s trailing slash counts',
    settings: set({ issuers: 'https://sts.windows.net/T' }),
    claims: of('test_user1', 'https://sts.windows.net/T/'),
    user: 'test_user1',
    is: iss('https://sts.windows.net/T/'),
  },
  {
    title: '85: the SQL user does not exist',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: 'test_user1',
    users: {},
    is: no('user', 'password authentication failed for user test_user1'),
  },
  {
    title: '86: the SQL user has NOLOGIN',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    user: 'test_user1',
    users: { test_user1: { login: false } },
    is: no('user', 'test_user1 does not have login privilege'),
  },
  {
    title: '87: admin is let in as the superuser role',
    settings: set({ ...upn, [map]: 'iss /^(.*)@x\\.com$ \\1' }),
    claims: { iss: 'iss', upn: 'Admin@x.com' },
    user: 'admin',
    is: as('admin'),
  },
  {
    title: '88: no kid',
    settings: set({ issuers: 'issuer1' }),
    header: { kid: undefined },
    user: 'test_user1',
    is: invalidToken(
      'signature',
      'unable to parse token: key provider 0 failed: failed to find matching key: no key ID ("kid") specified in token',
    ),
  },
  {
    title: '90: no exp',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster' }),
    claims: { exp: undefined },
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: '92: wrong issuer and bad signature, in the order of v23.1.5',
    version: 'v23.1.5',
    settings: set({ issuers: 'issuer2' }),
    by: stranger,
    user: 'test_user1',
    is: invalidToken('signature'),
  },
  {
    title: '92: the same from v23.1.17 on',
    version: 'v23.1.17',
    settings: set({ issuers: 'issuer2' }),
    by: stranger,
    user: 'test_user1',
    is: iss('issuer1'),
  },
  {
    title: '92: the same from v23.2.4 on',
    version: 'v23.2.4',
    settings: set({ issuers: 'issuer2' }),
    by: stranger,
    user: 'test_user1',
    is: iss('issuer1'),
  },
  {
    title: '92: but not in v23.2.3',
    version: 'v23.2.3',
    settings: set({ issuers: 'issuer2' }),
    by: stranger,
    user: 'test_user1',
    is: invalidToken('signature'),
  },
];

async function decide(vector: Vector): Promise<LoginResult> {
  const claims = { iss: 'issuer1', sub: 'test_user1', aud: 'test_cluster', exp: at(3600), ...vector.claims };
  return await decideLogin({
    version: vector.version ?? 'v24.3.0',
    settings: { ...base, ...vector.settings },
    token: vector.text ?? (await token(claims, vector.by, vector.header)),
    user: vector.user,
    now: noon,
    verify,
    ...(vector.users === undefined ? {} : { users: vector.users }),
    ...(vector.fetchKeys === undefined ? {} : { fetchKeys: vector.fetchKeys }),
  });
}

for (const vector of vectors) test(`vector ${vector.title}`, async () => assert.deepEqual(await decide(vector), vector.is));

const fine = set({ issuers: 'issuer1', audience: 'test_cluster' });
const notVerified = invalidToken(
  'signature',
  'unable to parse token: could not verify message using any of the signatures or keys',
);
const parsing = (detail: string) => invalidToken('parse', `token parsing failed: ${detail}`);
const pointer = (path: string) => set({ issuers: 'issuer1', audience: 'test_cluster', claim: path });
const nested = {
  user: { name: 'alice', roles: ['viewer', 'editor'] },
  'a/b': 'slash',
  'a~c': 'tilde',
  '~1': 'literal',
  '': 'empty',
};
const noPointer = no('claim', `${jwt}failed to extract claim`);
const newest = 'CockroachDB CCL v26.2.0 (x86_64-pc-linux-gnu, built 2026/05/01)';

const more: readonly Vector[] = [
  {
    title: 'the right key with another algorithm than its JWK names',
    settings: fine,
    by: k1AsPss,
    user: 'test_user1',
    is: notVerified,
  },
  {
    title: 'the right key with any algorithm of its type, where its JWK names none',
    settings: { ...fine, [`${server}jwks`]: JSON.stringify(without(k1.jwk, 'alg')) },
    by: k1AsPss,
    user: 'test_user1',
    is: as('test_user1'),
  },
  { title: 'another key under the same kid', settings: fine, by: stranger, user: 'test_user1', is: notVerified },
  {
    title: 'a key that is for encryption',
    settings: { ...fine, [`${server}jwks`]: JSON.stringify({ ...k1.jwk, use: 'enc' }) },
    user: 'test_user1',
    is: notVerified,
  },
  {
    title: 'a key of another type than the token says',
    settings: { ...fine, [`${server}jwks`]: JSON.stringify({ ...without(k2.jwk, 'alg'), kid: 'test_kid1' }) },
    user: 'test_user1',
    is: invalidToken(
      'signature',
      'unable to parse token: key provider 0 failed: algorithm in the message does not match any of the infered algorithms',
    ),
  },
  {
    title: 'no keys at all',
    settings: { ...fine, [`${server}jwks`]: '{"keys":[]}' },
    header: { kid: 'test2' },
    user: 'test_user1',
    is: invalidToken('signature', `unable to parse token: ${unknownKid}`),
  },
  {
    title: 'what is no token',
    settings: fine,
    text: 'secret',
    user: 'test_user1',
    is: parsing('unknown payload type (payload is not JWT?)'),
  },
  {
    title: 'an unsigned claim set',
    settings: fine,
    text: '{"iss":"issuer1"}',
    user: 'test_user1',
    is: parsing('unknown payload type (payload is not JWT?)'),
  },
  {
    title: 'an encrypted token',
    settings: fine,
    text: 'a.b.c.d.e',
    user: 'test_user1',
    is: parsing('unsupported format (layer: #1)'),
  },
  {
    title: 'a header that is no JSON',
    settings: fine,
    text: `${Buffer.from('x').toString('base64url')}.e30.e30`,
    user: 'test_user1',
    is: parsing("invalid jws message: failed to parse JOSE headers: invalid character 'x' looking for beginning of value"),
  },
  {
    title: 'a header that is no base64',
    settings: fine,
    text: '*.e30.e30',
    user: 'test_user1',
    is: parsing('invalid jws message: failed to decode protected headers: illegal base64 data at input byte 0'),
  },
  {
    title: 'an issuer that is no text',
    settings: fine,
    claims: { iss: 1 },
    user: 'test_user1',
    is: parsing(
      'failed to parse token: failed to decode value for key iss: json: cannot unmarshal number into Go value of type string',
    ),
  },
  {
    title: 'nothing for a password',
    settings: fine,
    text: '',
    user: 'Alice',
    is: no('password', 'password authentication failed for user alice'),
  },
  {
    title: 'alg none',
    settings: fine,
    text: `${Buffer.from('{"alg":"none","kid":"test_kid1"}').toString('base64url')}.${Buffer.from('{"iss":"issuer1"}').toString('base64url')}.`,
    user: 'test_user1',
    is: notVerified,
  },
  {
    title: 'the second it expires',
    settings: fine,
    claims: { exp: at(0) },
    user: 'test_user1',
    is: invalidToken('time', 'unable to parse token: "exp" not satisfied'),
  },
  { title: 'the second before it expires', settings: fine, claims: { exp: at(1) }, user: 'test_user1', is: as('test_user1') },
  { title: 'the second it begins', settings: fine, claims: { nbf: at(0), iat: at(0) }, user: 'test_user1', is: as('test_user1') },
  {
    title: 'a second before it begins',
    settings: fine,
    claims: { nbf: at(1) },
    user: 'test_user1',
    is: invalidToken('time', 'unable to parse token: "nbf" not satisfied'),
  },
  {
    title: 'a second before it was issued',
    settings: fine,
    claims: { iat: at(1), exp: at(-5) },
    user: 'test_user1',
    is: invalidToken('time', 'unable to parse token: "iat" not satisfied'),
  },
  { title: 'exp 0 is as good as none', settings: fine, claims: { exp: 0 }, user: 'test_user1', is: as('test_user1') },
  { title: 'names are compared folded', settings: fine, claims: { sub: 'TEST_USER1' }, user: 'Test_User1', is: as('test_user1') },
  {
    title: 'the time comes after the user since v25.4',
    version: 'v25.4.0',
    settings: fine,
    claims: { exp: at(-1) },
    user: 'other',
    is: princ('test_user1', 'other'),
  },
  {
    title: 'the time still comes since v25.4',
    version: 'v25.4.0',
    settings: fine,
    claims: { exp: at(-1) },
    user: 'test_user1',
    is: invalidToken('time', 'unable to parse token: "exp" not satisfied'),
  },
  {
    title: 'a token without subject is nobody',
    settings: fine,
    claims: { sub: undefined },
    user: '',
    is: no('user', 'password authentication failed for user '),
  },
  {
    title: 'an empty issuers setting is a token without issuer',
    settings: set({ issuers: '', audience: 'test_cluster' }),
    claims: { iss: undefined },
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: 'an empty list of issuers is nobody',
    settings: set({ issuers: '[]' }),
    claims: { iss: undefined },
    user: 'test_user1',
    is: iss(''),
  },
  {
    title: 'numbers, truths and lists print as in Go',
    settings: set({ issuers: 'issuer1', claim: 'odd' }),
    claims: { odd: [1, 1_500_000, true, null, ['a', 2], { b: 1, a: 0.00001 }, 123456] },
    user: 'x',
    is: princ('1 1.5e+06 true <nil> [a 2] map[a:1e-05 b:1] 123456', 'x'),
  },
  {
    title: 'an empty list of principals',
    settings: set({ issuers: 'issuer1', claim: 'g' }),
    claims: { g: [] },
    user: 'x',
    is: no('map', `${jwt}invalid principal`, 'the value [] for the issuer issuer1 is invalid'),
  },
  {
    title: 'the claim setting is unknown before v23.1.2',
    version: 'v23.1.1',
    settings: pointer('groups'),
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: 'a map matches regardless of case in v26.1',
    version: 'v26.1.0',
    settings: set({ ...upn, [map]: 'iss alice@x.com alice' }),
    claims: { iss: 'iss', upn: 'ALICE@X.com' },
    user: 'alice',
    is: as('alice'),
  },
  {
    title: 'a map matches by case in v25.4',
    version: 'v25.4.0',
    settings: set({ ...upn, [map]: 'iss alice@x.com alice' }),
    claims: { iss: 'iss', upn: 'ALICE@X.com' },
    user: 'alice',
    is: no('map', `${jwt}invalid principal`, 'the value [ALICE@X.com] for the issuer iss is invalid'),
  },
  {
    title: 'a map for other issuers is no map',
    settings: set({ issuers: 'issuer1', audience: 'test_cluster', [map]: 'issuer2 a b' }),
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: 'a pointer into the claims',
    version: newest,
    settings: pointer('/user/name'),
    claims: nested,
    user: 'alice',
    is: as('alice'),
  },
  {
    title: 'a pointer into a list',
    version: newest,
    settings: pointer('/user/roles/1'),
    claims: nested,
    user: 'editor',
    is: as('editor'),
  },
  {
    title: 'a pointer with an escaped slash',
    version: newest,
    settings: pointer('/a~1b'),
    claims: nested,
    user: 'slash',
    is: as('slash'),
  },
  {
    title: 'a pointer with an escaped tilde',
    version: newest,
    settings: pointer('/a~0c'),
    claims: nested,
    user: 'tilde',
    is: as('tilde'),
  },
  {
    title: 'a pointer to a name that looks escaped',
    version: newest,
    settings: pointer('/~01'),
    claims: nested,
    user: 'literal',
    is: as('literal'),
  },
  {
    title: 'a pointer to the empty name',
    version: newest,
    settings: pointer('/'),
    claims: nested,
    user: 'empty',
    is: as('empty'),
  },
  {
    title: 'a pointer that leads nowhere',
    version: newest,
    settings: pointer('/user/missing'),
    claims: nested,
    user: 'x',
    is: noPointer,
  },
  { title: 'a pointer through a text', version: newest, settings: pointer('/sub/x'), claims: nested, user: 'x', is: noPointer },
  {
    title: 'a pointer past the end',
    version: newest,
    settings: pointer('/user/roles/5'),
    claims: nested,
    user: 'x',
    is: noPointer,
  },
  {
    title: 'a pointer with a leading zero',
    version: newest,
    settings: pointer('/user/roles/01'),
    claims: nested,
    user: 'x',
    is: noPointer,
  },
  { title: 'a malformed pointer', version: newest, settings: pointer('/a~2'), claims: nested, user: 'x', is: noPointer },
  {
    title: 'a pointer is a plain name before v26.2',
    version: 'v26.1.0',
    settings: pointer('/user/name'),
    claims: nested,
    user: 'alice',
    is: no('claim', `${jwt}missing claim`, 'token does not contain a claim for /user/name'),
  },
  {
    title: 'issuers as an object, in a version that knows no such thing',
    version: 'v24.1.0',
    settings: set({ issuers: '{"issuer_jwks_map":{"issuer1":"https://keys.example"}}' }),
    user: 'test_user1',
    is: iss('issuer1'),
  },
  {
    title: 'issuers as an object count with pinned keys too',
    settings: set({ issuers: '{"issuer_jwks_map":{"issuer1":"https://keys.example"}}', audience: 'test_cluster' }),
    user: 'test_user1',
    is: as('test_user1'),
  },
  {
    title: 'names of Object.prototype are no users',
    settings: fine,
    claims: { sub: 'constructor' },
    user: 'constructor',
    users: {},
    is: no('user', 'password authentication failed for user constructor'),
  },
  {
    title: 'names of Object.prototype are no claims',
    settings: pointer('constructor'),
    user: 'x',
    is: no('claim', `${jwt}missing claim`, 'token does not contain a claim for constructor'),
  },
];
for (const vector of more) test(vector.title, async () => assert.deepEqual(await decide(vector), vector.is));
