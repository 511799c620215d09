import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { findPrograms, preparePackage } from '../../src/sandbox/postgres/binaries.ts';
import { reachable, runAs } from '../../src/sandbox/postgres/places.ts';

const dir = mkdtempSync(join(tmpdir(), 'pg-package-'));
const leftovers = [dir];
after(() => {
  for (const path of leftovers) rmSync(path, { recursive: true, force: true });
});

const installed = await findPrograms(() => undefined);
const packageRoot = dirname(dirname(dirname(installed.postgres)));

/** The package as npm leaves it when it runs no install scripts: without the links of its libraries. */
function withoutLinks(into: string): string[] {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  const links = (JSON.parse(readFileSync(list, 'utf8')) as { target: string }[]).map(({ target }) => target);
  mkdirSync(into, { recursive: true });
  cpSync(packageRoot, into, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !links.includes(path.slice(packageRoot.length + 1)),
  });
  writeFileSync(join(into, 'package.json'), JSON.stringify({ version: `test-${process.pid}` }));
  return links;
}

test('A package whose install script did not run, in a folder that only its owner may enter, runs all the same.', async () => {
  if (!existsSync(join(packageRoot, 'native', 'pg-symlinks.json'))) return; // a PostgreSQL of the system: it has its links
  const root = join(dir, 'package');
  const links = withoutLinks(root);
  assert.notEqual(spawnSync(join(root, 'native/bin/postgres'), ['--version']).status, 0);
  const [first, second] = [preparePackage(root), preparePackage(root)];
  assert.deepEqual(first, second);
  const home = dirname(dirname(dirname(first.postgres)));
  if (home !== root) leftovers.push(home);
  assert.ok(links.every((link) => existsSync(join(home, link))));
  const ran = spawnSync(first.postgres, ['--version'], { encoding: 'utf8', ...runAs });
  assert.match(ran.stdout, /^postgres \(PostgreSQL\) \d+/);
  // Under root it had to move: the folder is of mode 0700. As an ordinary user it stays where it is.
  assert.equal(home === root, runAs === null);
});

test('Under root a folder of mode 0700 is out of reach for the user that PostgreSQL runs as, and an open one is not.', () => {
  assert.equal(reachable(dir), runAs === null);
  assert.equal(reachable('/'), true);
});
