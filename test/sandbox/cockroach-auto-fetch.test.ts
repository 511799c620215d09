/**
 * `jwks_auto_fetch`: what a node fetches at a login. Sources: jwtauthccl authentication_jwt.go@00ccda646bf0 (remoteFetchJWKS, getJWKSURI),
 * authentication_jwt_test.go@564ec2815025; the vectors' numbers are those of the field note cockroachdb-login, §7, whose §2.6 and §1.1 have the rest.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { authority } from '../../src/sandbox/certs.ts';
import { startEntra } from '../../src/sandbox/entra/start.ts';
import { refusal, rig, rows, signer } from './cockroach-rig.ts';
import { idp } from './idp.ts';

const dir = mkdtempSync(join(tmpdir(), 'crdb-fetch-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const [trusted, foreign] = [await authority(join(dir, 'ca'), 'entra'), await authority(join(dir, 'foreign'), 'foreign')];
const log: string[] = [];
const r = await rig({ trusted: trusted.caPem, log: (line) => log.push(line) });
const [known, unknown] = [await idp(trusted), await idp(foreign)];
const [first, second] = [await signer('k1'), await signer('k2')];
const jwt = 'server.jwt_authentication.';
let root = await r.connect('root');
await root.query('CREATE USER alice');

const set = (name: string, value: string): Promise<unknown> => root.query(`SET CLUSTER SETTING ${jwt}${name} = $1`, [value]);
const claims = (iss: string) => ({ iss, aud: 'api', upn: 'alice' });

async function comesIn(token: string, user = 'alice'): Promise<unknown> {
  const client = r.withToken(user, token);
  await client.connect();
  return (await rows(client, 'SELECT current_user'))[0]?.[0];
}

async function isRefused(token: string): Promise<string | undefined> {
  log.length = 0;
  assert.deepEqual(await refusal(r.withToken('alice', token).connect()), {
    code: '28000',
    message: 'JWT authentication: unable to validate token',
  });
  return log.find((line) => line.startsWith('unable to fetch jwks'));
}

beforeEach(async () => {
  for (const each of [known, unknown]) {
    each.keys = [first.jwk];
    each.answers.clear();
    each.asked.length = 0;
  }
  const issuers = JSON.stringify([known.url, `${known.url}/`, unknown.url, 'issuer1', 'http://localhost:1']);
  for (const [name, value] of Object.entries({ issuers, audience: 'api', claim: 'upn', jwks: '{"keys":[]}' }))
    await set(name, value);
  for (const name of ['enabled', 'jwks_auto_fetch.enabled']) await set(name, 'true');
  for (const name of ['issuers.custom_ca', 'client.timeout']) await root.query(`RESET CLUSTER SETTING ${jwt}${name}`);
});

test('A token is checked with the keys that its issuer publishes, found by discovery (vectors 35, 36).', async () => {
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
  assert.deepEqual(known.asked, ['/.well-known/openid-configuration', '/keys']);
  const said = await refusal(r.withToken('alice', await first.token({ ...claims(known.url), aud: 'other' })).connect());
  assert.equal(said.message, 'JWT authentication: invalid audience');
});

test('The keys of the setting are ignored (vectors 6, 37).', async () => {
  await set('jwks', JSON.stringify({ keys: [second.jwk] }));
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
  const said = await refusal(r.withToken('alice', await second.token(claims(known.url))).connect());
  assert.equal(said.message, 'JWT authentication: invalid token');
});

test('Every login fetches anew: a key is good from the moment it is published until it is not (§2.6).', async () => {
  const [old, fresh] = [await first.token(claims(known.url)), await second.token(claims(known.url))];
  await comesIn(old);
  known.keys = [second.jwk];
  assert.equal(await comesIn(fresh), 'alice');
  assert.equal((await refusal(r.withToken('alice', old).connect())).message, 'JWT authentication: invalid token');
  assert.equal(known.asked.filter((path) => path === '/keys').length, 3);
});

test('An issuer that ends in a slash is asked without it (getOpenIdConfigEndpoint).', async () => {
  assert.equal(await comesIn(await first.token(claims(`${known.url}/`))), 'alice');
  assert.deepEqual(known.asked, ['/.well-known/openid-configuration', '/keys']);
});

test('Tokens of the Entra stand-in, v1 and v2, are checked with what it publishes, also after its keys were rolled over.', async () => {
  const entra = await startEntra({ dir: join(dir, 'entra'), port: 0, authority: trusted, log: () => undefined });
  try {
    const issuers = [(await entra.discovery('v1')).issuer, (await entra.discovery('v2')).issuer];
    await set('issuers', JSON.stringify(issuers));
    await set('audience', JSON.stringify([entra.audience, entra.scope.replace('/.default', '')]));
    const map = issuers.map((issuer) => `${issuer} /^([a-z]+)@contoso\\.com$ \\1`).join('\n');
    await root.query('SET CLUSTER SETTING server.identity_map.configuration = $1', [map]);
    for (const version of ['v1', 'v2'] as const)
      assert.equal(await comesIn(entra.tokenFor('alice@contoso.com', { version })), 'alice', version);
    entra.rotateKeys('at_once');
    assert.equal(await comesIn(entra.tokenFor('alice@contoso.com')), 'alice');
  } finally {
    await root.query('RESET CLUSTER SETTING server.identity_map.configuration');
    await entra.stop();
  }
});

test('With issuer_jwks_map the mapped address is asked, and discovery is not (vector 40).', async () => {
  known.answers.set('/.well-known/openid-configuration', { status: 500, body: 'not this' });
  await set('issuers', JSON.stringify({ issuer_jwks_map: { [known.url]: `${known.url}/mapped` } }));
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
  assert.deepEqual(known.asked, ['/mapped']);
  const said = await refusal(r.withToken('alice', await first.token(claims(unknown.url))).connect());
  assert.equal(said.message, 'JWT authentication: invalid issuer');
});

test('An issuer whose certificate is of an authority that the nodes do not know needs custom_ca (vector 38).', async () => {
  const token = await first.token(claims(unknown.url));
  assert.match((await isRefused(token)) ?? '', /certificate/);
  await set('issuers.custom_ca', r.ca.caPem);
  await isRefused(token);
  await set('issuers.custom_ca', readFileSync(foreign.caFile, 'utf8'));
  assert.equal(await comesIn(token), 'alice');
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
  for (const wrong of ['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
    assert.match(
      (await refusal(set('issuers.custom_ca', wrong))).message,
      /JWT authentication issuer custom CA certificate not valid$/,
    );
  }
});

test('An issuer that says nothing is given up after client.timeout, not after its default of 15 s (vector 39).', {
  timeout: 12_000,
}, async () => {
  known.answers.set('/.well-known/openid-configuration', null);
  await set('client.timeout', '400ms');
  assert.match((await isRefused(await first.token(claims(known.url)))) ?? '', /aborted/);
});

for (const [what, path, answer, said] of [
  [
    'that does not say where its keys are',
    '/.well-known/openid-configuration',
    { body: '{}' },
    /no JWKS URI found in OpenID configuration$/,
  ],
  ['that is broken', '/keys', { status: 500, body: '{"keys":[]}' }, /: 500 /],
  ['that answers with nonsense', '/.well-known/openid-configuration', { body: '<html>' }, /invalid character '<'/],
  ['whose keys are none', '/keys', { body: '"keys"' }, /failed to unmarshal JWK set/],
  [
    'that does not stop talking',
    '/keys',
    { body: `{"keys":[],"x":"${'x'.repeat(1024 * 1024)}"}` },
    /response body exceeds 1048576 bytes$/,
  ],
] as const) {
  test(`With an issuer ${what} nobody gets in, the client is told nothing of it, and the node's log has it.`, async () => {
    known.answers.set(path, answer);
    assert.match((await isRefused(await first.token(claims(known.url)))) ?? 'nothing', said);
  });
}

test('An issuer that is no address is told apart in the log alone (vector 3); one that is not there as well.', async () => {
  assert.equal(
    await isRefused(await first.token(claims('issuer1'))),
    'unable to fetch jwks: Get "issuer1/.well-known/openid-configuration": unsupported protocol scheme ""',
  );
  assert.match((await isRefused(await first.token(claims('http://localhost:1')))) ?? '', /ECONNREFUSED/);
});

async function as(version: string): Promise<pg.Client> {
  await r.restart({ version });
  return await r.connect('root');
}

test('As v24.1 nodes fetch, without a setting for whom they trust; as v23.1.5 there is nothing of it (PR 119768).', async () => {
  root = await as('v24.1.8');
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
  assert.equal((await refusal(set('issuers.custom_ca', 'x'))).message, `unknown cluster setting '${jwt}issuers.custom_ca'`);
  root = await as('v23.1.5');
  assert.equal(
    (await refusal(set('jwks_auto_fetch.enabled', 'true'))).message,
    `unknown cluster setting '${jwt}jwks_auto_fetch.enabled'`,
  );
  const said = await refusal(r.withToken('alice', await first.token(claims(known.url))).connect());
  assert.deepEqual(said, { code: '28000', message: 'JWT authentication: invalid token' });
  // What is stored for a setting that this version does not know is left alone.
  root = await as('v25.2.4');
  assert.equal(await comesIn(await first.token(claims(known.url))), 'alice');
});
