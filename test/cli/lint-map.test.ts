import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'crdb-access-lint-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const issuer = 'https://sts.windows.net/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/';
const bad = `# people\n${issuer} /^(svc-[a-z]+)@contoso.com$/ \\1\n`;
const good = `${issuer} /(?i)^(svc-[a-z]+)@contoso\\.com$ \\1\n`;
writeFileSync(join(dir, 'bad.map'), bad);
writeFileSync(join(dir, 'good.map'), good);

/** In a folder of its own, with no environment at all. */
const lint = (args: readonly string[], input = '') => {
  const ran = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(root, 'src/cli.ts'), 'lint-map', ...args],
    { cwd: dir, encoding: 'utf8', env: {}, input },
  );
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
};

suite('lint-map', () => {
  test('says line by line what is wrong, with a principal and the line as it should be', () => {
    const { code, stdout, stderr } = lint(['bad.map', '--version', 'v26.1.0']);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^line 2: unescaped-dot /m);
    assert.match(stdout, /^line 2: trailing-slash \(keeps people out\): /m);
    assert.match(stdout, /^ {4}svc-app@contoso\.com becomes nobody$/m);
    assert.ok(stdout.includes(`    write  ${issuer} /^(svc-[a-z]+)@contoso\\.com$ \\1\n`), stdout);
    assert.equal(stderr, '');
  });

  test('reads standard input, and ends with 0 when there is nothing to say', () => {
    const { code, stdout } = lint(['--version', 'v24.3.0', '--issuer', issuer, '--domain', 'Contoso.com'], good);
    assert.deepEqual([code, stdout], [0, 'Nothing is wrong with it: 1 rows, read as CockroachDB v24.3.0 does.\n']);
  });

  test('takes issuers and domains for known when they are named', () => {
    const { code, stdout } = lint(['good.map', '--issuer', issuer.slice(0, -1), '--domain', 'fabrikam.com']);
    assert.equal(code, 1);
    assert.match(stdout, /^line 1: unknown-issuer .*byte for byte/m);
    const other = lint(['good.map', '--issuer', issuer, '--domain', 'fabrikam.com']);
    assert.match(other.stdout, /^line 1: catch-all-domain \(note\): contoso\.com is no domain of this tenant \(fabrikam\.com\)/m);
  });

  test('prints the same as JSON', () => {
    const { code, stdout } = lint(['bad.map', '--json', '--version', '24.3']);
    const { version, findings } = JSON.parse(stdout) as { version: string; findings: { rule: string; line: number }[] };
    assert.equal(code, 1);
    assert.equal(version, '24.3');
    assert.deepEqual(
      findings.map(({ rule, line }) => [line, rule]),
      [
        [2, 'unescaped-dot'],
        [2, 'trailing-slash'],
      ],
    );
  });

  test('says what CockroachDB says of a line that it refuses, and goes on with the others', () => {
    const { code, stdout } = lint([], `${issuer} /^(?!admin)(.*)$ \\1\n${bad}`);
    assert.equal(code, 1);
    assert.match(stdout, /^line 1: syntax .*error parsing regexp: invalid or unsupported Perl syntax/m);
    assert.match(stdout, /^line 3: trailing-slash /m);
  });

  test('prints nothing that a terminal would obey', () => {
    const { stdout } = lint([], `${issuer} /^(svc-\u001b[31mx)@contoso.com$ \\1\n`);
    assert.ok(stdout.length > 0 && !stdout.includes('\u001b'));
  });

  const wrong: readonly [string, readonly string[], RegExp][] = [
    ['a file that is not there', ['nowhere.map'], /^nowhere\.map: can not be read \(ENOENT\)/],
    ['a folder', ['.'], /^\.: can not be read/],
    ['two files', ['good.map', 'bad.map'], /one too many/],
    [
      'a version that is none',
      ['good.map', '--version', 'newest'],
      /--version takes what SELECT version\(\) prints.*not "newest"/,
    ],
    ['an option that is none', ['--role', 'x'], /unknown option '--role'/],
    ['a cluster and a file', ['good.map', '--cluster', 'prod'], /leave the rest out/],
  ];
  for (const [what, args, says] of wrong) {
    test(`ends with 2 for ${what}, and says so`, () => {
      const { code, stdout, stderr } = lint(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, says);
    });
  }
});
