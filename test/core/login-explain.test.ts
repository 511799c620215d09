import assert from 'node:assert/strict';
import test from 'node:test';
import { explainLogin } from '../../src/cli/explain-login.ts';
import { printSqlUsername } from '../../src/cli/sql-username.ts';
import { at, k1, noon, token } from '../fakes/login-keys.ts';

function output() {
  const written = { out: '', err: '' };
  return {
    written,
    stdout: (text: string) => {
      written.out += text;
    },
    stderr: (text: string) => {
      written.err += text;
    },
  };
}

async function explain(question: unknown): Promise<{ code: number; out: string; err: string }> {
  const out = output();
  const code = await explainLogin(typeof question === 'string' ? question : JSON.stringify(question), out);
  return { code, ...out.written };
}

const settings = {
  'server.jwt_authentication.enabled': 't',
  'server.jwt_authentication.issuers.configuration': 'issuer1',
  'server.jwt_authentication.jwks': JSON.stringify(k1.jwk),
  'server.jwt_authentication.audience': 'api',
};
const claims = { iss: 'issuer1', sub: 'alice', aud: 'api' };
const base = { version: 'v24.3.0', settings, user: 'alice', now: noon.toISOString() };

test('a login that is let in is one line of JSON and 0', async () => {
  const answer = await explain({ ...base, users: { alice: { login: true } }, token: await token({ ...claims, exp: at(60) }) });
  assert.deepEqual(answer, { code: 0, out: '{"ok":true,"as":"alice"}\n', err: '' });
});

test('a login that is refused says the step, the error and the DETAIL, and 1', async () => {
  const answer = await explain({ ...base, token: await token({ ...claims, exp: at(-60) }) });
  assert.equal(answer.code, 1);
  assert.deepEqual(JSON.parse(answer.out), {
    ok: false,
    step: 'time',
    error: 'JWT authentication: invalid token',
    detail: 'unable to parse token: "exp" not satisfied',
  });
});

test('without now, it is now', async () => {
  const { now: _, ...timeless } = base;
  const seconds = Math.floor(Date.now() / 1000);
  assert.equal((await explain({ ...timeless, token: await token({ ...claims, exp: seconds + 60 }) })).code, 0);
  assert.equal((await explain({ ...timeless, token: await token({ ...claims, exp: seconds - 60 }) })).code, 1);
});

const secret = 'eyJ.secret.token';
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', 'nope', /^standard input: no JSON: invalid character 'o' in literal null \(expecting 'u'\)$/m],
  ['nothing', '', /^standard input: no JSON: unexpected end of JSON input$/m],
  ['a list', '[]', /^standard input: an array; write \{/m],
  [
    'no version',
    { ...base, version: undefined, token: secret },
    /^version: missing; write what SELECT version\(\) prints, or "v24.3.0"$/m,
  ],
  ['another database', { ...base, version: 'PostgreSQL 18', token: secret }, /^version: "PostgreSQL 18"; write /m],
  ['no settings', { ...base, settings: null, token: secret }, /^settings: null; write an object/m],
  [
    'a misspelled setting',
    { ...base, settings: { 'server.jwt_authentication.audiance': 'x' }, token: secret },
    /^settings\["server.jwt_authentication.audiance"\]: no setting of JWT login has this name; write one of /m,
  ],
  [
    'a setting that is no text',
    { ...base, settings: { 'server.jwt_authentication.enabled': true }, token: secret },
    /^settings\["server.jwt_authentication.enabled"\]: a bool; write the text that SHOW CLUSTER SETTING prints/m,
  ],
  [
    'a bool that is none',
    { ...base, settings: { 'server.jwt_authentication.enabled': 'maybe' }, token: secret },
    /"maybe" is no bool; write "true" or "false"$/m,
  ],
  [
    'a redacted map',
    { ...base, settings: { 'server.identity_map.configuration': '<redacted>' }, token: secret },
    /read redacted; read it with MODIFYCLUSTERSETTING or as an admin$/m,
  ],
  [
    'both names of issuers',
    { ...base, settings: { ...settings, 'server.jwt_authentication.issuers': 'y' }, token: secret },
    /are one setting; write it once$/m,
  ],
  ['users as a list', { ...base, users: ['alice'], token: secret }, /^users: an array; write /m],
  [
    'a user without login',
    { ...base, users: { alice: {} }, token: secret },
    /^users\["alice"\]: write \{ "login": true \} or \{ "login": false \}$/m,
  ],
  ['no token', base, /^token: missing; write the token/m],
  [
    'no user',
    { ...base, user: undefined, token: secret },
    /^user: missing; write the SQL user of the login, "" when none is named$/m,
  ],
  ['a time without a zone', { ...base, now: '2026-01-31T12:00:00', token: secret }, /^now: write a time in ISO 8601/m],
  ['a time that is none', { ...base, now: '2026-13-31T12:00:00Z', token: secret }, /^now: write a time in ISO 8601/m],
  [
    'a field too many',
    { ...base, claims: {}, token: secret },
    /^"claims": no such field; there are version, settings, users, token, user, now$/m,
  ],
];
for (const [title, question, says] of wrong) {
  test(`${title}: refused with 2, saying where and what to write, and never the token`, async () => {
    const answer = await explain(question);
    assert.equal(answer.code, 2);
    assert.equal(answer.out, '');
    assert.match(answer.err, says);
    assert.ok(!answer.err.includes('secret'));
  });
}

test('all faults are said together', async () => {
  const answer = await explain({ version: 1, settings: [], users: 1, token: 2, user: 3, now: 4 });
  assert.equal(answer.code, 2);
  assert.deepEqual(
    answer.err
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':')[0]),
    ['version', 'settings', 'users', 'token', 'user', 'now'],
  );
});

test('a user name is taken as it was sent, however odd', async () => {
  for (const user of ['', "o'brien", 'ALICE', '__proto__']) {
    const answer = await explain({ ...base, user, users: {}, token: await token(claims) });
    assert.equal(answer.code, 1, user);
  }
});

test('sql-username prints the name, or says why there is none', () => {
  const yes = output();
  assert.equal(printSqlUsername('Alice.Smith@contoso.com', yes), 0);
  assert.deepEqual(yes.written, { out: 'alice.smith\n', err: '' });
  const no = output();
  assert.equal(printSqlUsername("o'brien@contoso.com", no), 1);
  assert.equal(no.written.out, '');
  assert.match(no.written.err, /^`o'brien` can't be a SQL user name: CockroachDB allows .*\n$/);
});
