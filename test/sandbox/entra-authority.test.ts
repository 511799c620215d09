/** The authority of the Entra stand-in. Page names are those of MicrosoftDocs/entra-docs, docs/identity-platform/. */
import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey, verify, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { teamsAppId } from '../../src/sandbox/people.ts';
import { oidOf, part, type Rig, rig } from './entra-setup.ts';

let r: Rig;
before(async () => {
  r = await rig();
});
after(() => r.stop());

const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

function passwordOf(key: string): { username: string; password: string } {
  const file = JSON.parse(readFileSync(join(r.dir, 'entra', 'az-credentials.json'), 'utf8')) as {
    people: Record<string, { username: string; password: string }>;
  };
  const one = file.people[key];
  assert.ok(one);
  return one;
}

const signIn = (key: string, more: Record<string, string> = {}) =>
  r.token({ grant_type: 'password', client_id: azureCli, scope: r.entra.scope, ...passwordOf(key), ...more });

async function keyOf(token: string): Promise<JsonWebKey> {
  const { body } = await r.get(`/${r.entra.tenantId}/discovery/v2.0/keys`);
  const key = (body['keys'] as (JsonWebKey & { kid: string })[]).find((k) => k.kid === part(token, 0)['kid']);
  assert.ok(key, 'the token names a published key');
  return key;
}

async function isSigned(token: string): Promise<boolean> {
  const [head, body, signature = ''] = token.split('.');
  const key = createPublicKey({ key: await keyOf(token), format: 'jwk' });
  return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
}

test('v1 and v2 have a discovery document each, and only the v1 issuer ends in a slash (access-tokens.md, "v1.0 and v2.0 tokens"; access-token-claims-reference.md, "iss")', async () => {
  const v1 = await r.get(`/${r.entra.tenantId}/.well-known/openid-configuration`);
  const v2 = await r.get(`/${r.entra.tenantId}/v2.0/.well-known/openid-configuration`);
  assert.equal(v1.body['issuer'], `${r.entra.authority}/${r.entra.tenantId}/`);
  assert.equal(v2.body['issuer'], `${r.entra.authority}/${r.entra.tenantId}/v2.0`);
  assert.equal(v1.body['jwks_uri'], `${r.entra.authority}/${r.entra.tenantId}/discovery/keys`);
  assert.equal(v2.body['jwks_uri'], r.entra.jwksUrl);
  assert.equal((await r.entra.discovery()).issuer, v2.body['issuer']);
});

test('several keys are published, each with kid, x5t, n, e, x5c and issuer and none with alg (access-tokens.md, "Validate the issuer"; signing-key-rollover.md)', async () => {
  const { body } = await r.get(`/${r.entra.tenantId}/discovery/v2.0/keys`);
  const keys = body['keys'] as Record<string, unknown>[];
  assert.ok(keys.length >= 2);
  for (const key of keys) {
    assert.deepEqual(Object.keys(key).sort(), ['e', 'issuer', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
    assert.deepEqual([key['kty'], key['use'], key['x5t']], ['RSA', 'sig', key['kid']]);
    const cert = new X509Certificate(Buffer.from(String((key['x5c'] as string[])[0]), 'base64'));
    assert.equal(cert.publicKey.export({ format: 'jwk' }).n, key['n'], 'the certificate is for this key');
  }
});

test('a rollover signs with a key that was published before, and keeps the one that signed until now (signing-key-rollover.md)', async () => {
  const kids = async (): Promise<unknown[]> =>
    ((await r.get(`/${r.entra.tenantId}/discovery/keys`)).body['keys'] as { kid: string }[]).map((k) => k.kid);
  const [before, old] = [await kids(), r.entra.tokenFor('alice@contoso.com')];
  r.entra.rotateKeys();
  const fresh = r.entra.tokenFor('alice@contoso.com');
  assert.notEqual(part(fresh, 0)['kid'], part(old, 0)['kid']);
  assert.ok(before.includes(part(fresh, 0)['kid']));
  assert.ok(await isSigned(old));
  assert.ok(await isSigned(fresh));
  r.entra.rotateKeys('at_once');
  assert.equal(
    (await kids()).some((k) => before.includes(k)),
    false,
  );
});

test('a rollover goes in three phases: a key is published, then it signs, then the one that signed before is withdrawn', async () => {
  const { rollover } = r.entra;
  const kids = async (): Promise<string[]> =>
    ((await r.get(`/${r.entra.tenantId}/discovery/v2.0/keys`)).body['keys'] as { kid: string }[]).map((k) => k.kid);
  const signedBy = (): unknown => part(r.entra.tokenFor('alice@contoso.com'), 0)['kid'];
  const [before, old, token] = [await kids(), signedBy(), r.entra.tokenFor('alice@contoso.com')];
  assert.equal(rollover.withdraw(), null, 'nothing signed before');
  const made = rollover.publish();
  assert.deepEqual(await kids(), [...before, made]);
  assert.equal(signedBy(), old, 'nothing is signed with it yet');
  assert.equal(rollover.sign(), made);
  assert.equal(rollover.sign(), made, 'it signs already');
  assert.equal(signedBy(), made);
  assert.ok(await isSigned(token), 'the old one stays published');
  assert.deepEqual(
    rollover.kids().filter(({ signs }) => signs),
    [{ kid: made, signs: true }],
  );
  assert.equal(rollover.withdraw(), old);
  assert.equal(rollover.withdraw(), null);
  assert.deepEqual(await kids(), [...before.filter((kid) => kid !== old), made]);
  assert.deepEqual(
    rollover.kids().map(({ kid }) => kid),
    await kids(),
  );
});

test('a user token of a v2 API has the claims of the reference, with upn because the API asks for it (access-token-claims-reference.md, optional-claims-reference.md)', async () => {
  const { status, body } = await signIn('alice');
  assert.equal(status, 200);
  const token = String(body['access_token']);
  assert.ok(await isSigned(token));
  assert.deepEqual(Object.keys(part(token, 0)).sort(), ['alg', 'kid', 'typ']);
  const claims = part(token, 1);
  assert.deepEqual(
    [claims['iss'], claims['aud'], claims['azp'], claims['azpacr'], claims['ver'], claims['tid'], claims['oid'], claims['scp']],
    [
      `${r.entra.authority}/${r.entra.tenantId}/v2.0`,
      r.entra.audience,
      azureCli,
      '0',
      '2.0',
      r.entra.tenantId,
      oidOf('alice'),
      'user_impersonation',
    ],
  );
  assert.deepEqual(
    [claims['upn'], claims['preferred_username'], claims['name']],
    ['alice@contoso.com', 'alice@contoso.com', 'Alice Park'],
  );
  assert.equal(claims['unique_name'], undefined);
  assert.equal(claims['appid'], undefined);
});

test('a token lives for 60 to 90 minutes from now, and iat and nbf are the same moment a little ago (access-tokens.md, "Token lifetime" and the example tokens)', async () => {
  const { body } = await signIn('alice');
  const { iat, nbf, exp } = part(String(body['access_token']), 1) as { iat: number; nbf: number; exp: number };
  const now = Date.now() / 1000;
  assert.equal(iat, nbf);
  assert.ok(now - iat > 290 && now - iat < 320);
  assert.ok(exp - now > 3590 && exp - now < 5410);
  assert.ok(Math.abs(Number(body['expires_in']) - (exp - now)) < 5);
});

test('requestedAccessTokenVersion of the API decides the version, whatever the endpoint; v1 has unique_name, appid, the trailing slash and x5t (access-tokens.md, "Token formats"; access-token-claims-reference.md, "Header claims")', async () => {
  r.entra.api.requestedAccessTokenVersion = null;
  const token = String((await signIn('alice')).body['access_token']);
  const byId = String((await signIn('alice', { scope: `${r.entra.audience}/.default` })).body['access_token']);
  r.entra.api.requestedAccessTokenVersion = 2;
  const claims = part(token, 1);
  assert.deepEqual(
    [
      claims['iss'],
      claims['ver'],
      claims['appid'],
      claims['unique_name'],
      claims['upn'],
      claims['preferred_username'],
      claims['azp'],
    ],
    [
      `${r.entra.authority}/${r.entra.tenantId}/`,
      '1.0',
      azureCli,
      'alice@contoso.com',
      'alice@contoso.com',
      undefined,
      undefined,
    ],
  );
  assert.equal(part(token, 0)['x5t'], part(token, 0)['kid']);
  assert.equal(claims['aud'], 'api://crdb-prod', 'the resource as it was asked for');
  assert.equal(part(byId, 1)['aud'], r.entra.audience, 'the resource as it was asked for');
});

test('without the optional claim a v2 token has no upn; a guest has none without the property that asks for it, in two spellings (optional-claims-reference.md)', async () => {
  const upn = async (key: string): Promise<unknown> => part(String((await signIn(key)).body['access_token']), 1)['upn'];
  assert.equal(await upn('erin'), undefined);
  r.entra.api.guestUpn = 'include_externally_authenticated_upn';
  assert.equal(await upn('erin'), 'erin_partner.example#EXT#@contoso.com');
  r.entra.api.guestUpn = 'include_externally_authenticated_upn_without_hash';
  assert.equal(await upn('erin'), 'erin_partner.example_EXT_@contoso.com');
  r.entra.api.upnOptionalClaim = false;
  assert.equal(await upn('alice'), undefined);
  r.entra.api.upnOptionalClaim = true;
  r.entra.api.guestUpn = 'none';
});

test('a guest is told by idp, and is preferred_username at home (access-token-claims-reference.md, "idp")', async () => {
  const claims = part(String((await signIn('erin')).body['access_token']), 1);
  assert.match(String(claims['idp']), /^https:\/\/sts\.windows\.net\/[0-9a-f-]{36}\/$/);
  assert.equal(claims['preferred_username'], 'erin@partner.example');
});

test('sub is the same at every sign-in and another one for everybody, and is not the object id (access-token-claims-reference.md, "sub")', async () => {
  const sub = async (key: string): Promise<string> => String(part(String((await signIn(key)).body['access_token']), 1)['sub']);
  assert.equal(await sub('alice'), await sub('alice'));
  assert.notEqual(await sub('alice'), await sub('alice2'));
  assert.notEqual(await sub('alice'), oidOf('alice'));
});

test('an app token for Graph carries the consented permissions as roles and no user (v2-oauth2-client-creds-grant-flow.md)', async () => {
  const claims = part(await r.graphToken(), 1);
  assert.deepEqual(
    [claims['aud'], claims['roles'], claims['idtyp']],
    ['https://graph.microsoft.com', ['Directory.Read.All'], 'app'],
  );
  assert.equal(claims['upn'], undefined);
  assert.equal(claims['scp'], undefined);
});

const app = (more: Record<string, string>) => ({
  grant_type: 'client_credentials',
  client_id: r.entra.clientId,
  client_secret: r.entra.clientSecret,
  scope: 'https://graph.microsoft.com/.default',
  ...more,
});

/** Codes and meanings: reference-error-codes.md. */
const refusals: readonly (readonly [
  string,
  () => Promise<{ status: number; body: Record<string, unknown> }>,
  number,
  string,
  number,
])[] = [
  ['a wrong client secret', () => r.token(app({ client_secret: 'wrong' })), 401, 'invalid_client', 7000215],
  ['an unknown client', () => r.token(app({ client_id: azureCli })), 400, 'unauthorized_client', 700016],
  [
    'a scope without /.default',
    () => r.token(app({ scope: 'https://graph.microsoft.com/User.Read' })),
    400,
    'invalid_scope',
    1002012,
  ],
  ['an unknown resource', () => r.token(app({ scope: 'api://nobody/.default' })), 400, 'invalid_resource', 500011],
  [
    'no proof at all',
    () => r.token({ grant_type: 'client_credentials', client_id: r.entra.clientId, scope: 'x/.default' }),
    401,
    'invalid_client',
    7000216,
  ],
  ['an unknown grant', () => r.token(app({ grant_type: 'magic' })), 400, 'unsupported_grant_type', 70003],
  ['an unknown tenant', () => r.token(app({}), '11111111-1111-4111-8111-111111111111'), 400, 'invalid_request', 90002],
  [
    'an unknown tenant at discovery',
    () => r.get('/nobody.example/v2.0/.well-known/openid-configuration'),
    400,
    'invalid_request',
    90002,
  ],
  ['a disabled account', () => signIn('frank'), 400, 'invalid_grant', 50057],
  ['a wrong password', () => signIn('alice', { password: 'wrong' }), 400, 'invalid_grant', 50126],
  ['a user that does not exist', () => signIn('alice', { username: 'nobody@contoso.com' }), 400, 'invalid_grant', 50034],
  [
    'a user token for an unknown resource',
    () => signIn('alice', { scope: 'api://nobody/.default' }),
    400,
    'invalid_resource',
    500011,
  ],
  [
    'a refresh token that nobody was given',
    () => r.token({ grant_type: 'refresh_token', client_id: azureCli, refresh_token: 'x', scope: r.entra.scope }),
    400,
    'invalid_grant',
    9002313,
  ],
];
for (const [what, ask, status, error, code] of refusals) {
  test(`${what} is refused with AADSTS${code} (reference-error-codes.md)`, async () => {
    const answer = await ask();
    assert.deepEqual([answer.status, answer.body['error'], answer.body['error_codes']], [status, error, [code]]);
    assert.match(
      String(answer.body['error_description']),
      new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `),
    );
    for (const member of ['timestamp', 'trace_id', 'correlation_id', 'error_uri'])
      assert.equal(typeof answer.body[member], 'string', member);
    assert.equal(JSON.stringify(answer.body).includes(r.entra.clientSecret), false);
  });
}

test('a refresh token gives a new token until the account is disabled (v2-oauth2-auth-code-flow.md, "Refresh the access token")', async () => {
  const alice = oidOf('alice');
  const { body } = await signIn('alice', { scope: `${r.entra.scope} offline_access` });
  const refresh = () =>
    r.token({
      grant_type: 'refresh_token',
      client_id: azureCli,
      refresh_token: String(body['refresh_token']),
      scope: r.entra.scope,
    });
  assert.equal((await refresh()).status, 200);
  r.entra.people.setEnabled(alice, false);
  assert.deepEqual((await refresh()).body['error_codes'], [50057]);
  r.entra.people.setEnabled(alice, true);
});

test("keys, secret and passwords stay across a restart, the files are their owner's alone, and a second stop does no harm", async () => {
  const [token, secret, before] = [r.entra.tokenFor('bob@contoso.com'), r.entra.clientSecret, passwordOf('bob')];
  await r.entra.stop();
  await r.restart();
  assert.ok(await isSigned(token));
  assert.equal(r.entra.clientSecret, secret);
  assert.deepEqual(passwordOf('bob'), before);
  for (const name of readdirSync(join(r.dir, 'entra')))
    assert.equal(statSync(join(r.dir, 'entra', name)).mode & 0o777, 0o600, name);
});

test('tokenFor makes the token that a test needs: claims changed or taken away, a lifetime, a version', () => {
  const claims = part(
    r.entra.tokenFor('bob@contoso.com', { version: 'v1', lifetimeSeconds: -10, claims: { upn: undefined, aud: 'x' } }),
    1,
  );
  assert.deepEqual([claims['ver'], claims['upn'], claims['aud']], ['1.0', undefined, 'x']);
  assert.ok(Number(claims['exp']) < Date.now() / 1000);
});

test('the app behind the bot in Teams gets a v1 token for the connector with its own secret, and none of Graph\'s permissions (bot-framework-rest-connector-authentication, "Bot to Connector")', async () => {
  const app = { grant_type: 'client_credentials', client_id: teamsAppId, client_secret: r.entra.teamsBot.secret };
  const { status, body } = await r.token({ ...app, scope: 'https://api.botframework.com/.default' });
  assert.equal(status, 200);
  const token = String(body['access_token']);
  const { aud, appid, tid, ver } = part(token, 1);
  assert.deepEqual([aud, appid, tid, ver], ['https://api.botframework.com', teamsAppId, r.entra.tenantId, '1.0']);
  assert.equal(r.entra.verified(token)?.['appid'], teamsAppId);
  assert.equal(r.entra.verified(`${token}x`), null);
  const graph = await r.token({ ...app, scope: 'https://graph.microsoft.com/.default' });
  assert.equal('roles' in part(String(graph.body['access_token']), 1), false);
  const borrowed = await r.token({ ...app, client_secret: r.entra.clientSecret, scope: 'https://api.botframework.com/.default' });
  assert.equal(borrowed.status, 401);
});
