import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
// @ts-expect-error plain JavaScript without types
import { judge } from '../../scripts/judge.mjs';
import { plant } from './planted.ts';
import type { Planted } from './planted.ts';

const sound = {
  'src/main.ts': "import './core/errors.ts';\n",
  'src/core/errors.ts': 'export const fault = 1;\n',
  'src/sandbox/page/web/main.ts': 'document.title = location.hash;\n',
  'test/core/errors.test.ts':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { fault } from '../../src/core/errors.ts';\n\ntest('a fault is one', () => assert.equal(fault, 1));\n",
};
const trees: Planted[] = [];
const planted = (files: Readonly<Record<string, string>>): Planted => {
  const tree = plant({ ...sound, ...files });
  trees.push(tree);
  return tree;
};
const long = Array.from(
  { length: 401 },
  (_, i) => `export const a${i} = 1;
`,
).join('');

suite('the gate', () => {
  after(() => {
    for (const tree of trees) tree.remove();
  });

  test('a sound tree passes, with a line per check and a count', () => {
    const { code, text } = planted({}).run('scripts/check.mjs', ['--but-tests']);
    assert.equal(code, 0, text);
    assert.match(text, /^ok {5}types \(\d/m);
    assert.match(text, /9 checks, 9 ok, 0 failed \(without the tests\)\n$/);
  });

  test('every check fails on its own planted fault, says where, and the whole ends with a failure', () => {
    const { code, text } = planted({
      'src/wrong.ts': "export const wrong: number = 'text';\n",
      'src/core/errors.ts': "import '../wrong.ts';\nexport const fault = Date.now();\nexport const env: any = process.env;\n",
      'src/sandbox/page/web/wrong.ts': 'export const env = process.env;\n',
      'test/core/wrong.test.ts': "import { gone } from './gone.ts';\n\nexport const g = gone;\n",
      'src/one.ts': long,
      'src/two.ts': long,
      'src/three.ts': long,
      'src/floating.ts': 'export const f = async (): Promise<void> => undefined;\nf();\n',
    }).run('scripts/check.mjs', ['--but-tests']);
    assert.equal(code, 1, text);
    for (const [check, where] of [
      ['types', 'src/wrong.ts'],
      ['types of the core, without a world', 'src/core/errors.ts'],
      ['types of the tests', 'test/core/wrong.test.ts'],
      ['types of the page, in a browser', 'src/sandbox/page/web/wrong.ts'],
      ['format and lint', 'src/core/errors.ts'],
      ['promises', 'src/floating.ts'],
      ['walls', 'src/core/errors.ts'],
      ['lengths of files', 'src/three.ts'],
      ['purity of the core', 'src/core/errors.ts:2'],
    ] as const) {
      const said = text.split(/^(?=ok {5}|FAILED)/m).find((part) => part.startsWith(`FAILED ${check} (`));
      assert.ok(said?.includes(where), `${check}:\n${text}`);
    }
    assert.match(text, /9 checks, 0 ok, 9 failed/);
  });

  test('two files over 400 lines pass, and a third does not', () => {
    const two = { 'src/one.ts': long, 'src/two.ts': long };
    assert.equal(planted(two).run('scripts/lengths.mjs').code, 0);
    assert.equal(planted({ ...two, 'src/sandbox/three.ts': long }).run('scripts/lengths.mjs').code, 1);
  });
});

suite('the purity of the core', () => {
  const impure = [
    'Date.now()',
    'new Date()',
    'new Date( )',
    'new Date',
    'Date()',
    'Math.random()',
    'Date?.now()',
    'globalThis',
    'x.toLocaleString()',
    'const { now } = Date;',
    '// as Slack has it',
    "'Microsoft Teams'",
  ];
  const pure = [
    'new Date(0)',
    'new Date(now.getTime())',
    'const at: Date = when;',
    'Math.max(1, 2)',
    'readonly team: string;',
    'x instanceof Date',
  ];
  for (const line of impure) {
    test(`${line} is stopped in src/core`, () => {
      const tree = plant({ 'src/core/a.ts': `export {};\n${line}\n` });
      const { code, text } = tree.run('scripts/purity.mjs');
      tree.remove();
      assert.equal(code, 1, text);
      assert.match(text, /src\/core\/a\.ts:2: /);
    });
  }
  test('what takes its time from the caller passes', () => {
    const tree = plant({ 'src/core/a.ts': pure.join('\n') });
    const { code, text } = tree.run('scripts/purity.mjs');
    tree.remove();
    assert.equal(code, 0, text);
  });
});

suite('the test runner', () => {
  after(() => {
    for (const tree of trees) tree.remove();
  });
  const passing = "import { test } from 'node:test';\n\ntest('passes', () => undefined);\n";

  test("runs every file, in folders of any depth, and ends with node's own lines", () => {
    const { code, text } = planted({ 'test/a/b/c/deep.test.ts': passing, 'test/top.test.ts': passing }).run('scripts/test.mjs');
    assert.equal(code, 0, text);
    assert.match(
      text,
      /# tests 3\n# suites 0\n# pass 3\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms [\d.]+\n$/,
    );
  });
  test('counts the tests of a contract suite to the file that runs it, not to the one that it is written in', () => {
    const { code, text } = planted({
      'test/contracts/both.ts': `import { test } from 'node:test';\n\nexport const contract = (): void => {\n  test('one', () => undefined);\n  test('two', () => undefined);\n};\n`,
      'test/a.test.ts': "import { contract } from './contracts/both.ts';\n\ncontract();\n",
      'test/b.test.ts': "import { contract } from './contracts/both.ts';\n\nconsole.log('of b');\ncontract();\n",
      'test/c.test.ts': 'export {};\n',
    }).run('scripts/test.mjs');
    assert.equal(code, 1, text);
    assert.match(text, /^ok {5}test\/a\.test\.ts \(2 tests, .*\nof b\nok {5}test\/b\.test\.ts \(2 tests, /m);
    assert.match(text, /^test\/c\.test\.ts: ran no test\n3 files ran, and there are 4$/m);
  });
  test('fails when a test fails, and shows why', () => {
    const { code, text } = planted({
      'test/bad.test.ts':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n\ntest('bad', () => assert.equal(1, 2));\n",
    }).run('scripts/test.mjs');
    assert.equal(code, 1, text);
    assert.match(text, /FAILED test\/bad\.test\.ts:\d+ bad\nAssertionError/);
    assert.match(text, /# fail 1/);
  });
  test('says once why a file did not get as far as its tests', () => {
    const { code, text } = planted({
      'test/bad.test.ts':
        "import { before, test } from 'node:test';\n\nbefore(() => {\n  throw new Error('no room');\n});\ntest('one', () => undefined);\ntest('two', () => undefined);\n",
    }).run('scripts/test.mjs');
    assert.equal(code, 1, text);
    assert.match(text, /bad\.test\.ts:\d+ one\nError: no room\n[\s\S]*bad\.test\.ts:\d+ two\nfor the same reason\n/);
    assert.equal(text.split('Error: no room').length, 2);
  });
  test('fails when a file ends before its tests have run', () => {
    const { code, text } = planted({ 'test/gone.test.ts': `process.exit(0);\n${passing}` }).run('scripts/test.mjs');
    assert.equal(code, 1, text);
    assert.match(text, /test\/gone\.test\.ts: ran no test\n1 files ran, and there are 2/);
  });
  test('fails when a file does not load', () => {
    const { code } = planted({ 'test/broken.test.ts': "import './nowhere.ts';\n" }).run('scripts/test.mjs');
    assert.equal(code, 1);
  });
  test('fails on a skipped test, unless a program that it needs is not installed', () => {
    const skip = (why: string): string =>
      `import { test } from 'node:test';\n\ntest('later', { skip: ${why} }, () => undefined);\n`;
    assert.equal(planted({ 'test/skipped.test.ts': skip('true') }).run('scripts/test.mjs').code, 1);
    const { code, text } = planted({ 'test/skipped.test.ts': skip("'needs chromium'") }).run('scripts/test.mjs');
    assert.equal(code, 0, text);
    assert.match(text, /skipped "later": needs chromium/);
  });
  test('says so when it ran a part only', () => {
    const { code, text } = planted({ 'test/top.test.ts': passing }).run('scripts/test.mjs', ['--only', 'top']);
    assert.equal(code, 0, text);
    assert.match(text, /A partial run: 1 of 2 files\.\n$/);
  });
  test('leaves soaks to those who ask for them', () => {
    const tree = planted({ 'test/long.soak.test.ts': passing });
    assert.match(tree.run('scripts/test.mjs', [], { SOAK: '' }).text, /# tests 1\n/);
    assert.match(tree.run('scripts/test.mjs', [], { SOAK: '1' }).text, /# tests 2\n/);
  });
  test('a tree without tests fails', () => {
    const tree = plant({ 'src/main.ts': 'export {};\n' });
    assert.equal(tree.run('scripts/test.mjs').code, 1);
    tree.remove();
  });
  test('judges fewer files than there are, whatever the exit code says', () => {
    assert.deepEqual(judge({ files: ['a', 'b'], ran: { tests: { a: 3 }, skipped: [] }, code: 0 }), [
      'b: ran no test',
      '1 files ran, and there are 2',
    ]);
    assert.deepEqual(judge({ files: ['a'], ran: { tests: { a: 1 }, skipped: [] }, code: 0 }), []);
  });
});
