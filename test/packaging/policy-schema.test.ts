/** The policy file's JSON Schema: made by the reader, never stricter than it, and of use. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { readPolicyFile } from '../../src/adapters/files/policy-file.ts';
import { policySchema } from '../../src/adapters/files/policy-schema.ts';
import { sandboxPolicy } from '../../src/sandbox/policy-file.ts';
import { checkout } from './checkout.ts';

type Tree = { [key: string]: unknown };

const dir = mkdtempSync(join(tmpdir(), 'crdb-access-schema-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const fits = new Ajv({ allErrors: true }).compile(policySchema());
const example = readFileSync(join(checkout, 'policy.example.yaml'), 'utf8');

const exampleTree = parse(example) as Tree;

/** Whether the reader takes this text, by way of a file as the bot does. */
function reads(text: string): boolean {
  const path = join(dir, 'policy.yaml');
  writeFileSync(path, text);
  return 'policy' in readPolicyFile(path);
}

/** The example with another value at one place; undefined: with nothing there. */
function changed(path: readonly string[], value: unknown): Tree {
  const policy = structuredClone(exampleTree);
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Tree, policy);
  const last = path.at(-1) ?? '';
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return policy;
}

/** What the forms of the policy file let pass at their edges. */
const edges = [
  ...['v1', 'v2', 'people', 'pattern', 'required', 'none', 'refuse', '1m', '30d', '90m', '7d'],
  ...['CONTOSO.com', 'a-b.c1', '[::1]:5', '[fe80::1]', 'LOCALHOST:1', 'host', 'Host.Example:65535'],
  ...['~/ca.crt', '/a b/ü.crt', '$HOME/x', 'A', 'CRDB_2', 'C0A', 'G0123456789', 'Crdb.Ask', '!x', "it's"],
  ...[
    'https://x/.default',
    'a:b/c/.default',
    'api://X-1/y',
    'https://x',
    '_9.-',
    'ünï',
    'x.y-z',
    'administrator',
    'roots',
    'x'.repeat(63),
  ],
] as const;

suite('the schema of the policy file', () => {
  test('the committed one is what the reader knows today', () => {
    const committed = readFileSync(join(checkout, 'docs/policy.schema.json'), 'utf8');
    assert.equal(
      committed,
      `${JSON.stringify(policySchema(), null, 2)}\n`,
      'run: npm run -s cli -- policy schema > docs/policy.schema.json',
    );
  });

  test('every example fits it, and names it for editors', () => {
    const sandbox = sandboxPolicy({ host: 'localhost', port: 26257, caFile: '/tmp/ca.crt' });
    for (const text of [example, sandbox]) assert.ok(fits(parse(text)), JSON.stringify(fits.errors, null, 1));
    assert.match(example, /^# yaml-language-server: \$schema=docs\/policy\.schema\.json\n/);
  });

  test('every key that it knows is explained in docs/policy.md', () => {
    const explained = readFileSync(join(checkout, 'docs/policy.md'), 'utf8');
    const keys = new Set<string>();
    JSON.stringify(policySchema(), (key, value: unknown) => {
      if (key === 'properties') for (const name of Object.keys(value as Tree)) keys.add(name);
      return value;
    });
    assert.ok(keys.size > 20, `${keys.size} keys`);
    const code = [...explained.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`[^`]+`/g)].map(([span]) => span);
    for (const key of keys)
      assert.ok(
        code.some((span) => new RegExp(`\\b${key}\\b`).test(span)),
        key,
      );
  });

  /** What is wrong, where, and the value there; undefined: the key is gone. */
  const broken: readonly (readonly [what: string, where: string, value: unknown])[] = [
    ['another version', 'version', 2],
    ['no version', 'version', undefined],
    ['an unknown key', 'entitlments', {}],
    ['an unknown key of a cluster', 'clusters.prod.adress', 'x:1'],
    ['no admins', 'admins', undefined],
    ['admins by role and by group', 'admins.group', '3d4c5b6a-7f8e-4d9c-8b0a-1f2e3d4c5b6a'],
    ['admins by neither role nor group', 'admins.app_role', undefined],
    ['admins without a channel', 'admins.slack_channel', undefined],
    ['a channel by its name', 'admins.slack_channel', '#admins'],
    ['no clusters', 'clusters', {}],
    ['a name in upper case', 'entitlements.Reporting', (parse(example) as { entitlements: Tree }).entitlements['reporting']],
    ['a URL where the name of a variable belongs', 'clusters.prod.credential', 'postgresql://bot:secret@host/db'],
    ['an address with a scheme', 'clusters.prod.address', 'https://prod.example.com'],
    ['a CA path that is relative', 'clusters.prod.ca_path', 'certs/ca.crt'],
    ['a token version that does not exist', 'clusters.prod.api.token_version', 'v3'],
    ['a scope without /.default', 'clusters.prod.api.scope', 'api://crdb-prod'],
    ['a domain of one label', 'clusters.prod.domains.primary', 'contoso'],
    ['a domain that is there twice', 'clusters.prod.domains.others', ['a.com', 'a.com']],
    ['a way of mapping that does not exist', 'clusters.prod.map', 'regex'],
    ['a title of two lines', 'entitlements.analytics.title', 'one\ntwo'],
    ['a title that is too long', 'entitlements.analytics.title', 'x'.repeat(81)],
    ['no roles', 'entitlements.analytics.roles', []],
    ['roles that are no list', 'entitlements.analytics.roles', 'analytics_reader'],
    ['a role that is admin', 'entitlements.analytics.roles', ['admin']],
    ['a role that is reserved', 'entitlements.analytics.roles', ['pg_monitor']],
    ['a number where text belongs', 'entitlements.analytics.database', 5],
    ['nothing where text belongs', 'entitlements.analytics.description', null],
    ['a time without a unit', 'entitlements.analytics.pending_for', '8'],
    ['approval without approvers', 'entitlements.analytics.approvers', undefined],
    ['approvers without approval', 'entitlements.analytics.approval', 'none'],
    ['a time to decide where nobody is asked', 'entitlements.reporting.pending_for', '8h'],
    ['a channel for those who may ask', 'entitlements.analytics.eligible.slack_channel', 'C0X23'],
  ];
  for (const [what, where, value] of broken) {
    test(`${what}: refused by the schema and by the reader`, () => {
      const policy = changed(where.split('.'), value);
      assert.equal(reads(stringify(policy)), false, 'the reader takes it');
      assert.equal(fits(policy), false, 'the schema takes it');
    });
  }

  test('whatever the reader takes, the schema takes', () => {
    const paths = scalarPaths(exampleTree);
    assert.ok(paths.length > 20);
    let taken = 0;
    const check = (path: readonly string[], text: string): void => {
      const policy = changed(path, text);
      if (!reads(stringify(policy))) return;
      taken++;
      assert.ok(fits(policy), `${path.join('.')}: ${JSON.stringify(text)}: ${JSON.stringify(fits.errors)}`);
    };
    for (const path of paths) for (const text of edges) check(path, text);
    const texts = fc.oneof(
      fc.stringMatching(/^[a-z0-9_.:/-]{1,70}$/),
      fc.stringMatching(/^[\p{Ll}0-9_][\p{Ll}0-9_.-]{0,20}$/u),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
      fc.uuid().map((id) => id.toUpperCase()),
    );
    fc.assert(fc.property(fc.constantFrom(...paths), texts, check), { numRuns: 400 });
    assert.ok(taken > 200, `only ${taken} of the changes were good ones`);
  });
});

/** Where single values stand; a list's items by their index. */
function scalarPaths(tree: Tree, under: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? scalarPaths(value as Tree, [...under, key]) : [[...under, key]],
  );
}
