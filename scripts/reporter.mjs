// Prints a line per test file as soon as it has ended, every failure in full, the slowest files, and node's own closing lines; writes
// down how many tests ran in each file.
import { writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { inspect } from 'node:util';

const tests = {};
const skipped = [];
const spent = {};
const wrong = {};
let said;

/** What begin.mjs prints. Files run side by side, but node reports them one after the other, in whole. */
const begins = /‣ begins (.*)\n/;

export default async function* report(source) {
  const closing = [];
  let current;
  for await (const { type, data } of source) {
    if (
      type === 'test:diagnostic' &&
      data.nesting === 0 &&
      /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(data.message)
    ) {
      closing.push(`# ${data.message}`);
    }
    if (type === 'test:stdout' && begins.test(data.message)) {
      if (current !== undefined) yield line(current);
      current = short(begins.exec(data.message)[1]);
      tests[current] ??= 0;
    }
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message.replace(begins, '');
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    count(type, data, current);
    if (type === 'test:fail') yield failure(data);
  }
  if (current !== undefined) yield line(current);
  const slowest = Object.keys(spent).sort((a, b) => spent[b] - spent[a]);
  if (slowest.length > 10)
    yield `slowest: ${slowest
      .slice(0, 10)
      .map((file) => `${file} ${seconds(file)}`)
      .join(', ')}\n`;
  for (const { name, why } of skipped) yield `skipped "${name}": ${why}\n`;
  yield `${closing.join('\n')}\n`;
  if (process.env.CRDB_ACCESS_TEST_LEDGER) writeFileSync(process.env.CRDB_ACCESS_TEST_LEDGER, JSON.stringify({ tests, skipped }));
}

function count(type, data, current) {
  // A file without any test, or one that ended badly, is reported as one test that has the file's name.
  const isFile = data.name === data.file;
  const file = isFile || current === undefined ? short(data.file ?? data.name) : current;
  tests[file] ??= 0;
  if (!isFile && data.details?.type !== 'suite' && !data.skip && !data.todo) tests[file] += 1;
  if (data.nesting === 0) spent[file] = (spent[file] ?? 0) + (data.details?.duration_ms ?? 0);
  if (type === 'test:fail') wrong[file] = true;
  const why = data.skip ?? data.todo;
  if (why !== undefined && why !== false)
    skipped.push({ file, name: data.name, why: typeof why === 'string' ? why : 'without a reason' });
}

const seconds = (file) => `${((spent[file] ?? 0) / 1000).toFixed(1)} s`;
const line = (file) => `${wrong[file] ? 'FAILED' : 'ok    '} ${file} (${tests[file]} tests, ${seconds(file)})\n`;

function failure(data) {
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  // A suite or file that fails because of what is in it was explained there.
  if (error?.failureType === 'subtestsFailed') return '';
  const words = typeof cause === 'string' ? cause : inspect(cause, { depth: 6 });
  // A `before` that fails is given as the reason of every test after it.
  const again = words === said;
  said = words;
  return `\nFAILED ${short(data.file ?? '')}:${data.line ?? ''} ${data.name}\n${again ? 'for the same reason' : words}\n`;
}

const short = (path) => relative(process.cwd(), path).split(sep).join('/');
