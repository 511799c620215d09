// Prints a line per test file, every failure in full, and node's own closing lines; writes down how many tests ran in each file.
import { writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { inspect } from 'node:util';

const tests = {};
const skipped = [];
const spent = {};
const wrong = {};

export default async function* report(source) {
  const closing = [];
  for await (const { type, data } of source) {
    if (
      type === 'test:diagnostic' &&
      data.nesting === 0 &&
      /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(data.message)
    ) {
      closing.push(`# ${data.message}`);
    }
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    count(type, data);
    if (type === 'test:fail') yield failure(data);
  }
  const files = Object.keys(tests).sort();
  for (const file of files)
    yield `${wrong[file] ? 'FAILED' : 'ok    '} ${file} (${tests[file]} tests, ${((spent[file] ?? 0) / 1000).toFixed(1)} s)\n`;
  for (const { name, why } of skipped) yield `skipped "${name}": ${why}\n`;
  yield `${closing.join('\n')}\n`;
  if (process.env.CRDB_ACCESS_TEST_LEDGER) writeFileSync(process.env.CRDB_ACCESS_TEST_LEDGER, JSON.stringify({ tests, skipped }));
}

function count(type, data) {
  const file = short(data.file ?? data.name);
  // A file without any test is reported as one test that has the file's name.
  const isFile = short(data.name) === file;
  tests[file] ??= 0;
  if (!isFile && data.details?.type !== 'suite' && !data.skip && !data.todo) tests[file] += 1;
  if (data.nesting === 0) spent[file] = (spent[file] ?? 0) + (data.details?.duration_ms ?? 0);
  if (type === 'test:fail') wrong[file] = true;
  const why = data.skip ?? data.todo;
  if (why !== undefined && why !== false)
    skipped.push({ file, name: data.name, why: typeof why === 'string' ? why : 'without a reason' });
}

function failure(data) {
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  // A suite or file that fails because of what is in it was explained there.
  if (error?.failureType === 'subtestsFailed') return '';
  return `\nFAILED ${short(data.file ?? '')}:${data.line ?? ''} ${data.name}\n${typeof cause === 'string' ? cause : inspect(cause, { depth: 6 })}\n\n`;
}

const short = (path) => relative(process.cwd(), path).split(sep).join('/');
