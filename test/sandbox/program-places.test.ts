/** Where and as whom the sandbox runs: a copied checkout that is closed to others, with nothing but Node and a shell on PATH. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkout, mainJob, remove, scratch, type Start, startProgram } from './program-rig.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const readyWithin = 60_000;

const folder = scratch();
const copy = join(folder, 'checkout');
const path = join(folder, 'path');
after(() => remove(folder));

/** The development dependencies that the sandbox runs on; everything else of them is for building and testing. */
const sandboxOnly = ['node_modules/ws'];

/** What is installed without the development dependencies, by the lock file, and those few. */
function packages(): string[] {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages).flatMap(([at, { dev }]) =>
    at !== '' && (dev !== true || sandboxOnly.includes(at)) ? [at] : [],
  );
}

before(() => {
  for (const part of ['dist', 'package.json', ...packages()]) {
    if (existsSync(join(checkout, part)))
      cpSync(join(checkout, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
  }
  execFileSync('/bin/chmod', ['-R', 'go-rwx', copy]);
  mkdirSync(path);
  symlinkSync(process.execPath, join(path, 'node'));
  symlinkSync('/bin/sh', join(path, 'sh'));
});

/** Starts the copy, does the main job in it, and stops it. */
async function works(user: Start['user'] = null): Promise<void> {
  const program = await startProgram({ dir: join(copy, '.sandbox'), checkout: copy, env: { PATH: path }, user });
  try {
    assert.ok(program.readyAfterMs < readyWithin, `${program.readyAfterMs} ms`);
    assert.match(await mainJob(program), /^alice$/m);
  } finally {
    assert.equal((await program.end()).code, 0);
  }
}

test(`${isRoot ? 'Root' : 'Whoever runs the tests'} gets a sandbox within a minute where checkout and data folder are of mode 0700`, async () => {
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await works();
  assert.equal(statSync(join(copy, '.sandbox')).mode & 0o777, 0o700);
  remove(join(copy, '.sandbox'));
});

test('An ordinary user gets a sandbox within a minute in a checkout of their own', async () => {
  if (isRoot) {
    chmodSync(folder, 0o755);
    execFileSync('/bin/chown', ['-R', `${nobody.uid}:${nobody.gid}`, copy]);
  }
  const user = isRoot ? nobody : null;
  await works(user);
  assert.equal(statSync(join(copy, '.sandbox', 'sandbox.json')).uid, user?.uid ?? process.getuid?.());
});
