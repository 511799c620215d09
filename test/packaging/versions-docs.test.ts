import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { areas, features } from '../../src/core/cluster/releases.ts';
import { checkout } from './checkout.ts';

const committed = readFileSync(join(checkout, 'docs/versions.md'), 'utf8');

test('docs/versions.md is made of the table that the code goes by, as it is today', () => {
  const program = join(checkout, 'scripts/versions.mjs');
  const made = execFileSync(process.execPath, ['--import', 'tsx', program], { cwd: checkout, encoding: 'utf8' });
  assert.equal(committed, made, 'run: npm run -s versions > docs/versions.md');
});

test('every feature has its sentence in it, under a heading of its own', () => {
  for (const title of Object.values(areas)) assert.ok(committed.includes(`\n## ${title}\n`), title);
  for (const { says } of Object.values(features)) assert.ok(committed.includes(`| ${says} |`), says);
});
