// `npm run check`: the gate. Every step prints a line, and all of a failed step's words; the last line counts.
//   --but-tests   the tests ran just now (.ci/run)
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { here, options } from './tree.mjs';

const { root, ...asked } = options({ 'but-tests': { type: 'boolean' } });
const bin = (path) => join(here, 'node_modules', path);
const node = (script, ...args) => [process.execPath, [script, ...args]];
const ours = (name, ...args) => node(join(here, 'scripts', `${name}.mjs`), '--root', root, ...args);
const tsc = (project) => node(bin('typescript/bin/tsc'), '-p', project, '--noEmit');

/** Steps of one row run side by side, as far as there are cores; the rows one after the other. */
const rows = [
  [
    { name: 'types', run: tsc('tsconfig.json') },
    { name: 'types of the core, without a world', run: tsc('tsconfig.core.json') },
    { name: 'types of the tests', run: tsc('tsconfig.test.json') },
    { name: 'types of the page, in a browser', run: tsc('src/sandbox/page/web/tsconfig.json') },
    { name: 'format and lint', run: [bin('.bin/biome'), ['check', '--error-on-warnings', '--max-diagnostics=100', '.']] },
    { name: 'promises', run: node(bin('oxlint/bin/oxlint'), '--deny-warnings', '.') },
    { name: 'walls', run: ours('walls') },
    { name: 'lengths of files', run: ours('lengths') },
    { name: 'purity of the core', run: ours('purity') },
  ],
  [{ name: 'build', run: node(join(here, 'scripts/build.mjs'), '--if-stale') }],
  [{ name: 'tests', run: ours('test'), shown: true }],
];
if (asked['but-tests']) rows.splice(1);

const results = [];
for (const row of rows) {
  const waiting = [...row];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) results.push(await run(step));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), row.length) }, worker));
}
const failed = results.filter((ok) => !ok).length;
console.log(
  `${results.length} checks, ${results.length - failed} ok, ${failed} failed${asked['but-tests'] ? ' (without the tests)' : ''}`,
);
process.exit(failed === 0 ? 0 : 1);

/** Runs a step to its end and says how it went. */
async function run({ name, run: [command, args], shown }) {
  const began = performance.now();
  const words = [];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (shown ? process.stdout.write(chunk) : words.push(chunk)));
  }
  const code = await new Promise((resolve) =>
    child.once('error', () => resolve(-1)).once('close', (status) => resolve(status ?? -1)),
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(Buffer.concat(words).toString('utf8').trimEnd());
  return code === 0;
}
