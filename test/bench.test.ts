import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { percentile } from '../bench/harness/figures.ts';
import type { Measured } from '../bench/harness/row.ts';
import { holds } from '../bench/harness/row.ts';
import { table } from '../bench/harness/table.ts';
import { rows } from '../bench/rows.ts';
import { replayed, type Statement, unitsOf } from '../bench/tape/tape.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function bench(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: root });
    let [out, err] = ['', ''];
    child.stdout.on('data', (d: Buffer) => (out += d.toString()));
    child.stderr.on('data', (d: Buffer) => (err += d.toString()));
    child.once('error', failed);
    child.once('close', (code) => done({ code: code ?? -1, out, err }));
  });
}

interface Results {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly size: string;
  readonly rows: readonly (Measured & { readonly row: string; readonly holds: boolean; readonly failed?: string })[];
}

test('every row runs, at its smallest, and gives bounds, conditions and figures with the machine that they are of', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-bench-test-'));
  try {
    const file = join(dir, 'deep', 'results.json');
    const { code, out, err } = await bench('--quick', '--out', file);
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    assert.equal(code, 0, err);
    assert.match(out, /Quick: these figures say nothing/);
    assert.equal(results.size, 'quick');
    for (const fact of ['at', 'cores', 'processor', 'memoryGb', 'node', 'system', 'load'])
      assert.ok(fact in results.machine, fact);
    assert.deepEqual(
      results.rows.map((r) => r.row),
      ['ack', 'teams-ack', 'grant', 'teams-grant', 'drain', 'memory', 'past', 'start', 'status', 'status-hanging', 'collisions'],
    );
    for (const row of results.rows) {
      assert.equal(row.failed, undefined);
      assert.ok(row.bounds.length > 0, row.row);
      for (const { of, value, limit } of row.bounds) assert.ok(value > 0 && limit > 0, `${row.row}: ${of} ${value}`);
      // Times vary at this size; what was done, and how often, does not.
      for (const { says, holds: so } of row.conditions) assert.ok(so || says.includes('over 1 s'), `${row.row}: ${says}`);
      assert.ok(Object.values(row.figures).every(Number.isFinite), row.row);
      assert.ok(out.includes(`- ${row.row}: `));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a row that nobody knows is refused with those that there are', async () => {
  const { code, err } = await bench('--only', 'speed');
  assert.equal(code, 2);
  assert.match(
    err,
    /no row "speed"; write one of ack, teams-ack, grant, teams-grant, drain, memory, past, start, status, status-hanging/,
  );
});

test('a percentile is a value that was measured, and of no values there is none', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1)], [50, 99, 100]);
  assert.equal(percentile([7], 0.95), 7);
  assert.throws(() => percentile([], 0.5), RangeError);
});

test('the table says which bound a row misses, and that a row was not measured', () => {
  const [first, second] = rows;
  assert.ok(first && second);
  const measured = {
    bounds: [
      { of: 'p99', value: 2.04, limit: 2 },
      { of: 'rate', value: 0.7, limit: 0.7, least: true as const },
    ],
    conditions: [{ says: '0 doubles', holds: true }],
    figures: { 'bot p99 ms': 12.3456 },
  };
  assert.equal(holds(measured), false);
  const text = table([
    { row: first, measured },
    { row: second, failed: 'no PostgreSQL\nin many words' },
  ]);
  assert.match(text, /\*\*p99 2\.04 ×\*\*, rate 0\.7 ×, 0 doubles \| \*\*no\*\* \|/);
  assert.match(text, /not measured: no PostgreSQL \| no \|/);
  assert.match(text, /bot p99 ms 12\.3/);
});

test('a tape keeps transactions and what was sent together, and is played for somebody else under ids of its own', () => {
  const statement = (n: number, connection: number, text: string, values: readonly unknown[] | null = null): Statement => {
    return { n, what: 'sql', connection, port: 1, database: 'd', user: 'u', text, values, failed: false };
  };
  const id = '11111111-2222-4333-8444-555555555555';
  const entries = [
    statement(1, 1, 'BEGIN'),
    statement(2, 1, 'INSERT', ['p000001', id]),
    statement(3, 2, 'SHOW a'),
    statement(4, 1, 'COMMIT'),
    statement(5, 2, 'SHOW b'),
    statement(6, 1, 'SELECT', [id, ['p000001@contoso.com', 5]]),
  ];
  const endedBefore = new Map(entries.map((e) => [e.n, new Set(e.n === 6 ? [1, 2, 3, 4, 5] : [1, 2])]));
  const units = unitsOf({ entries, endedBefore });
  assert.deepEqual(
    units.map((unit) => [unit.kind, ...(unit.kind === 'call' ? [] : unit.of.map((s) => s.n))]),
    [
      ['transaction', 2],
      ['statements', 3, 5],
      ['statements', 6],
    ],
  );
  const [transaction, , last] = replayed(units, [['p000001', 'p000002']], new Set());
  assert.ok(transaction?.kind === 'transaction' && last?.kind === 'statements');
  const [name, fresh] = transaction.of[0]?.values ?? [];
  assert.equal(name, 'p000002');
  assert.notEqual(fresh, id);
  assert.deepEqual(last.of[0]?.values, [fresh, ['p000002@contoso.com', 5]]);
});
