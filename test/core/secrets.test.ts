import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutSecrets } from '../../src/core/command/secrets.ts';

const jwt = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJ1cG4iOiJhbGljZUBjb250b3NvLmNvbSJ9.${'c'.repeat(86)}`;

const secrets: readonly [string, string, string][] = [
  ['an access token', jwt, `request analytics because ${jwt} works`],
  ['a token whose signature was cut off', jwt.slice(0, 70), `because ${jwt.slice(0, 70)}`],
  ['a bot token', 'xoxb-111111111111-abcdefABCDEF', 'my token is xoxb-111111111111-abcdefABCDEF ok'],
  ['an app token', 'xapp-1-A0-111-abc', 'xapp-1-A0-111-abc'],
  ['an Entra client secret', 'abc8Q~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'use abc8Q~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA please'],
  ['a password in a URL', 'hunter2', 'for postgresql://alice:hunter2@prod.example.com:26257/defaultdb'],
  ['PGPASSWORD', 'sesame', 'PGPASSWORD=sesame cockroach sql'],
  ['a quoted password', 'open sesame', 'password="open sesame" and more'],
  ['a bearer header', 'abcDEF123456==', 'Authorization: Bearer abcDEF123456=='],
  ['JSON', 's3cr3t-value', '{"client_secret": "s3cr3t-value"}'],
  ['a private key', 'MIIEvQ', '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY----- thanks'],
  ['a private key that ends in the middle', 'MIIEvQ', '-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ'],
];

for (const [what, secret, text] of secrets) {
  test(`${what} is left out, and that is said`, () => {
    const left = withoutSecrets(text);
    assert.ok(!left.includes(secret), left);
    assert.match(left, /left out\]/);
  });
}

test('what people write about tokens and passwords stays as it is', () => {
  const texts = [
    'Q4 churn numbers for the board',
    'I forgot my password: please help',
    'the token expired yesterday',
    'see https://wiki.example.com/access and mailto:bob@contoso.com',
    'secret: none',
    'analytics',
    '',
  ];
  for (const text of texts) assert.equal(withoutSecrets(text), text);
});

test('any text comes through, and what has no secret by its form is left as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ,.!?]{0,300}$/), (text) => {
      assert.equal(withoutSecrets(text), text);
    }),
  );
});

// A pattern that backtracks would not end within hours on these; a linear one takes milliseconds.
test('a text made to keep a pattern busy ends', { timeout: 60_000 }, () => {
  const texts = [
    'eyJ'.repeat(20_000),
    'password'.repeat(8_000),
    '://a:'.repeat(20_000),
    'a=b '.repeat(20_000),
    '-----BEGIN '.repeat(9_000),
  ];
  for (const text of texts) assert.ok(withoutSecrets(text).length > 0);
});
