/** docs/operations.md names every code that the program can give, and no other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { misuse } from '../../src/cli/output.ts';
import { commands } from '../../src/cli/commands.ts';
import { catalogue } from '../../src/adapters/metrics/catalogue.ts';
import { words } from '../../src/core/command/grammar.ts';
import { loginWords } from '../../src/core/command/login-words.ts';
import { checkout } from './checkout.ts';

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const operations = read('docs/operations.md');

/** The codes in the first column of the table under a heading. */
function documented(heading: string): string[] {
  const section = operations.split(/^### /m).find((part) => part.startsWith(`${heading}\n`));
  assert.ok(section, `there is "${heading}"`);
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code ?? '');
}

/** The words of a union type: `type NAME =\n  | 'a'\n  | 'b'`, comments between them aside. */
function union(path: string, name: string): string[] {
  const source = read(path).replaceAll(/\/\*\*.*?\*\//gs, '');
  const body = new RegExp(`type ${name} =([^;]+);`).exec(source)?.[1];
  assert.ok(body, `${path} has the type ${name}`);
  return [...body.matchAll(/'([^']+)'/g)].map(([, word]) => word ?? '');
}

/** What a pattern's group finds in the sources of a folder of the core. */
function found(pattern: RegExp, ...folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(checkout, 'src/core', folder), { recursive: true, encoding: 'utf8' }).map(
      (file) => `src/core/${folder}/${file}`,
    ),
  );
  const sources = files.filter((file) => file.endsWith('.ts')).map(read);
  return sources.flatMap((source) => [...source.matchAll(pattern)].map(([, word]) => word ?? ''));
}

const same = (heading: string, codes: readonly string[]): void => {
  const listed = documented(heading);
  assert.deepEqual(listed.toSorted(), [...new Set(listed)].toSorted(), 'none is there twice');
  assert.ok(codes.length > 0, 'the source has codes');
  assert.deepEqual(listed.toSorted(), [...new Set(codes)].toSorted(), heading);
};

const refusals = union('src/core/cluster/plan.ts', 'RefusalCode');
const names = [
  ...(/code: ((?:'\w+'(?: \| )?)+)/.exec(read('src/core/identity/sql-username.ts'))?.[1] ?? '').matchAll(/'(\w+)'/g),
].map(([, code]) => code ?? '');
/** What speaks against an admin's word on anything, a proposal or a change of settings (src/core/policy/admins.ts). */
const ofAdmins = 'admin';
const rule = /\brule(?:: |\s*=\s*)'([\w-]+)'/g;

suite('every code has its line in docs/operations.md, and every line its code', () => {
  test('faults, and what /readyz and the log say beside them', () => {
    const readiness = /type Seen = ([^;]+);/.exec(read('src/adapters/http/readiness.ts'))?.[1] ?? '';
    const beside = [...readiness.matchAll(/(?<!\[)'(\w+)'/g)].map(([, word]) => word ?? '').filter((word) => word !== 'ok');
    assert.deepEqual(beside, ['slow', 'failed']);
    same('What does not answer', [...union('src/core/errors.ts', 'FaultCode'), ...beside, 'unexpected']);
  });

  test('what a request waits for', () => {
    // Whatever is no fault: each is written where the wait is made.
    const waits = found(/code: (?:'|`)(\w+_(?:refused|blocked|paused))\b/g, 'provisioning', 'delivery', 'approval');
    const blocked = found(/`(settings_blocked):/g, 'provisioning');
    same('What a request waits for', [...waits, ...blocked, ...union('src/core/cluster-auth/settings-plan.ts', 'BlockedCode')]);
  });

  test('why nothing is granted', () => same('Why nothing is granted', refusals));

  test('findings about a request', () => {
    const folders = readdirSync(join(checkout, 'src/core'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['adoption', 'work'].includes(entry.name))
      .map(({ name }) => name);
    same(
      'Findings about a request',
      found(rule, ...folders).filter((word) => !refusals.includes(word) && !['plan', ofAdmins].includes(word)),
    );
  });

  test('findings about a proposal', () => {
    const against = found(/\bno\(\s*'([\w-]+)'/g, 'adoption');
    assert.equal(names.length, 4);
    const also = [...found(rule, 'adoption', 'work'), ofAdmins].filter(
      (word) => !documented('Findings about a request').includes(word),
    );
    same('Findings about a proposal', [...against, ...also, ...names]);
  });

  test('steps of a login', () => same('Steps of a login', Object.keys(loginWords)));

  test('exit codes', () => {
    const cli =
      /type ExitCode = ([^;]+);/
        .exec(read('src/cli/output.ts'))?.[1]
        ?.split(' | ')
        .map((code) => (code === 'typeof misuse' ? String(misuse) : code)) ?? [];
    const bot = [...read('src/main.ts').matchAll(/process\.exit\((\d)\)/g)].map(([, code]) => code ?? '');
    same('Exit codes', [...cli, ...bot]);
  });

  test('the commands of the command line', () => {
    const listed = [
      ...((operations.split('\n## The command line\n')[1] ?? '').split('\n## ')[0]?.matchAll(/^\| `([^`]+)` \|/gm) ?? []),
    ].map(([, c]) => c);
    const known = commands.map(({ words: typed, takes }) => `${typed} ${takes}`.trim());
    // These take --yes as `rebind` does, and do not need it.
    assert.deepEqual(
      listed,
      known.map((usage) => (/^(adopt|apply|rollback) /.test(usage) ? usage.replace(' [--yes]', '') : usage)),
    );
  });

  test('metrics and chat commands that it speaks of are there', () => {
    const metrics = [...operations.matchAll(/`?(crdb_access_[a-z_]+)(?=[{`[])/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !/_(store|owner|settings)$/.test(name));
    assert.ok(metrics.length >= 4);
    for (const name of metrics) assert.ok(name in catalogue, name);
    for (const [, typed] of operations.matchAll(/`\/crdb-access (\w+)/g))
      assert.ok(
        words.some((word) => word.name === typed),
        typed,
      );
  });

  test('every link leads to a file or a heading that is there', () => {
    const anchors = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\d\s-]/gu, '')
        .replaceAll(' ', '-'),
    );
    const links = [...operations.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to).filter((to) => !to.startsWith('https:'));
    assert.ok(links.length > 20);
    for (const to of links) {
      if (to.startsWith('#')) assert.ok(anchors.includes(to.slice(1)), to);
      else assert.doesNotThrow(() => read(join('docs', to)), to);
    }
  });
});
