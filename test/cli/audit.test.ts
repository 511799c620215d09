import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { printAudit } from '../../src/cli/audit.ts';
import { Fault } from '../../src/core/errors.ts';
import type { AuditLine, DirectoryUser, World } from '../../src/core/ports.ts';

const at = new Date('2026-11-24T14:03:05.678Z');
const bob: DirectoryUser = {
  oid: 'oid-bob',
  upn: 'bob@contoso.com',
  displayName: 'Bob',
  mail: null,
  enabled: true,
  kind: 'member',
};
const line = (over: Partial<AuditLine>): AuditLine => ({
  at,
  event: 'request.approve',
  requestId: 'ABCD2345',
  actor: 'oid-bob',
  details: {},
  ...over,
});

/** What the command prints of these lines, on a screen of 80 columns. */
async function printed(lines: readonly AuditLine[], o: { json?: boolean; request?: string; directory?: 'down' } = {}) {
  let stdout = '';
  let stderr = '';
  const usersById = async () => {
    if (o.directory === 'down') throw new Fault('directory_unavailable', 'later', 'the directory is away');
    return new Map([[bob.oid, bob]]);
  };
  // All that the command asks the world for.
  const world = { store: { audit: { read: async () => lines } }, directory: { usersById } } as unknown as World;
  const out = {
    stdout(text: string) {
      stdout += text;
    },
    stderr(text: string) {
      stderr += text;
    },
  };
  const code = await printAudit(world, { request: o.request, limit: 50, json: o.json ?? false }, out, 80);
  return { code, stdout, stderr };
}

suite('audit', () => {
  test('says when, what, about what and by whom, and below it what was found, by which policy', async () => {
    const details = {
      policyHash: 'a'.repeat(64),
      reason: null,
      findings: [
        { rule: 'holds-approver', ok: true, says: 'holds Crdb.Approve' },
        { rule: 'ledger', ok: false, says: 'belongs to another person' },
      ],
    };
    assert.equal(
      (await printed([line({ details })])).stdout,
      [
        '2026-11-24 14:03:05Z  request.approve  ABCD2345  by bob@contoso.com',
        '    findings: holds-approver: holds Crdb.Approve',
        '    findings: NOT ledger: belongs to another person',
        '    policyHash: aaaaaaaaaaaa',
        '',
      ].join('\n'),
    );
  });
  test('names the bot where nobody did it, whoever ran a command, and an object id when the directory is away', async () => {
    const lines = [line({ actor: null }), line({ actor: null, details: { filedBy: 'c@pc' } }), line({})];
    assert.deepEqual(
      (await printed(lines, { directory: 'down' })).stdout
        .trim()
        .split('\n')
        .map((text) => text.split('  by ')[1]),
      ['crdb-access', 'c@pc at the command line', 'oid-bob'],
    );
  });
  test('fits the screen, whatever stands in it, and obeys nothing of it', async () => {
    const hostile = `\u001b[2J\u202e ${'long '.repeat(3000)}\nlines`;
    const { stdout } = await printed([
      line({ requestId: null, actor: `oid-${'long'.repeat(40)}`, details: { reason: hostile, after: 'x'.repeat(5000) } }),
    ]);
    for (const text of stdout.split('\n')) assert.ok([...text].length <= 80, text);
    assert.ok(!stdout.includes('\u001b') && !stdout.includes('\u202e'));
    assert.match(stdout, /\(15\d{3} characters\)/);
    assert.ok(stdout.split('\n').length < 20);
  });
  test('--json is one line an entry, with everything', async () => {
    const entries = [line({ details: { reason: 'two\nlines' } }), line({ actor: null })];
    const { stdout } = await printed(entries, { json: true });
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown),
      [
        { ...entries[0], at: at.toISOString(), by: 'bob@contoso.com' },
        { ...entries[1], at: at.toISOString(), by: null },
      ],
    );
  });
  test('ends with 1 when there is nothing, and says what to look for', async () => {
    assert.deepEqual(await printed([]), { code: 1, stdout: '', stderr: 'The audit is empty.\n' });
    const none = await printed([], { request: 'NOSUCH00' });
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no request or proposal "NOSUCH00"/);
  });
});
