/** `npm run teams:package` makes what Teams takes of manifests/teams, and nothing else of what it was told wrongly. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { words } from '../../src/core/command/grammar.ts';
import { checkout } from './checkout.ts';
import { unzipped } from './zip.ts';

interface Manifest {
  readonly $schema: string;
  readonly manifestVersion: string;
  readonly version: string;
  readonly id: string;
  readonly developer: Readonly<Record<string, string>>;
  readonly name: { readonly short: string; readonly full: string };
  readonly description: { readonly short: string; readonly full: string };
  readonly icons: { readonly color: string; readonly outline: string };
  readonly authorization?: unknown;
  readonly webApplicationInfo?: unknown;
  readonly bots: readonly {
    readonly botId: string;
    readonly scopes: readonly string[];
    readonly isNotificationOnly: boolean;
    readonly supportsFiles: boolean;
    readonly commandLists: readonly {
      readonly scopes: readonly string[];
      readonly commands: readonly { readonly title: string; readonly description: string }[];
    }[];
  }[];
  readonly validDomains: readonly string[];
}

const appId = '7EA37EA3-3333-4aaa-8bbb-00000000b07a';
const domain = 'crdb-access.contoso.com';
const right = ['--app-id', appId, '--bot-domain', domain];
const folder = mkdtempSync(join(tmpdir(), 'crdb-access-teams-package-'));
after(() => rmSync(folder, { recursive: true }));

/** The program, as npm runs it for somebody who stands in `folder`. */
function run(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/teams-package.mjs', ...args], {
    cwd: checkout,
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: folder },
  });
  return { status, stdout, stderr };
}
const made = (args: readonly string[] = [], out = 'made.zip') => {
  const { status, stderr } = run([...right, '--out', out, ...args]);
  assert.equal(status, 0, stderr);
  const archive = readFileSync(join(folder, out));
  const files = unzipped(archive);
  return { archive, files, manifest: JSON.parse(String(files.get('manifest.json'))) as Manifest };
};
const { archive, files, manifest } = made();
const bot = manifest.bots[0];
assert.ok(bot);
const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');

suite('the package of the Teams app', () => {
  test('holds the manifest and the icons that it names, side by side, and nothing else', () => {
    assert.deepEqual([...files.keys()], ['manifest.json', manifest.icons.color, manifest.icons.outline]);
    for (const name of Object.values(manifest.icons))
      assert.deepEqual(files.get(name), readFileSync(join(checkout, 'manifests/teams', name)));
  });

  test('is an archive that other programs read too', () => {
    const path = join(folder, 'made.zip');
    const programs = [
      ['unzip', '-t', path],
      ['python3', '-m', 'zipfile', '-t', path],
    ] as const;
    for (const [program, ...args] of programs) {
      const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      assert.ok(error !== undefined || status === 0, `${program}: ${stdout}${stderr}`);
    }
  });

  test('is the same, byte for byte, when it is made again', () => {
    assert.deepEqual(made([], 'again.zip').archive, archive);
  });

  test('has the id that was given for the app and for its bot, the host, and the version of this program', () => {
    assert.equal(manifest.id, appId.toLowerCase());
    assert.equal(bot.botId, manifest.id);
    assert.deepEqual(manifest.validDomains, [domain]);
    assert.equal(manifest.version, (JSON.parse(read('package.json')) as { version: string }).version);
    assert.deepEqual(new Set(Object.values(manifest.developer)), new Set(['crdb-access', `https://${domain}/`]));
    assert.doesNotMatch(String(files.get('manifest.json')), /\{\{/);
  });

  test('says who offers it and where that is written, when told', () => {
    const told = made(
      [
        '--developer',
        'Ops "A" & B',
        '--website',
        'https://a.org/x',
        '--privacy',
        'https://a.org/p',
        '--terms',
        'https://a.org/t',
      ],
      'told.zip',
    );
    assert.deepEqual(told.manifest.developer, {
      name: 'Ops "A" & B',
      websiteUrl: 'https://a.org/x',
      privacyUrl: 'https://a.org/p',
      termsOfUseUrl: 'https://a.org/t',
    });
  });
});

suite('the manifest of the Teams app', () => {
  test('fits the schema of its version, which refuses a broken one', () => {
    const text = read('manifests/teams/schema/MicrosoftTeams.schema.json');
    const { $schema: draft, ...schema } = JSON.parse(text) as Record<string, unknown>;
    assert.equal(draft, 'http://json-schema.org/draft-04/schema#');
    // What draft 4 means by these, ajv does not.
    assert.doesNotMatch(text, /"(exclusiveMinimum|exclusiveMaximum)": (true|false)|"id": "/);
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    const fits = ajv.compile(schema);
    assert.ok(fits(manifest), JSON.stringify(fits.errors, null, 1));
    assert.equal(
      manifest.$schema,
      `https://developer.microsoft.com/json-schemas/teams/v${manifest.manifestVersion}/MicrosoftTeams.schema.json`,
    );
    const broken: readonly object[] = [
      { id: 'crdb-access' },
      { manifestVersion: '1.28' },
      { bots: [{ ...bot, scopes: ['private'] }] },
      { bots: [{ ...bot, commandLists: [...bot.commandLists, ...bot.commandLists, ...bot.commandLists, ...bot.commandLists] }] },
      { description: { ...manifest.description, short: 'x'.repeat(81) } },
      { icons: { color: 'color.png' } },
      { packageName: 'crdb' },
    ];
    for (const change of broken) assert.equal(fits({ ...manifest, ...change }), false, JSON.stringify(change));
  });

  test('offers every word that the bot understands, in the order of its help, and says the same of it', () => {
    const [list] = bot.commandLists;
    assert.equal(bot.commandLists.length, 1);
    assert.deepEqual(
      list?.commands,
      words.map(({ name, usage, says }) => ({ title: name, description: `${usage}: ${says}` })),
    );
    // As Teams has them in its list: learn.microsoft.com, "App manifest schema", bots.commandLists.
    assert.ok(words.length <= 10);
    for (const { title, description } of list.commands) assert.ok(title.length <= 32 && description.length <= 128, title);
  });

  test('has the bot where people are asked and told: alone with it, in channels and in group chats', () => {
    assert.deepEqual(bot.scopes, ['personal', 'team', 'groupChat']);
    assert.deepEqual(bot.commandLists[0]?.scopes, bot.scopes);
    assert.deepEqual([bot.isNotificationOnly, bot.supportsFiles], [false, false]);
  });

  test('asks for nothing of a team’s or chat’s data, and for no sign-in', () => {
    assert.equal(manifest.authorization, undefined);
    assert.equal(manifest.webApplicationInfo, undefined);
  });

  test('keeps the texts apart that Teams shows one after the other', () => {
    assert.notEqual(manifest.name.short, manifest.name.full);
    assert.ok(!manifest.description.full.includes(manifest.description.short));
  });
});

suite('npm run teams:package', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['nothing', [], /--app-id is missing.*\n--bot-domain is missing/],
    ['an id that is no GUID', ['--app-id', '1234', '--bot-domain', domain], /^--app-id is no GUID: /],
    [
      'an id of zeros',
      ['--app-id', '00000000-0000-0000-0000-000000000000', '--bot-domain', domain],
      /^--app-id is a placeholder/,
    ],
    [
      'the id of documentation',
      ['--app-id', '12345678-1234-1234-1234-123456789012', '--bot-domain', domain],
      /^--app-id is a placeholder/,
    ],
    ['an address', ['--app-id', appId, '--bot-domain', `https://${domain}`], /^--bot-domain is no host name/],
    ['a port', ['--app-id', appId, '--bot-domain', `${domain}:443`], /^--bot-domain is no host name/],
    ['an IP address', ['--app-id', appId, '--bot-domain', '203.0.113.7'], /^--bot-domain is no host name/],
    ['one label', ['--app-id', appId, '--bot-domain', 'bot'], /^--bot-domain is no host name/],
    ['this machine', ['--app-id', appId, '--bot-domain', 'localhost'], /^--bot-domain is a name that nobody outside can reach/],
    [
      'the example of the Slack manifest',
      ['--app-id', appId, '--bot-domain', 'crdb-access.example.com'],
      /nobody outside can reach/,
    ],
    ['a placeholder', ['--app-id', appId, '--bot-domain', 'your-bot.contoso.com'], /^--bot-domain is a placeholder/],
    ['braces', ['--app-id', appId, '--bot-domain', '{{BOT_DOMAIN}}'], /^--bot-domain is a placeholder/],
    ['a page without TLS', [...right, '--privacy', 'http://contoso.com/p'], /^--privacy is no https address/],
    ['a script for a page', [...right, '--website', 'javascript:alert(1)'], /^--website is no https address/],
    ['a name that is too long', [...right, '--developer', 'x'.repeat(33)], /^--developer does not fit/],
    ['a name of two lines', [...right, '--developer', 'a\nb'], /^--developer does not fit/],
    ['an option that does not exist', [...right, '--tenant', 'x'], /--tenant[\s\S]*Options: --app-id/],
    ['no file', [...right, '--out', ''], /^--out is empty/],
  ];
  for (const [what, args, says] of wrong) {
    test(`${what}: says what to write, and makes nothing`, () => {
      const out = join(folder, 'crdb-access-teams.zip');
      const { status, stdout, stderr } = run(args);
      assert.equal(status, 2, stdout);
      assert.match(stderr, says);
      assert.equal(stdout, '');
      assert.equal(existsSync(out), false);
    });
  }

  test('a folder that is not there: says so and ends with 1', () => {
    const { status, stderr } = run([...right, '--out', 'nowhere/a.zip']);
    assert.equal(status, 1);
    assert.match(stderr, /nowhere\/a\.zip can't be written \(ENOENT\)/);
  });

  test('without --out it lies where npm was called', () => {
    const { status, stdout, stderr } = run(right);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^crdb-access-teams\.zip: crdb-access [\d.]+ for Microsoft Teams, app 7ea37ea3-/);
    assert.match(stdout, new RegExp(`https://${domain}/api/messages`));
    assert.deepEqual(readFileSync(join(folder, 'crdb-access-teams.zip')), archive);
  });
});
