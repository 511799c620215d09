/**
 * The decision against an expectation that is built without calling it: the generator chooses for every step whether it passes,
 * builds settings, users and token accordingly, and expects the first failing step in the order of the version.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { verify } from '../../src/adapters/jose/verify.ts';
import { decideLogin } from '../../src/core/login/login.ts';
import { at, k1, k2, noon, token } from '../fakes/login-keys.ts';
import { runs } from '../runs.ts';

const early = [
  'user',
  'enabled',
  'parse',
  'signature',
  'time',
  'issuer',
  'claim',
  'map',
  'principal',
  'reserved',
  'audience',
] as const;
const middle = [
  'user',
  'enabled',
  'parse',
  'issuer',
  'keys',
  'signature',
  'time',
  'claim',
  'map',
  'principal',
  'reserved',
  'audience',
] as const;
const late = [
  ...(['enabled', 'parse', 'issuer', 'keys', 'signature', 'claim', 'map', 'principal'] as const),
  ...(['user', 'time', 'reserved', 'audience', 'authorization'] as const),
];
type Step = (typeof middle)[number] | (typeof late)[number];

const versions: readonly (readonly [string, readonly Step[]])[] = [
  ['v23.1.5', early],
  ['23.1.16', early],
  ['v23.2.0', early],
  ['v23.1.17', middle],
  ['v23.2.4', middle],
  ['24.1', middle],
  ['CockroachDB CCL v24.3.0 (x86_64-pc-linux-gnu, built 2024/11/15)', middle],
  ['v25.3.9', middle],
  ['v25.4.0', late],
  ['v26.1.3', late],
  ['v26.4.0-alpha.00000000', late],
];

const messages: Readonly<Record<Step, RegExp>> = {
  user: /^password authentication failed for user \S+$|^\S+ does not have login privilege$/,
  enabled: /^JWT authentication: not enabled$/,
  parse: /^JWT authentication: invalid token$/,
  issuer: /^JWT authentication: invalid issuer$/,
  keys: /^JWT authentication: unable to validate token$/,
  signature: /^JWT authentication: invalid token$/,
  time: /^JWT authentication: invalid token$/,
  claim: /^JWT authentication: missing claim$/,
  map: /^JWT authentication: invalid principal$/,
  principal: /^JWT authentication: invalid principal$/,
  reserved: /^JWT authentication: invalid identity$/,
  audience: /^JWT authentication: invalid audience$/,
  authorization: /^JWT authorization: (userinfo lookup failed|empty group list)$/,
};

/** Mostly passing, so that the late steps are reached. */
const mostly = <const P extends string, const F extends string>(pass: readonly P[], fail: readonly F[]): fc.Arbitrary<P | F> =>
  fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...pass) }, { weight: 1, arbitrary: fc.constantFrom(...fail) });

const worlds = fc.record({
  version: fc.constantFrom(...versions),
  user: mostly(['exists', 'all'], ['missing', 'nologin']),
  provisioning: fc.boolean(),
  enabled: mostly(['true', 't', 'on'], ['false', 'off']),
  parse: mostly(['jws'], ['no token', '{"iss":"issuer"}', '!.e30.e30', 'e30.!.e30']),
  issuer: mostly(['text', 'list', 'alias'], ['other', 'slash', 'empty list']),
  keys: mostly(['pinned', 'fetched'], ['unreachable']),
  signature: mostly(['good', 'bare', 'no alg'], ['no kid', 'unknown kid', 'other key', 'enc', 'wrong kty']),
  time: mostly(['fine', 'without'], ['exp', 'nbf', 'iat']),
  claim: mostly(['upn', 'sub'], ['missing']),
  map: mostly(['none', 'pattern', 'literal'], ['other']),
  principal: mostly(['same', 'case'], ['different']),
  reserved: mostly(['alice', 'admin', 'o.brien-2'], ['root', 'node', 'public', 'none', 'pg_x', 'crdb_internal_x']),
  audience: mostly(['text', 'list'], ['other', 'unset']),
  authorization: mostly(['off', 'groups', 'text'], ['absent', 'empty']),
});
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

const passes: Readonly<Record<Step, readonly string[]>> = {
  user: ['exists', 'all'],
  enabled: ['true', 't', 'on'],
  parse: ['jws'],
  issuer: ['text', 'list', 'alias'],
  keys: ['pinned', 'fetched'],
  signature: ['good', 'bare', 'no alg'],
  time: ['fine', 'without'],
  claim: ['upn', 'sub'],
  map: ['none', 'pattern', 'literal'],
  principal: ['same', 'case'],
  reserved: ['alice', 'admin', 'o.brien-2'],
  audience: ['text', 'list'],
  authorization: ['off', 'groups', 'text'],
};

function expected(world: World): Step | null {
  const [, order] = world.version;
  const created = order === late && world.provisioning && world.user === 'missing';
  // What is fetched replaces what is pinned, whatever was wrong with that; a token that names no known kid stays wrong.
  const saved = order !== early && world.keys === 'fetched' && ['enc', 'wrong kty'].includes(world.signature);
  const failing = order.filter((step) => !passes[step].includes(world[step]));
  return failing.find((step) => !(step === 'user' && created) && !(step === 'signature' && saved)) ?? null;
}

const issuerTexts: Readonly<Record<World['issuer'], string>> = {
  text: 'https://issuer/t',
  alias: 'https://issuer/t',
  list: '["x","https://issuer/t"]',
  other: 'https://issuer/u',
  slash: 'https://issuer/t/',
  'empty list': '[]',
};

function pinned(how: World['signature']): string {
  const bare = { ...k2.jwk };
  const { alg: _, ...noAlg } = k2.jwk;
  const { alg: __, ...other } = k1.jwk;
  const texts: Partial<Record<World['signature'], unknown>> = {
    bare,
    'no alg': { keys: [k1.jwk, noAlg] },
    enc: { keys: [{ ...k2.jwk, use: 'enc' }] },
    'wrong kty': { keys: [{ ...other, kid: 'test_kid2' }] },
  };
  return JSON.stringify(texts[how] ?? { keys: [k1.jwk, k2.jwk] });
}

const mapTexts: Readonly<Record<World['map'], (name: string) => string>> = {
  none: () => 'https://elsewhere a b',
  pattern: () => '# people\nhttps://issuer/t /(?i)^([a-z0-9_.-]+)@x\\.com$ \\1',
  literal: (name) => `https://issuer/t ${name}@x.com ${name}`,
  other: () => 'https://issuer/t nobody@x.com nobody',
};

/** Name mapped to, the principal it is mapped from, and the name that is asked for. */
function names(world: World): { principal: string; asked: string } {
  const mapped = world.principal === 'different' ? 'somebody.else' : world.reserved;
  return {
    principal: world.map === 'none' ? mapped : `${mapped}@x.com`,
    asked: world.principal === 'case' ? world.reserved.toUpperCase() : world.reserved,
  };
}

function settingsOf(world: World): Record<string, string> {
  const mapped = world.principal === 'different' ? 'somebody.else' : world.reserved;
  const jwt = 'server.jwt_authentication.';
  return {
    [`${jwt}enabled`]: world.enabled,
    [world.issuer === 'alias' ? `${jwt}issuers.configuration` : `${jwt}issuers`]: issuerTexts[world.issuer],
    [`${jwt}jwks`]: pinned(world.signature),
    [`${jwt}jwks_auto_fetch.enabled`]: String(world.keys !== 'pinned'),
    [`${jwt}claim`]: world.claim === 'sub' ? '' : 'upn',
    [`${jwt}audience`]: { text: 'api', list: '["a","api"]', other: 'apj', unset: '' }[world.audience],
    [`${jwt}authorization.enabled`]: String(world.authorization !== 'off'),
    'security.provisioning.jwt.enabled': String(world.provisioning),
    'server.identity_map.configuration': mapTexts[world.map](mapped),
  };
}

async function tokenOf(world: World): Promise<string> {
  if (world.parse !== 'jws') return world.parse;
  const { principal } = names(world);
  const who = { upn: { upn: principal, sub: 'x' }, sub: { sub: principal }, missing: { sub: principal } }[world.claim];
  const times = {
    fine: { iat: at(-300), nbf: at(-300), exp: at(1) },
    without: {},
    exp: { exp: at(0) },
    nbf: { nbf: at(1) },
    iat: { iat: at(1) },
  }[world.time];
  const groups = { off: {}, groups: { groups: ['a'] }, text: { groups: 'a,b' }, absent: {}, empty: { groups: [] } }[
    world.authorization
  ];
  const kid = { 'no kid': undefined, 'unknown kid': 'test_kid9' } as const;
  const header = world.signature in kid ? { kid: kid[world.signature as keyof typeof kid] } : {};
  const signed = await token({ iss: 'https://issuer/t', aud: 'api', ...who, ...times, ...groups }, k2, header);
  if (world.signature !== 'other key') return signed;
  const [head, , signature] = signed.split('.');
  const [, payload] = (await token({ iss: 'https://issuer/t', aud: 'api', more: 1, ...who, ...times, ...groups }, k2)).split('.');
  return [head, payload, signature].join('.');
}

test('every login is refused at the first failing step of its version, and let in as its user when none fails', async () => {
  const reached = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { asked } = names(world);
      const users = {
        exists: { [world.reserved]: { login: true } },
        nologin: { [world.reserved]: { login: false } },
        missing: {},
        all: undefined,
      }[world.user];
      const answer = await decideLogin({
        version: world.version[0],
        settings: settingsOf(world),
        ...(users === undefined ? {} : { users }),
        token: await tokenOf(world),
        user: asked,
        now: noon,
        verify,
        fetchKeys: async () => (world.keys === 'fetched' ? [k1.jwk, k2.jwk] : null),
      });
      const step = expected(world);
      reached.set(step ?? 'in', (reached.get(step ?? 'in') ?? 0) + 1);
      if (step === null) return assert.deepEqual(answer, { ok: true, as: world.reserved });
      assert.ok(!answer.ok, `let in as ${answer.ok ? answer.as : ''}, though ${step} should refuse`);
      assert.equal(answer.step, step);
      assert.match(answer.error, messages[step]);
    }),
    runs(600, 8000),
  );
  // A generator that never gets somewhere proves nothing about it.
  for (const place of [...Object.keys(messages), 'in']) assert.ok((reached.get(place) ?? 0) > 0, `no run ended at ${place}`);
});

test('no settings, token or user make the decision throw', async () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('true', '["a"]', '{"keys":[{}]}', 'a /( \\1'),
  );
  const names = ['enabled', 'issuers', 'audience', 'jwks', 'claim', 'jwks_auto_fetch.enabled', 'authorization.enabled'];
  const settings = fc.record(
    Object.fromEntries([
      ...names.map((name) => [`server.jwt_authentication.${name}`, anything]),
      ['server.identity_map.configuration', anything],
    ]),
  );
  const part = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  const tokens = fc.oneof(
    anything,
    fc.tuple(part, part, part).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(settings, tokens, anything, fc.constantFrom(...versions), async (given, text, user, [version]) => {
      const enabled = { ...given, 'server.jwt_authentication.enabled': 'true', 'server.jwt_authentication.issuers': '' };
      for (const settings of [given, enabled]) {
        const answer = await decideLogin({ version, settings, token: text, user, now: noon, verify });
        assert.equal(answer.ok, false);
      }
    }),
    runs(1000, 8000),
  );
});
