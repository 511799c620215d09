/** The issuer of channel tokens, held to learn.microsoft.com, "Authentication with the Bot Connector API", "Connector to Bot". */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { teamsAppId } from '../../src/sandbox/people.ts';
import { bench, type Bench, type Json } from './teams-setup.ts';

suite('channel tokens', () => {
  let b: Bench;
  before(async () => {
    b = await bench();
  });
  after(() => b.end());

  const keys = async (): Promise<JSONWebKeySet> => {
    const { body } = await b.get(b.teams.metadataUrl);
    return (await b.get(String(body['jwks_uri']))).body as unknown as JSONWebKeySet;
  };
  const check = async (token: string) =>
    jwtVerify(token, createLocalJWKSet(await keys()), {
      issuer: 'https://api.botframework.com',
      audience: teamsAppId,
      algorithms: ['RS256'],
    });

  test('the metadata document names the issuer, the keys and the one algorithm; every key is endorsed for msteams', async () => {
    const { status, body } = await b.get(b.teams.metadataUrl);
    assert.equal(status, 200);
    assert.equal(body['issuer'], 'https://api.botframework.com');
    assert.deepEqual(body['id_token_signing_alg_values_supported'], ['RS256']);
    assert.match(b.teams.metadataUrl, /^https:.*\/v1\/\.well-known\/openidconfiguration$/);
    for (const key of (await keys()).keys) assert.deepEqual((key as unknown as Json)['endorsements'], ['msteams']);
  });

  test('what the bot is sent carries a token with issuer, audience, an hour to live and the service URL of the activity', async () => {
    await b.teams.say('alice', 'help');
    const { headers, activity } = b.got.at(-1) ?? assert.fail();
    const { payload } = await check(String(headers.authorization).replace('Bearer ', ''));
    assert.equal(payload['serviceurl'], activity['serviceUrl']);
    assert.equal(Number(payload.exp) - Number(payload.nbf), 3900);
  });

  test('forged ones are each wrong in the one way that they were asked to be', async () => {
    await check(b.teams.issuer.token());
    const refused = async (twist: Parameters<typeof b.teams.issuer.token>[0], how: RegExp): Promise<void> => {
      await assert.rejects(check(b.teams.issuer.token(twist)), how);
    };
    await refused({ algorithm: 'none' }, /alg/i);
    await refused({ algorithm: 'HS256' }, /alg/i);
    await refused({ key: 'foreign' }, /signature verification failed/);
    await refused({ key: 'unknown' }, /no applicable key/);
    await refused({ claims: { aud: 'another-app' } }, /"aud"/);
    await refused({ claims: { iss: 'https://sts.windows.net/x/' } }, /"iss"/);
    await refused({ claims: { exp: 1 } }, /"exp"/);
    await refused({ claims: { nbf: 4e9 } }, /"nbf"/);
    const bare = await check(b.teams.issuer.token({ claims: { serviceurl: undefined } }));
    assert.equal('serviceurl' in bare.payload, false);
  });

  test('keys roll: the new one signs, the old one stays published for a while', async () => {
    const before = b.teams.issuer.token();
    b.teams.issuer.rotateKeys();
    const token = b.teams.issuer.token();
    assert.notEqual(decodeProtectedHeader(token).kid, decodeProtectedHeader(before).kid);
    await check(token);
    await check(before);
  });
});
