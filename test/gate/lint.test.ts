import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plant } from './planted.ts';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

/** Biome rules that we switched on by name: rule, and a file that breaks it. */
const style: Readonly<Record<string, string>> = {
  'correctness/noUnusedImports': "import { a } from './a.ts';\nexport {};\n",
  'correctness/noUnusedVariables': 'const unused = 1;\nexport {};\n',
  'style/useImportType': "import { type A } from './a.ts';\nexport type B = A;\n",
  'style/useNodejsImportProtocol': "import { join } from 'path';\nexport const j = join;\n",
  'style/noNonNullAssertion': 'export const f = (a: string | null): string => a!;\n',
  'style/noParameterAssign': 'export function f(a: number): number {\n  a = 2;\n  return a;\n}\n',
  'style/useConst': 'let a = 1;\nexport const b = a;\n',
  'style/useThrowOnlyError': "export function f(): never {\n  throw 'no';\n}\n",
  'suspicious/noExplicitAny': 'export const f = (a: any): unknown => a;\n',
  'suspicious/noEmptyBlockStatements': 'try {\n  Object.keys({});\n} catch {}\nexport {};\n',
  'suspicious/noConsole': "console.log('here');\nexport {};\n",
  'suspicious/noSkippedTests': "import { test } from 'node:test';\ntest.skip('later', () => undefined);\n",
  'suspicious/noFocusedTests': "import { test } from 'node:test';\ntest.only('this', () => undefined);\n",
};

/** oxlint's rules that read types. */
const promises: Readonly<Record<string, string>> = {
  'no-floating-promises': 'async function f(): Promise<void> {\n  await Promise.resolve();\n}\nf();\nexport {};\n',
  'no-misused-promises': '[1].forEach(async () => {\n  await Promise.resolve();\n});\nexport {};\n',
  'await-thenable': 'await 3;\nexport {};\n',
  'no-for-in-array': 'for (const i in [1]) Object.keys(i);\nexport {};\n',
  'only-throw-error': 'export function f(a: object): never {\n  throw a;\n}\n',
  'no-array-delete': 'const a = [1];\ndelete a[0];\nexport {};\n',
  'no-base-to-string': 'export const f = (a: object): string => String(a);\n',
  'no-implied-eval': "setTimeout('1', 1);\nexport {};\n",
  'switch-exhaustiveness-check':
    "export function f(a: 'x' | 'y'): number {\n  let n = 0;\n  switch (a) {\n    case 'x':\n      n = 1;\n  }\n  return n;\n}\n",
  'no-unsafe-unary-minus': 'export const f = (a: string): number => -a;\n',
  'require-array-sort-compare': 'export const f = (a: number[]): number[] => a.sort();\n',
  'ban-ts-comment': '// @ts-ignore\nexport const a = 1;\n',
};

const fileOf = (rule: string): string => `src/${rule.replace('/', '-')}.ts`;
const planted = (faults: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(faults).map(([rule, text]) => [fileOf(rule), text]));

suite('format and lint', () => {
  const tree = plant({
    'src/a.ts': 'export const a = 1;\nexport type A = 1;\n',
    ...planted(style),
    ...planted(promises),
    'src/format.ts': 'export const a = "1"\n',
  });
  const clean = plant({ 'src/a.ts': 'export const a = 1;\nexport type A = 1;\n' });
  after(() => {
    tree.remove();
    clean.remove();
  });
  const biome = tree.run('node_modules/.bin/biome', ['lint', '--error-on-warnings', '--max-diagnostics=none', 'src']);
  const oxlint = tree.run('node_modules/oxlint/bin/oxlint', ['--deny-warnings', '--format=unix', 'src']);

  test('a clean tree passes both', () => {
    assert.equal(clean.run('node_modules/.bin/biome', ['check', '--error-on-warnings', '.']).code, 0);
    assert.equal(clean.run('node_modules/oxlint/bin/oxlint', ['--deny-warnings', '.']).code, 0);
  });
  for (const rule of Object.keys(style)) {
    test(`biome stops what breaks ${rule}`, () =>
      assert.ok(biome.text.includes(`lint/${rule}`) && biome.text.includes(fileOf(rule)), biome.text));
  }
  for (const rule of Object.keys(promises)) {
    test(`oxlint stops what breaks ${rule}`, () => {
      const lines = oxlint.text.split('\n').filter((line) => line.startsWith(fileOf(rule)));
      assert.ok(
        lines.some((line) => line.includes(`typescript(${rule})`)),
        oxlint.text,
      );
    });
  }
  test('both end with a failure', () => {
    assert.notEqual(biome.code, 0);
    assert.notEqual(oxlint.code, 0);
  });
  test('badly formatted text is stopped', () => {
    const { code, text } = tree.run('node_modules/.bin/biome', ['format', 'src/format.ts']);
    assert.notEqual(code, 0, text);
  });
  test('every rule that is switched on by name has a planted fault', () => {
    const biomeOn = Object.entries<Record<string, string>>(JSON.parse(read('biome.json')).linter.rules).flatMap(
      ([group, rules]) =>
        group === 'preset'
          ? []
          : Object.entries(rules).flatMap(([rule, level]) => (level === 'error' ? [`${group}/${rule}`] : [])),
    );
    assert.deepEqual(
      biomeOn.filter((rule) => !(rule in style)),
      [],
    );
    const oxlintOn = Object.keys(JSON.parse(read('.oxlintrc.json')).rules).map((rule) => rule.replace('typescript/', ''));
    assert.deepEqual(
      oxlintOn.filter((rule) => !(rule in promises)),
      [],
    );
  });
});
