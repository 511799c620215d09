import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLoginInput } from '../../src/cli/token-input.ts';

const token = 'eyJh-_.eyJp.c2ln';
const read = (input: string | Buffer) => readLoginInput(Buffer.from(input as string));

test('a token is taken from whatever az, a header or a clipboard makes of it', () => {
  const forms: readonly (string | Buffer)[] = [
    token,
    `${token}\n`,
    `\r\n ${token}\r\n`,
    `Bearer ${token}`,
    `bearer   ${token}\n`,
    `\uFEFF${token}`,
    Buffer.from(`\uFEFF${token}\r\n`, 'utf16le'),
    `"${token}"\n`,
    `'${token}'`,
    `Bearer "${token}"`,
    JSON.stringify({ accessToken: token, expiresOn: 'x', expires_on: 1, tenant: 't', tokenType: 'Bearer' }, null, 2),
    `\uFEFF${JSON.stringify({ access_token: token, expires_in: 3599 })}`,
    JSON.stringify({ accessToken: `Bearer ${token}\n` }),
  ];
  for (const form of forms) assert.deepEqual(read(form), { token }, JSON.stringify(form.toString()));
});

test('JSON with settings is a question, whatever else it has, and so is JSON that is no answer of az', () => {
  for (const json of ['{"settings":{},"accessToken":"a.b.c"}', '{"version":"v24.3.0","token":"a.b.c"}', '{}', '[]', '7', 'null'])
    assert.deepEqual(read(json), { question: json });
});

test('anything else is said to be wrong, and nothing of it is said again', () => {
  const canary = 'canary-0123456789';
  const inputs: readonly (string | Buffer)[] = [
    '',
    ' \r\n\t',
    '\uFEFF',
    canary,
    `${canary}.${canary}`,
    `${canary}.`.repeat(5),
    `a.${canary}\n.c`,
    `a.${canary}\0.c`,
    `{"accessToken":"${canary}`,
    `{"accessToken":{"${canary}":1}}`,
    `{"accessToken":"${canary}"}`,
    `"${canary}"`,
    `a.b.${canary.repeat(8_000)}`,
    Buffer.alloc(2_000_000, `${canary}.`),
    Buffer.alloc(17 * 1024 * 1024, ' a'),
  ];
  for (const input of inputs) {
    const said = read(input);
    assert.ok('wrong' in said, JSON.stringify(input.toString().slice(0, 60)));
    assert.doesNotMatch(said.wrong, /canary|0123/);
  }
});
