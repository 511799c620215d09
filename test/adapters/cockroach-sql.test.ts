import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { privileges, quoteName, showMembers, sqlOf } from '../../src/adapters/cockroach/sql.ts';
import type { Change } from '../../src/core/cluster/cluster.ts';
import { Fault } from '../../src/core/errors.ts';
import { startPostgres } from '../../src/sandbox/postgres/postgres.ts';

const statements: readonly [Change, string, (readonly string[])?][] = [
  [{ kind: 'create_user', user: 'alice.smith-jones' }, 'CREATE USER "alice.smith-jones" WITH LOGIN PASSWORD NULL'],
  [{ kind: 'grant_roles', roles: ['analytics_reader'], user: 'alice' }, 'GRANT "analytics_reader" TO "alice"'],
  [{ kind: 'grant_roles', roles: ['a"b', '; DROP USER x; --'], user: 'alice' }, 'GRANT "a""b", "; DROP USER x; --" TO "alice"'],
  [{ kind: 'revoke_roles', roles: ['a', 'b'], user: "o'brien" }, 'REVOKE "a", "b" FROM "o\'brien"'],
  [
    { kind: 'set_setting', setting: 'server.jwt_authentication.enabled', value: 'true' },
    'SET CLUSTER SETTING server.jwt_authentication.enabled = true',
  ],
  [
    { kind: 'set_setting', setting: 'server.identity_map.configuration', value: "it's \\ $1" },
    'SET CLUSTER SETTING server.identity_map.configuration = $1',
    ["it's \\ $1"],
  ],
];

describe('a change becomes one statement', () => {
  for (const [change, text, values] of statements) {
    test(text, () => assert.deepEqual(sqlOf(change), values === undefined ? { text } : { text, values }));
  }

  const refused: readonly Change[] = [
    { kind: 'create_user', user: 'Alice' },
    { kind: 'create_user', user: 'admin' },
    { kind: 'create_user', user: 'pg_x' },
    { kind: 'create_user', user: 'x" WITH CREATEROLE --' },
    { kind: 'grant_roles', roles: ['reader'], user: 'root' },
    { kind: 'grant_roles', roles: [], user: 'alice' },
    { kind: 'grant_roles', roles: [''], user: 'alice' },
    { kind: 'grant_roles', roles: ['a\0b'], user: 'alice' },
    { kind: 'revoke_roles', roles: ['\ud800'], user: 'alice' },
    { kind: 'set_setting', setting: 'server.jwt_authentication.enabled', value: 'true; DROP USER x' },
  ];
  for (const change of refused) {
    test(`never for ${JSON.stringify(change)}`, () => {
      assert.throws(
        () => sqlOf(change),
        (e: unknown) => e instanceof Fault && e.code === 'cluster_refused' && e.retry === 'never',
      );
    });
  }

  test('and what the bot lacks is quoted too', () => {
    assert.equal(privileges.set_setting.give('b"ot'), 'GRANT SYSTEM MODIFYCLUSTERSETTING TO "b""ot"');
    assert.equal(showMembers(['a', 'b"c']), 'SHOW GRANTS ON ROLE "a", "b""c"');
  });
});

/** Reads a quoted identifier as CockroachDB's scanner does (pkg/sql/scanner, scanString): `""` is one quote, one alone ends it. */
function unquote(sql: string): { name: string; rest: string } {
  assert.equal(sql[0], '"');
  let name = '';
  for (let i = 1; i < sql.length; i++) {
    if (sql[i] !== '"') name += sql[i];
    else if (sql[i + 1] === '"') name += sql[i++];
    else return { name, rest: sql.slice(i + 1) };
  }
  throw new Error('the identifier does not end');
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', ';', '-', '/', '*', '$', 'a', '\n', '\u2028', '"') }),
);

test('quoting survives any string: it is read back as it was, and nothing of it stands outside the quotes', () => {
  fc.assert(
    fc.property(hostile, fc.string(), (name, after) => {
      fc.pre(name !== '' && !name.includes('\0'));
      const behind = after.startsWith('"') ? ` ${after}` : after;
      assert.deepEqual(unquote(quoteName(name) + behind), { name, rest: behind });
    }),
    { numRuns: 2000 },
  );
});

test('any list of role names gives one statement with those names and no others', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (roles) => {
      fc.pre(roles.every((r) => r !== '' && !r.includes('\0')));
      let rest = sqlOf({ kind: 'grant_roles', roles, user: 'alice' }).text.slice('GRANT '.length);
      for (const [i, role] of roles.entries()) {
        if (i > 0) rest = rest.slice(', '.length);
        const read = unquote(rest);
        assert.equal(read.name, role);
        rest = read.rest;
      }
      assert.equal(rest, ' TO "alice"');
    }),
    { numRuns: 1000 },
  );
});

test('a real PostgreSQL reads any quoted name back as it was', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-quote-'));
  const postgres = await startPostgres({ dir, name: 'quote', listen: 'socket', log: () => undefined });
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  try {
    await client.connect();
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        // PostgreSQL cuts identifiers at 63 bytes.
        fc.pre(name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63);
        const { fields, rows } = await client.query({ text: `SELECT 1 AS ${quoteName(name)}`, rowMode: 'array' });
        assert.deepEqual([fields.map((f) => f.name), rows], [[name], [[1]]]);
      }),
      { numRuns: 500 },
    );
  } finally {
    await client.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
