/** The image's own steps, carried out in folders: what comes of them is a bot that starts, and nothing beside it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { drive, type Driver } from '../journeys/sandbox-driver.ts';
import { checkout } from './checkout.ts';
import { build, execForm, filesIn, type Image, steps } from './dockerfile.ts';
import { freePort } from './free-port.ts';

const dockerfile = readFileSync(join(checkout, 'Dockerfile'), 'utf8');
const read = (path: string): unknown => JSON.parse(readFileSync(join(checkout, path), 'utf8'));
const { engines } = read('package.json') as { readonly engines: { readonly node: string } };
const lock = read('package-lock.json') as {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly optional?: boolean; readonly devOptional?: boolean }>
  >;
};

suite('the image', () => {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-image-'));
  chmodSync(dir, 0o755);
  const path = { PATH: process.env['PATH'] };
  let image: Image;
  let app: string;
  let port = 0;
  let sandbox: Driver;

  before(async () => {
    image = build({
      context: checkout,
      dir,
      env: { ...path, HOME: dir, npm_config_cache: cacheIn(dir), npm_config_prefer_offline: 'true' },
    });
    app = join(image.root, image.workdir);
    sandbox = await drive();
    port = await freePort();
  });
  after(async () => {
    await sandbox?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** What the image runs, as the engine would: no shell, the image's folder, the container's environment. */
  const run = (words: readonly string[], env: Readonly<Record<string, string>>): ChildProcess =>
    spawn(words[0] === 'node' ? process.execPath : (words[0] ?? ''), words.slice(1), {
      cwd: app,
      env: { ...path, ...image.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const ended = (child: ChildProcess): Promise<{ code: number | null; said: string }> =>
    new Promise((done) => {
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));
      child.once('close', (code) => done({ code, said }));
    });
  const healthy = async (env: Readonly<Record<string, string>>): Promise<boolean> =>
    (await ended(run(execForm(image.says.get('HEALTHCHECK') ?? ''), env))).code === 0;

  test('holds the packages that the bot runs with, and none that it is built or tested with', () => {
    const there = new Set(filesIn(join(app, 'node_modules')).map((file) => /^(@[^/]+\/)?[^/]+/.exec(file)?.[0]));
    const listed = Object.entries(lock.packages).filter(([at]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(at));
    let left = 0;
    for (const [at, { dev = false, optional = false, devOptional = false }] of listed) {
      const name = at.replace('node_modules/', '');
      const leftOut = dev || optional || devOptional;
      if (leftOut) left++;
      assert.equal(there.has(name), !leftOut, name);
    }
    assert.ok(left > 50, `${left} packages are left out`);
    assert.ok(['typescript', 'esbuild', 'js-redis-server'].every((name) => !there.has(name)));
  });

  test('holds the programs and their migrations, and no sandbox, source, test or secret', () => {
    const files = filesIn(app).filter((file) => !file.startsWith('node_modules/'));
    for (const file of ['dist/main.js', 'dist/cli.js', 'dist/adapters/store/migrations/0001-ground.sql'])
      assert.ok(files.includes(file), `${file} is there`);
    const stray = files.filter((file) => !/^(dist\/(?!sandbox\/|test\/)|package(-lock)?\.json$|\.npmrc$)/.test(file));
    assert.deepEqual(stray, []);
    assert.deepEqual(
      files.filter((file) => /\.(pem|key|crt|env|tsx?)$/.test(file)),
      [],
    );
  });

  test('runs as somebody who is not root, on a pinned Node that the package takes, and ends on SIGTERM', () => {
    assert.equal(image.user, 'node');
    assert.match(image.base, /^node:\d+\.\d+\.\d+-bookworm-slim$/);
    const least = /(\d+)\./.exec(engines.node)?.[1];
    assert.ok(Number(/:(\d+)/.exec(image.base)?.[1]) >= Number(least));
    const bases = steps(dockerfile)
      .filter(({ word }) => word === 'FROM')
      .map(({ text }) => text.split(' ')[0]);
    assert.equal(new Set(bases).size, 1, 'what is built and what runs is the same Node');
    assert.equal(image.says.get('STOPSIGNAL'), 'SIGTERM');
    // Signals reach the bot, not a shell.
    assert.deepEqual(execForm(image.says.get('CMD') ?? ''), ['node', 'dist/main.js']);
  });

  test('holds nothing that its user could not read', () => {
    const closed = filesIn(image.root).filter((file) => (statSync(join(image.root, file)).mode & 0o004) === 0);
    assert.deepEqual(closed, []);
  });

  test('without configuration the bot says what is missing, and ends with 2', async () => {
    const { code, said } = await ended(run(execForm(image.says.get('CMD') ?? ''), {}));
    assert.equal(code, 2);
    assert.match(said, /SLACK_BOT_TOKEN, TEAMS_APP_ID: none is set/);
  });

  test('the command line works in it', async () => {
    const { code, said } = await ended(run(['node', 'dist/cli.js', 'sql-username', 'Alice@contoso.com'], {}));
    assert.deepEqual([code, said], [0, 'alice\n']);
  });

  test('with the sandbox’s environment the bot starts, is healthy, writes nothing into the image, and ends in order', async () => {
    const env = { ...sandbox.sandbox.botEnv, PORT: String(port) };
    const before = written(image.root);
    assert.equal(await healthy(env), false, 'not healthy before it runs');
    const bot = run(execForm(image.says.get('CMD') ?? ''), env);
    const end = ended(bot);
    try {
      // Two cores may be shared with a whole test suite.
      for (const last = Date.now() + 90_000; !(await answers(port)); await new Promise((go) => setTimeout(go, 100))) {
        if (bot.exitCode !== null) assert.fail(`it ended: ${(await end).said}`);
        assert.ok(Date.now() < last, 'answers within 90 s');
      }
      assert.equal(await healthy(env), true);
      assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
      assert.deepEqual(written(image.root), before);
    } finally {
      bot.kill('SIGTERM');
    }
    assert.equal((await end).code, 0);
    assert.equal(await healthy(env), false, 'not healthy when it has ended');
  });
});

/**
 * A cache of the image's own, since its steps empty it; filled with what the checkout's installation fetched, as far as that is
 * there to be read. The rest comes from the registry.
 */
function cacheIn(dir: string): string {
  const own = join(dir, 'npm');
  const shared = join(process.env['npm_config_cache'] ?? join(homedir(), '.npm'), '_cacache');
  try {
    cpSync(shared, join(own, '_cacache'), { recursive: true });
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
  return own;
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    (res) => res.ok,
    () => false,
  );

/** Every file with when it was last written. */
const written = (folder: string): readonly string[] =>
  filesIn(folder).map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`);
