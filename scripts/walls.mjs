// The import walls (.dependency-cruiser.mjs). Beside TypeScript 7 dependency-cruiser has to have @swc/core. Without it, it reads no
// TypeScript and is content; where it is there but does not load, it guesses, and does not see type imports. So both are asked for:
// that it loads, and that every file was read.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filesUnder, here, options } from './tree.mjs';

try {
  await import('@swc/core');
} catch (error) {
  console.error(`@swc/core does not load, so no wall can be seen: ${error.message}`);
  process.exit(2);
}

const { root } = options();
const program = join(here, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const args = [program, '--config', join(here, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src'];
const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });

let result;
try {
  result = JSON.parse(stdout);
} catch {
  console.error(`dependency-cruiser gave no result:\n${stderr}`);
  process.exit(2);
}

const files = filesUnder(root, 'src', '.ts');
const read = new Set(result.modules.map((module) => module.source));
const unread = files.filter((file) => !read.has(file));
for (const file of unread) console.error(`${file}: was not read`);

const comments = new Map(result.summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]));
for (const { from, to, rule, cycle } of result.summary.violations) {
  const way = cycle === undefined ? (to === from ? '' : ` → ${to}`) : cycle.map((step) => ` → ${step.name ?? step}`).join('');
  console.error(`${from}${way}: ${rule.name}. ${comments.get(rule.name) ?? ''}`);
}

console.log(`${files.length} files, ${result.summary.violations.length} broken walls`);
process.exit(unread.length > 0 || files.length === 0 || result.summary.violations.length > 0 ? 1 : 0);
