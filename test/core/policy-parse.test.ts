import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readPolicyFile } from '../../src/adapters/files/policy-file.ts';
import { faultText } from '../../src/core/policy/document.ts';
import { runs } from '../runs.ts';

const dir = mkdtempSync(join(tmpdir(), 'crdb-access-policy-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'policy.yaml');
const read = (content: string | Buffer) => {
  writeFileSync(file, content);
  return readPolicyFile(file);
};
const policyOf = (content: string) => {
  const result = read(content);
  assert.ok('policy' in result, 'faults' in result ? result.faults.map(faultText).join('\n') : '');
  return result.policy;
};
/** `line where: wrong; write …`, the file left out. */
const faultsOf = (content: string | Buffer): readonly string[] => {
  const result = read(content);
  return 'faults' in result ? result.faults.map((f) => faultText(f).slice(file.length + 1)) : [];
};

const good = `version: 1
admins: { app_role: Crdb.Admin, slack_channel: C0ADMINS }
clusters:
  prod:
    address: prod.example.com:26257
    database: defaultdb
    credential: CRDB_PROD_URL
    api: { audience: 6e1f2d3c-0a4b-4c5d-8e6f-7a8b9c0d1e2f, scope: api://crdb-prod/.default, token_version: v2 }
    domains: { primary: contoso.com }
entitlements:
  analytics:
    title: Analytics
    cluster: prod
    roles: [analytics_reader]
    eligible: { app_role: Crdb.Request }
    approvers: { app_role: Crdb.Approve, slack_channel: C0APPROVERS }
`;

suite('a good policy file', () => {
  test('guests of the chat count only where the file allows them', () => {
    assert.equal(policyOf(good).chatGuests, false);
    assert.equal(policyOf(`${good}chat_guests: refuse\n`).chatGuests, false);
    assert.equal(policyOf(`${good}chat_guests: allow\n`).chatGuests, true);
    assert.match(faultsOf(`${good}chat_guests: yes\n`).join(), /chat_guests: .*; write refuse or allow/);
  });
  test('the example is good, and says who it is by its SHA-256', () => {
    const path = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
    const result = readPolicyFile(path);
    assert.ok('policy' in result);
    assert.equal(result.policy.hash, createHash('sha256').update(readFileSync(path)).digest('hex'));
    assert.deepEqual([...result.policy.entitlements.keys()], ['analytics', 'reporting']);
    assert.equal(result.policy.entitlements.get('reporting')?.approval, null);
  });
  test('what is left out has its default', () => {
    const policy = policyOf(good);
    const cluster = policy.clusters.get('prod');
    assert.deepEqual(
      [cluster?.caPath, cluster?.settingsCredential, cluster?.map, cluster?.domains.others, policy.appRolesOf],
      [null, null, 'pattern', [], null],
    );
    const analytics = policy.entitlements.get('analytics');
    assert.deepEqual([analytics?.database, analytics?.description], ['defaultdb', '']);
    assert.deepEqual(analytics?.approval, {
      by: { kind: 'app_role', value: 'Crdb.Approve' },
      channels: { slack: 'C0APPROVERS' },
      pendingForSeconds: 8 * 3600,
    });
  });
  test('people are asked in channels of one platform, of another, or of both', () => {
    const asked = (channels: string) =>
      policyOf(good.replace('slack_channel: C0APPROVERS', channels)).entitlements.get('analytics')?.approval?.channels;
    const ids = ['19:0a1b2c3d4e5f@thread.tacv2', '19:meeting_Zm9vYmFy-_@thread.v2', '19:0a1b2c3d4e5f@thread.skype'];
    for (const teams of ids) assert.deepEqual(asked(`teams_channel: ${teams}`), { teams });
    assert.deepEqual(asked(`slack_channel: C0APPROVERS, teams_channel: "${ids[0]}"`), { slack: 'C0APPROVERS', teams: ids[0] });
  });
  test('domains and GUIDs lose their case, an address without a port has the SQL port', () => {
    const policy = policyOf(
      good.replace('contoso.com', 'Contoso.COM').replace('prod.example.com:26257', 'Prod.Example.com').replace('6e1f', '6E1F'),
    );
    const cluster = policy.clusters.get('prod');
    assert.deepEqual(
      [cluster?.domains.primary, cluster?.host, cluster?.port, cluster?.api.audience.slice(0, 4)],
      ['contoso.com', 'prod.example.com', 26257, '6e1f'],
    );
  });
  for (const [text, seconds] of [
    ['30m', 1800],
    ['8h', 28800],
    ['2d', 172800],
    ['1m', 60],
    ['30d', 2592000],
  ] as const) {
    test(`pending_for: ${text} is ${seconds} seconds`, () => {
      assert.equal(
        policyOf(`${good}    pending_for: ${text}\n`).entitlements.get('analytics')?.approval?.pendingForSeconds,
        seconds,
      );
    });
  }
  test('an anchor can be used again', () => {
    const policy = policyOf(
      good.replace('eligible: {', 'eligible: &who {').replace('approvers: {', 'approvers: { # *who\n     '),
    );
    assert.equal(policy.entitlements.size, 1);
  });
});

/** What is changed in the good file, and the fault that this must give: line and where, what is wrong, what to write. */
const changes: readonly { readonly of: string; readonly to: string; readonly gives: RegExp }[] = [
  { of: 'version: 1', to: 'version: 2', gives: /^1: version: "2" is not known here; write 1$/ },
  { of: 'version: 1\n', to: '', gives: /^1: version: is missing; write version: 1$/ },
  {
    of: 'database: defaultdb',
    to: 'datbase: defaultdb',
    gives: /^6: clusters\.prod\.datbase: is not known here; write database, if that was meant$/,
  },
  {
    of: 'database: defaultdb',
    to: 'zzz: 1',
    gives: /^6: clusters\.prod\.zzz: is not known here; write one of address, ca_path, /,
  },
  { of: '    database: defaultdb\n', to: '', gives: /^5: clusters\.prod\.database: is missing; write database: / },
  {
    of: 'database: defaultdb',
    to: 'database: 12',
    gives: /^6: clusters\.prod\.database: is read as a number, not as text \(put it in quotes\)/,
  },
  { of: 'database: defaultdb', to: 'database: [a]', gives: /^6: clusters\.prod\.database: should be text and is a list/ },
  { of: 'database: defaultdb', to: 'database:', gives: /^6: clusters\.prod\.database: is empty/ },
  { of: 'database: defaultdb', to: 'database: a/b', gives: /^6: clusters\.prod\.database: "a\/b" is not a database name/ },
  {
    of: 'database: defaultdb',
    to: 'database: a\n    database: b',
    gives: /^7: clusters\.prod\.database: is there twice, first on line 6; write it once$/,
  },
  {
    of: 'entitlements:\n',
    to: '  prod: {}\nentitlements:\n',
    gives: /^10: clusters\.prod: is there twice, first on line 4; write it once$/,
  },
  { of: '26257', to: '65536', gives: /^5: clusters\.prod\.address: "prod\.example\.com:65536" is not a host and port/ },
  { of: '26257', to: '0', gives: /^5: clusters\.prod\.address: / },
  { of: 'prod.example.com:', to: 'prod_x.example.com:', gives: /^5: clusters\.prod\.address: / },
  { of: 'prod.example.com:', to: 'user@prod.example.com:', gives: /^5: clusters\.prod\.address: / },
  { of: '    database', to: '    ca_path: $PWD/ca.crt\n    database', gives: /^6: clusters\.prod\.ca_path: / },
  { of: '    database', to: '    ca_path: ca.crt\n    database', gives: /^6: clusters\.prod\.ca_path: "ca\.crt" is not a path/ },
  { of: '    database', to: '    ca_path: "/a$(x)"\n    database', gives: /^6: clusters\.prod\.ca_path: / },
  { of: 'CRDB_PROD_URL', to: 'crdb', gives: /^7: clusters\.prod\.credential: is not the name of an environment variable/ },
  {
    of: '6e1f2d3c-0a4b-4c5d-8e6f-7a8b9c0d1e2f',
    to: 'crdb-prod',
    gives: /^8: clusters\.prod\.api\.audience: "crdb-prod" is not an audience/,
  },
  {
    of: '6e1f2d3c-0a4b-4c5d-8e6f-7a8b9c0d1e2f',
    to: 'api://crdb-prod',
    gives: /^8: clusters\.prod\.api\.audience: is a URI, but the audience of a v2 token/,
  },
  { of: '/.default', to: '', gives: /^8: clusters\.prod\.api\.scope: "api:\/\/crdb-prod" is not a scope/ },
  {
    of: 'token_version: v2',
    to: 'token_version: v3',
    gives: /^8: clusters\.prod\.api\.token_version: "v3" is not known here; write v1 or v2$/,
  },
  {
    of: 'primary: contoso.com',
    to: 'primary: contoso',
    gives: /^9: clusters\.prod\.domains\.primary: "contoso" is not a domain/,
  },
  { of: 'primary: contoso.com', to: 'primary: "*.contoso.com"', gives: /^9: clusters\.prod\.domains\.primary: / },
  {
    of: 'primary: contoso.com',
    to: 'primary: contoso.com, others: [Contoso.com]',
    gives: /^9: clusters\.prod\.domains\.others: has the primary domain contoso\.com in it/,
  },
  {
    of: 'primary: contoso.com',
    to: 'primary: a.com, others: [b.com, B.com]',
    gives: /^9: clusters\.prod\.domains\.others\[1\]: "b\.com" is there twice/,
  },
  {
    of: 'domains: { primary: contoso.com }',
    to: 'domains: contoso.com',
    gives: /^9: clusters\.prod\.domains: should be a map and is a single value/,
  },
  {
    of: 'domains: { primary: contoso.com }',
    to: 'domains: { primary: contoso.com }\n    map: all',
    gives: /^10: clusters\.prod\.map: "all" is not known here; write pattern or people$/,
  },
  {
    of: '  analytics:',
    to: '  Analytics:',
    gives: /^11: entitlements\.Analytics: "Analytics" is not a name; write lower-case letters/,
  },
  { of: '  analytics:', to: '  -x:', gives: /^11: entitlements\.-x: / },
  { of: 'title: Analytics', to: 'title: "two\\nlines"', gives: /^12: entitlements\.analytics\.title: / },
  {
    of: 'cluster: prod',
    to: 'cluster: prd',
    gives: /^13: entitlements\.analytics\.cluster: "prd" is not a cluster of this file; write prod, if that was meant$/,
  },
  {
    of: 'cluster: prod',
    to: 'cluster: staging',
    gives: /^13: entitlements\.analytics\.cluster: "staging" is not a cluster of this file; write one of prod$/,
  },
  { of: '[analytics_reader]', to: '[]', gives: /^14: entitlements\.analytics\.roles: is empty/ },
  {
    of: '[analytics_reader]',
    to: 'analytics_reader',
    gives: /^14: entitlements\.analytics\.roles: should be a list and is a single value/,
  },
  ...[
    'admin',
    'root',
    'node',
    'public',
    'none',
    'pg_monitor',
    'crdb_internal_x',
    'Analytics',
    'a b',
    '"a;b"',
    'a'.repeat(64),
  ].map((role) => ({
    of: '[analytics_reader]',
    to: `[${role}]`,
    gives: /^14: entitlements\.analytics\.roles\[0\]: ".*" is not a SQL role that can be given/,
  })),
  { of: '[analytics_reader]', to: '[a, a]', gives: /^14: entitlements\.analytics\.roles\[1\]: "a" is there twice/ },
  {
    of: '{ app_role: Crdb.Request }',
    to: '{}',
    gives: /^15: entitlements\.analytics\.eligible: names neither an app role nor a group/,
  },
  {
    of: '{ app_role: Crdb.Request }',
    to: '{ group: everybody }',
    gives: /^15: entitlements\.analytics\.eligible\.group: "everybody" is not a GUID/,
  },
  {
    of: '{ app_role: Crdb.Request }',
    to: '{ app_role: a, group: 6e1f2d3c-0a4b-4c5d-8e6f-7a8b9c0d1e2f }',
    gives: /^15: .*eligible: names an app role and a group; write one of the two$/,
  },
  {
    of: '{ app_role: Crdb.Request }',
    to: '{ app_role: has space }',
    gives: /^15: .*eligible\.app_role: "has space" is not the value of an app role/,
  },
  {
    of: '{ app_role: Crdb.Request }',
    to: '{ app_role: a, slack_channel: C0X }',
    gives: /^15: .*eligible\.slack_channel: is not known here/,
  },
  {
    of: ', slack_channel: C0APPROVERS',
    to: '',
    gives: /^16: entitlements\.analytics\.approvers: has no channel; write slack_channel: /,
  },
  {
    of: 'C0APPROVERS',
    to: '"#approvers"',
    gives: /^16: .*approvers\.slack_channel: "#approvers" is not the id of a channel; write the channel's id, like C0123456789$/,
  },
  ...[
    'C0APPROVERS',
    'Approvals',
    '19:0a1b2c3d4e5f@thread.tacv2;messageid=1700000000000',
    '19:0a1b2c3d4e5f@unq.gbl.spaces',
    '29:1AbcdEfghIjkl',
    'a:1AbcdEfghIjkl',
    'https://teams.microsoft.com/l/channel/19%3A0a1b2c3d4e5f%40thread.tacv2/General',
  ].map((id) => ({
    of: 'slack_channel: C0APPROVERS',
    to: `teams_channel: "${id}"`,
    gives: /^16: .*approvers\.teams_channel: ".*" is not the id of a channel; write the id of a channel or group chat, like "19:/,
  })),
  {
    of: '    approvers: { app_role: Crdb.Approve, slack_channel: C0APPROVERS }\n',
    to: '',
    gives: /^12: entitlements\.analytics\.approvers: is missing; write .*approval: none/,
  },
  {
    of: 'title: Analytics',
    to: 'title: Analytics\n    approval: none',
    gives: /^17: entitlements\.analytics\.approvers: contradicts approval: none/,
  },
  {
    of: 'title: Analytics',
    to: 'title: Analytics\n    approval: no',
    gives: /^13: entitlements\.analytics\.approval: "no" is not known here; write required or none$/,
  },
  ...['8 h', '8', '0h', '-1h', '1.5h', '31d', '8H', '1w', '""'].map((time) => ({
    of: 'title: Analytics',
    to: `title: Analytics\n    pending_for: ${time}`,
    gives: /^13: entitlements\.analytics\.pending_for: /,
  })),
  { of: 'slack_channel: C0ADMINS', to: 'channel: C0ADMINS', gives: /^2: admins: has no channel/ },
  {
    of: 'version: 1',
    to: 'version: 1\napp_roles_of: 00000000-0000-0000-0000-000000000000',
    gives: /^2: app_roles_of: .* is not a GUID/,
  },
];

suite('a policy file with a fault', () => {
  for (const { of, to, gives } of changes) {
    test(`with ${JSON.stringify(to === '' ? `no ${of.trim()}` : to.trim())} is refused: ${gives.source.slice(0, 60)}…`, () => {
      assert.ok(good.includes(of), of);
      const faults = faultsOf(good.replace(of, to));
      assert.ok(
        faults.some((fault) => gives.test(fault)),
        faults.join('\n') || 'no fault',
      );
    });
  }
  test('one fault gives one line: nothing follows from it that is no fault of its own', () => {
    assert.equal(faultsOf(good.replace('26257', '99999')).length, 1);
    assert.equal(faultsOf(good.replace('CRDB_PROD_URL', 'x')).length, 1);
    assert.equal(faultsOf(good.replace('contoso.com', 'x')).length, 1);
  });
  test('all faults are said at once, in the order of the lines', () => {
    const faults = faultsOf(
      good
        .replace('26257', '99999')
        .replace('Crdb.Request', '""')
        .replace('C0ADMINS', 'x')
        .replace('cluster: prod', 'cluster: x'),
    );
    assert.deepEqual(
      faults.map((fault) => Number.parseInt(fault, 10)),
      [2, 5, 13, 15],
    );
  });
  test('a URL with a password where a variable belongs is not repeated', () => {
    const faults = faultsOf(good.replace('CRDB_PROD_URL', 'postgresql://bot:hunter2@prod/defaultdb'));
    assert.equal(faults.length, 1);
    assert.ok(!faults.join().includes('hunter2'));
  });
});

suite('a policy file that is no policy', () => {
  const broken: readonly [string, string | Buffer, RegExp][] = [
    ['empty', '', /^1: is empty/],
    ['only a comment', '# nothing\n', /^1: is empty/],
    ['a list', '- a\n', /^1: should be a map and is a list/],
    ['no good YAML', 'version: 1\nadmins: { app_role: x\n', /^\d: is not good YAML: /],
    ['two documents', 'version: 1\n---\nversion: 1\n', /is not good YAML/],
    ['a tag', 'version: !!python/object 1\n', /^1: is not good YAML/],
    ['a key that is a list', '? [a, b]\n: 1\n', /^1: a key is not a single word/],
    ['an alias without an anchor', 'version: *gone\n', /^1: has no anchor &gone/],
    ['not UTF-8', Buffer.from([0x76, 0xff, 0xfe]), /^1: is not UTF-8/],
    ['more than 1 MB', 'a'.repeat(1_000_001), /^1: is larger than 1 MB/],
    ['deeper than anybody nests', `a: ${'['.repeat(200)}${']'.repeat(200)}\n`, /nested deeper/],
    [
      'a bomb of aliases',
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`).join('\n')}\n`,
      /stands for more than 20000 values/,
    ],
  ];
  for (const [what, content, gives] of broken) {
    test(`${what} is said as such`, () => {
      const faults = faultsOf(content);
      assert.ok(
        faults.some((fault) => gives.test(fault)),
        faults.join('\n') || 'no fault',
      );
    });
  }
  test('an anchor inside itself ends', () => {
    assert.ok(faultsOf('clusters: &a\n  prod: *a\n').length > 0);
  });
  test('a file that is not there is told apart', () => {
    const result = readPolicyFile(join(dir, 'nowhere.yaml'));
    assert.ok('faults' in result && result.absent);
    assert.match(result.faults[0]?.wrong ?? '', /does not exist/);
  });
  test('a folder can not be read', () => {
    const result = readPolicyFile(dir);
    assert.ok('faults' in result && result.absent);
  });

  test('no text makes the reader fail, and every fault has a line of the file', () => {
    const lines = good.split('\n');
    const mangled = fc
      .array(
        fc.tuple(
          fc.nat(lines.length),
          fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('  - x', '    &a', '*a', '{', ']', '"', ': :', '<<: *a', '\t')),
        ),
        { maxLength: 6 },
      )
      .map((edits) => edits.reduce((text, [at, line]) => text.toSpliced(at, 1, line), lines).join('\n'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), mangled), (text) => {
        const result = read(text);
        if ('policy' in result) return;
        assert.ok(result.faults.length > 0);
        // A trailing fault may point behind the last line break.
        for (const fault of result.faults)
          assert.ok(fault.line >= 1 && fault.line <= text.split(/\r\n|\r|\n/).length + 1, faultText(fault));
      }),
      runs(300, 5000),
    );
  });
});
