// `npm test`: every test/**/*.test.ts. The list is made here, because Node 20 takes a quoted glob for an error, an unquoted one for
// whatever the shell makes of it, and a folder for no test at all; and what ran is compared with the list.
//   --only TEXT   for work on one part: files with TEXT in their path; a partial run, and it says so
//   SOAK=1        also the long ones, *.soak.test.ts
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from './judge.mjs';
import { scratchFolder } from './scratch.mjs';
import { filesUnder, here, options } from './tree.mjs';

const { root, only } = options({ only: { type: 'string' } });
const soak = process.env.SOAK === '1';
/** What hangs is ended and shown: long after what is slow on a busy machine has passed. */
const secondsPerFile = soak ? 900 : 300;
/** More than two cores can take, because the tests of whole programs wait more than they compute. */
const filesAtOnce = 3;
const all = filesUnder(root, 'test', '.test.ts').filter((file) => soak || !file.endsWith('.soak.test.ts'));
const files = only === undefined ? all : all.filter((file) => file.includes(only));
if (files.length === 0) {
  console.error(only === undefined ? 'There are no tests.' : `No test file has "${only}" in its path.`);
  process.exit(1);
}

const scratch = scratchFolder();
const ledger = join(scratch, 'ran.json');
const reporter = join(here, 'scripts/reporter.mjs');
const args = [
  '--import',
  import.meta.resolve('tsx'),
  '--import',
  import.meta.resolve('./begin.mjs'),
  '--test',
  `--test-concurrency=${filesAtOnce}`,
  `--test-timeout=${secondsPerFile * 1000}`,
];
const env = { ...process.env, TMPDIR: scratch, CRDB_ACCESS_TEST_LEDGER: ledger };
// Set when the runner is itself run by a test: a nested runner would take itself for a test file and run nothing.
delete env.NODE_TEST_CONTEXT;
const child = spawn(process.execPath, [...args, `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', ...files], {
  cwd: root,
  env,
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => child.once('close', (status) => resolve(status ?? 1)));

const faults = judge({ files, ran: ran(), code });
rmSync(scratch, { recursive: true, force: true });
for (const fault of faults) console.error(fault);
if (only !== undefined) console.log(`A partial run: ${files.length} of ${all.length} files.`);
process.exit(faults.length === 0 ? 0 : 1);

function ran() {
  try {
    return JSON.parse(readFileSync(ledger, 'utf8'));
  } catch {
    return { tests: {}, skipped: [] };
  }
}
