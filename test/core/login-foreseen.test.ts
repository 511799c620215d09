import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { verify } from '../../src/adapters/jose/verify.ts';
import type { Settings } from '../../src/core/cluster/cluster.ts';
import { foreseeSignature } from '../../src/core/login/keys.ts';
import { decideClaims, decideLogin } from '../../src/core/login/login.ts';
import { k1, k2, noon, token, without } from '../fakes/login-keys.ts';

const issuer = 'https://login.microsoftonline.com/t/v2.0';
const published = [without(k1.jwk, 'alg')];
const settings: Settings = {
  'server.jwt_authentication.enabled': 'true',
  'server.jwt_authentication.issuers': issuer,
  'server.jwt_authentication.audience': 'api',
  'server.jwt_authentication.jwks': JSON.stringify({ keys: published }),
  'server.jwt_authentication.claim': 'upn',
  'server.identity_map.configuration': `${issuer} /(?i)^([a-z0-9._-]+)@contoso\\.com$ \\1`,
};
const claims = { iss: issuer, aud: 'api', upn: 'Alice@contoso.com' };
const facts = { version: 'v25.2.1', settings, user: 'alice', users: { alice: { login: true } }, now: noon };

test('a login is foreseen from the claims that the token will have', async () => {
  assert.deepEqual(await decideClaims({ ...facts, claims, signature: null }), { ok: true, as: 'alice' });
});

test('a foreseen login says which step will refuse it', async () => {
  const foresee = async (more: Settings, signature: string | null = null) =>
    await decideClaims({ ...facts, settings: { ...settings, ...more }, claims, signature });
  assert.deepEqual(await foresee({ 'server.jwt_authentication.enabled': 'false' }), {
    ok: false,
    step: 'enabled',
    error: 'JWT authentication: not enabled',
  });
  assert.deepEqual(await foresee({}, foreseeSignature('{"keys":[]}', published)), {
    ok: false,
    step: 'signature',
    error: 'JWT authentication: invalid token',
    detail: 'unable to parse token: key provider 0 failed: failed to find key with key ID "test_kid1" in key set',
  });
  assert.deepEqual(await foresee({ 'server.identity_map.configuration': '' }), {
    ok: false,
    step: 'principal',
    error: 'JWT authentication: invalid principal',
    detail: 'token issued for [Alice@contoso.com] and login was for alice',
  });
});

test('where nodes fetch keys themselves, what is foreseen of the signature counts and no fetch is made', async () => {
  const fetching = { ...settings, 'server.jwt_authentication.jwks_auto_fetch.enabled': 'true' };
  assert.deepEqual(await decideClaims({ ...facts, settings: fetching, claims, signature: null }), { ok: true, as: 'alice' });
});

test('a foreseen login and the login with that token are decided alike', async () => {
  const world = fc.record({
    version: fc.constantFrom('v23.1.5', 'v24.3.0', 'v25.4.0', 'v26.2.0'),
    enabled: fc.constantFrom('true', 'true', 'false'),
    issuers: fc.constantFrom(issuer, `["x","${issuer}"]`, 'https://other'),
    audience: fc.constantFrom('api', '["api"]', ''),
    claim: fc.constantFrom('upn', '', 'oid', '/upn'),
    jwks: fc.constantFrom(
      JSON.stringify({ keys: published }),
      JSON.stringify(k1.jwk),
      JSON.stringify({ keys: [k2.jwk] }),
      '{"keys":[]}',
    ),
    map: fc.constantFrom(settings['server.identity_map.configuration'] ?? '', '', `${issuer} a b`, `${issuer} /. root`),
    user: fc.constantFrom('alice', 'ALICE', 'bob', 'root', ''),
    login: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ version, login, user, map, ...jwt }) => {
      const given = {
        version,
        user,
        now: noon,
        users: { alice: { login }, root: { login: true }, 'alice@contoso.com': { login: true } },
        settings: {
          'server.identity_map.configuration': map,
          ...Object.fromEntries(Object.entries(jwt).map(([name, value]) => [`server.jwt_authentication.${name}`, value])),
        },
      };
      const foreseen = await decideClaims({ ...given, claims, signature: foreseeSignature(jwt.jwks, published) });
      assert.deepEqual(foreseen, await decideLogin({ ...given, token: await token(claims), verify }));
    }),
    { numRuns: 400 },
  );
});
