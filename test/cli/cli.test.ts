import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../src/cli/commands.ts';
import { helpTopic, printHelp } from '../../src/cli/help.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'crdb-access-cli-'));
after(() => rmSync(dir, { recursive: true, force: true }));
writeFileSync(join(dir, 'bad.yaml'), 'version: 2\nadmins: { app_role: x, slack_channel: C0X }\nclusters: {}\nentitlements: {}\n');

/** Started as people start it, but for npm: in a folder of its own, with no environment at all. */
const cli = (args: readonly string[], input = '') => {
  const ran = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), join(root, 'src/cli.ts'), ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: {},
    input,
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
};

suite('the command line', () => {
  test('policy check says what a good file gives to whom', () => {
    const { code, stdout, stderr } = cli(['policy', 'check', join(root, 'policy.example.yaml')]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is good\. SHA-256 [0-9a-f]{64}\n/);
    assert.match(stdout, /^1 cluster\n {2}prod: prod\.example\.com:26257/m);
    assert.match(
      stdout,
      /^2 entitlements\n {2}analytics: analytics_reader in analytics on prod; .* approved by whoever holds the app role Crdb\.Approve.* within 8h$/m,
    );
    assert.match(stdout, /^ {2}reporting: .* granted without approval$/m);
    assert.equal(stderr, '');
  });
  test('policy check says every fault on a line of its own, as file and line and what to write', () => {
    const { code, stdout } = cli(['policy', 'check', 'bad.yaml']);
    assert.equal(code, 1);
    assert.deepEqual(stdout.split('\n'), [
      'bad.yaml:1: version: "2" is not known here; write 1',
      'bad.yaml:3: clusters: is empty; write at least one cluster',
      'bad.yaml:4: entitlements: is empty; write at least one entitlement',
      '',
    ]);
  });
  test('policy check ends with 2 when there is no such file, and says so on standard error', () => {
    const { code, stdout, stderr } = cli(['policy', 'check', 'nowhere.yaml']);
    assert.deepEqual([code, stdout, stderr], [2, '', 'nowhere.yaml:1: does not exist; write the path of a readable file\n']);
  });
  test('sql-username prints the name alone, or the reason alone', () => {
    assert.deepEqual(cli(['sql-username', 'ALICE@contoso.com']), { code: 0, stdout: 'alice\n', stderr: '' });
    const refused = cli(['sql-username', "o'brien@contoso.com"]);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /SQL user name/);
  });
  test('explain-login reads standard input and answers in a line of JSON', () => {
    const question = { version: 'v24.3.0', settings: {}, token: 'a.b.c', user: 'alice' };
    const { code, stdout } = cli(['explain-login', '--json'], JSON.stringify(question));
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), { ok: false, step: 'enabled', error: 'JWT authentication: not enabled' });
    assert.equal(cli(['explain-login', '--json'], 'no json').code, 2);
  });
  test('explain-login says what to pipe in when there is no token, and says nothing again of what was there', () => {
    const wrong: readonly (readonly [input: string, says: RegExp])[] = [
      ['', /standard input is empty/],
      [' \n', /standard input is empty/],
      ['canary', /is no token: a token has three parts/],
      ['canary.canary.canary.canary.canary', /encrypted token/],
      ['canary.ca nary.canary', /spaces, line breaks or control characters/],
      [`${'canary'.repeat(400_000)}`, /characters, and no token is longer than/],
      [`${'canary.'.repeat(3)}`, /is no token/],
      ['{"accessToken": "canary', /is no JSON/],
      ['{"accessToken": 7, "canary": 1}', /accessToken is no text/],
      ['{"canary": "canary.canary.canary"}', /JSON without accessToken/],
      ['["canary"]', /JSON without accessToken/],
      ['\u0000\u0001canary\uFFFF.\u0002.x', /control characters/],
    ];
    for (const [input, says] of wrong) {
      const { code, stdout, stderr } = cli(['explain-login'], input);
      assert.deepEqual([code, stdout], [2, ''], input.slice(0, 40));
      assert.match(stderr, says, input.slice(0, 40));
      assert.match(stderr, /az account get-access-token --scope .* \| npm run -s cli -- explain-login\n$/);
      assert.ok(!stderr.includes('canary'), stderr);
    }
  });
  test('explain-login takes no token that is typed, and does not print it', () => {
    for (const args of [['canary.canary.canary'], ['--user', 'canary'.repeat(20)], [`--${'canary'.repeat(20)}`]]) {
      const { code, stdout, stderr } = cli(['explain-login', ...args], '');
      assert.deepEqual([code, stdout], [2, ''], args[0]);
      assert.match(stderr, /\nUsage: npm run -s cli -- explain-login /);
      assert.ok(!stderr.includes('canary'), stderr);
    }
  });
  test('an unknown command is answered with the help, on standard error', () => {
    const { code, stdout, stderr } = cli(['polcy', 'check']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /I don't know the command "polcy"[\s\S]*policy check FILE/);
  });
  test('a command that is called wrongly says how it is called', () => {
    for (const args of [['policy', 'check'], ['policy', 'check', 'a', 'b'], ['sql-username']]) {
      const { code, stderr } = cli(args);
      assert.equal(code, 2);
      assert.match(stderr, /^Usage: npm run -s cli -- /);
    }
  });
  test('commands that need the bot’s environment say what is wrong with what was typed, before they ask for it', () => {
    const wrong: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [['adopt'], /^adopt: something is missing\.\nUsage: npm run -s cli -- adopt USER --upn UPN/],
      [['adopt', 'app'], /^adopt: something is missing/],
      [['adopt', 'app', 'more', '--upn', 'a@b.c'], /^adopt: "more" is one too many/],
      [['adopt', 'app', '--upm', 'a@b.c'], /^adopt: unknown option '--upm'/],
      [['adopt', 'app', '--upn'], /^adopt: option '--upn/],
      [['rebind', 'app'], /^rebind: something is missing/],
      [['audit', 'ABCD2345'], /^audit: "ABCD2345" is one too many/],
      [['audit', '--limit', '0'], /^audit: --limit takes a whole number from 1/],
      [['audit', '--limit', 'many'], /^audit: --limit takes a whole number/],
    ];
    for (const [args, says] of wrong) {
      const { code, stdout, stderr } = cli(args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, says);
      assert.match(stderr, /\nUsage: npm run -s cli -- \w+ /);
    }
  });
  test('commands that need the bot’s environment list its faults as the bot does', () => {
    const commands = [['audit'], ['adopt', 'app', '--upn', 'a@b.c'], ['rebind', 'app', '--upn', 'a@b.c'], ['explain-login']];
    for (const args of commands) {
      const { code, stdout, stderr } = cli(args, 'a.b.c');
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^ {2}SLACK_BOT_TOKEN, TEAMS_APP_ID: none is set; write the variables of Slack/m);
      assert.match(stderr, /^ {2}DATABASE_URL: is not set; write a URL like/m);
    }
  });
  test('help is no fault', () => {
    for (const args of [[], ['help'], ['--help']]) {
      const { code, stdout } = cli(args);
      assert.equal(code, 0);
      assert.match(stdout, /explain-login \[--cluster NAME\]/);
    }
  });
  test('each command says how it is called to whoever asks before or after its name, and needs nothing for it', () => {
    for (const { words, takes, says } of commands) {
      const called = `Usage: npm run -s cli -- ${`${words} ${takes}`.trimEnd()}\n    ${says}\n`;
      const typed = words.split(' ');
      for (const args of [
        [...typed, '--help'],
        [...typed, '-h'],
        ['--help', ...typed],
        ['help', ...typed],
      ])
        assert.deepEqual(asked(args), { code: 0, stdout: called, stderr: '' }, args.join(' '));
    }
    const { code, stdout, stderr } = cli(['adopt', 'app', '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: npm run -s cli -- adopt USER --upn UPN/);
  });
  test('a word that several commands begin with gives the help of each', () => {
    for (const args of [
      ['watch', '--help'],
      ['help', 'watch'],
    ]) {
      const { code, stdout } = asked(args);
      assert.deepEqual([code, stdout.match(/^Usage: npm run -s cli -- watch \w+/gm)?.length], [0, 3]);
    }
  });
  test('help with what is no command is answered as any other unknown command', () => {
    for (const args of [
      ['help', 'polcy'],
      ['polcy', '--help'],
    ]) {
      const { code, stdout, stderr } = cli(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /I don't know the command "polcy"/);
    }
  });
  test('what stands after two dashes asks for no help', () => {
    const { code, stdout } = cli(['sql-username', '--', '--help']);
    assert.deepEqual([code, stdout], [2, '']);
  });
});

/** What the command line says when help is asked for, without a process for each of many. */
function asked(args: readonly string[]) {
  const said: { readonly [stream in 'stdout' | 'stderr']: string[] } = { stdout: [], stderr: [] };
  const out = { stdout: (text: string) => void said.stdout.push(text), stderr: (text: string) => void said.stderr.push(text) };
  const topic = helpTopic(args);
  const code = topic === null ? -1 : printHelp(topic, out);
  return { code, stdout: said.stdout.join(''), stderr: said.stderr.join('') };
}

test('npm run -s cli puts nothing but the result on standard output, and takes paths from where it was typed', () => {
  const npm = (args: readonly string[], cwd: string) =>
    spawnSync('npm', ['--prefix', root, 'run', '-s', 'cli', '--', ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
  const named = npm(['sql-username', 'Alice@contoso.com'], root);
  assert.deepEqual([named.status, named.stdout], [0, 'alice\n'], named.stderr);
  const checked = npm(['policy', 'check', 'bad.yaml'], dir);
  assert.deepEqual([checked.status, checked.stdout.split(':')[0]], [1, 'bad.yaml'], checked.stderr);
});
