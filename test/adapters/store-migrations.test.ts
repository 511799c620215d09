import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { leasesOf } from '../../src/adapters/store/leases.ts';
import { migrate, migrations, statementsOf } from '../../src/adapters/store/migrate.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import { open } from '../../src/core/request/lifecycle.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = new URL('../../src/adapters/store/', import.meta.url);
const sources = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'));

/** Every statement that the store sends: those of the migrations, and those in its source (they begin with their purpose). */
const sent = [
  ...migrations().flatMap((m) => m.statements),
  ...sources.flatMap((source) => [...source.matchAll(/`-- [^`]*`/g)].map((m) => m[0].slice(1, -1).replace(/^-- .*\n/, ''))),
];

describe('the migrations', () => {
  let databases: TestDatabases;
  before(async () => {
    databases = await startDatabases('migrations');
  });
  after(() => databases.stop());

  const storeOn = (url: string, holder = 'h') => openStore({ url, log: quiet, holder, leaseSeconds: 5 });
  const query = async (url: string, sql: string) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const refuses = (url: string, says: RegExp) =>
    storeOn(url).then(async (store) => {
      await assert.rejects(store.migrate(), (e) => e instanceof Fault && e.retry === 'never' && says.test(e.message));
      await store.close();
    });

  it('run once when eight processes start at once', async () => {
    const url = await databases.create();
    const logged: unknown[] = [];
    const log = { ...quiet, info: (facts: object) => void logged.push(facts) };
    const stores = await Promise.all(
      Array.from({ length: 8 }, (_, i) => openStore({ url, log, holder: `p${i}`, leaseSeconds: 5 })),
    );
    await Promise.all(stores.map((store) => store.migrate()));
    await Promise.all(stores.map((store) => store.close()));
    assert.equal(logged.length, migrations().length);
    const rows = await query(url, 'SELECT name FROM migrations ORDER BY number');
    assert.deepEqual(
      rows.map((r) => r.name),
      migrations().map((m) => m.name),
    );
  });

  it('may run a second time from their start, as after a kill halfway', async () => {
    const url = await databases.create();
    const db = openDatabase(url, quiet);
    for (let run = 1; run <= 2; run++) {
      for (const statement of migrations().flatMap((m) => m.statements)) await db.sql(statement);
    }
    await db.close();
    const store = await storeOn(url);
    await store.migrate();
    await store.close();
  });

  it('continue after a process that was killed while it held their lease', async () => {
    const url = await databases.create();
    const db = openDatabase(url, quiet);
    const first = migrations()[0];
    assert.ok(first);
    for (const statement of first.statements) await db.sql(statement);
    await db.sql(`INSERT INTO leases (name, holder, held_until) VALUES ('migrate', 'dead', now() + interval '1 second')`);
    await migrate(db, leasesOf(db, { name: 'alive', leaseSeconds: 5, log: quiet }), quiet);
    assert.equal((await db.sql('SELECT number FROM migrations')).length, migrations().length);
    await db.close();
  });

  it('are refused when a file differs from what ran, or a newer program was here', async () => {
    const url = await databases.create();
    const store = await storeOn(url);
    await store.migrate();
    await store.close();
    await query(url, `INSERT INTO migrations (number, name, checksum) VALUES (9999, '9999-later.sql', 'x')`);
    await refuses(url, /newer program \(9999-later\.sql\)/);
    await query(url, `DELETE FROM migrations WHERE number = 9999`);
    await query(url, `UPDATE migrations SET checksum = 'other' WHERE number = 2`);
    await refuses(url, /0002-requests\.sql is not the file/);
  });

  it('are numbered without a gap and end every statement at the end of a line', () => {
    assert.deepEqual(
      migrations().map((m) => m.number),
      migrations().map((_, i) => i + 1),
    );
    for (const statement of migrations().flatMap((m) => m.statements)) assert.doesNotMatch(statement, /;/, statement);
    assert.deepEqual(statementsOf('-- a; b\nSELECT 1;\n\nSELECT 2;\n'), ['SELECT 1', 'SELECT 2']);
  });

  it('know the same open states as the lifecycle', () => {
    const index = sent.find((s) => s.includes('requests_one_open'));
    const listed = [...(index?.match(/IN \((.*)\)$/)?.[1] ?? '').matchAll(/'(\w+)'/g)].map((m) => m[1]);
    assert.deepEqual(listed, [...open]);
  });
});

describe('the SQL of the store', () => {
  /**
   * What one of the two databases does not have, or does otherwise. Sources, in cockroachdb/docs below src/current:
   * COMPAT is v23.1/postgresql-compatibility.md, NOT is _includes/v23.1/sql/unsupported-postgres-features.md that it includes,
   * GRAMMAR is CockroachDB's own parser (23.2 and 25.2), PG is postgresql.org/docs/13.
   */
  const rules: readonly { readonly never: RegExp; readonly why: string }[] = [
    {
      never: /advisory/i,
      why: 'advisory locks do nothing on CockroachDB (v23.1/functions-and-operators.md, "Compatibility functions")',
    },
    { never: /\b(LISTEN|NOTIFY)\b/i, why: 'CockroachDB has none (GRAMMAR)' },
    { never: /\b(TRIGGER|FUNCTION|PROCEDURE|plpgsql)\b|\bDO \$/i, why: 'NOT: triggers, stored procedures, events' },
    { never: /\bxml/i, why: 'NOT: XML functions' },
    { never: /\b(EXTENSION|DOMAIN)\b/i, why: 'CockroachDB accepts few or none (GRAMMAR)' },
    { never: /\bENUM\b|\bCREATE TYPE\b/i, why: 'changing one differs (v23.1/alter-type.md, "Known limitations")' },
    { never: /\b(SERIAL|IDENTITY|SEQUENCE)\b/i, why: 'SERIAL is no sequence on CockroachDB (v23.1/serial.md); ids are ours' },
    {
      never: /\bint(eger|4|8)?\b/i,
      why: 'INT has 64 bits on CockroachDB (COMPAT, "Shift argument modulo"), 32 on PostgreSQL: bigint',
    },
    { never: /[^/]\/[^/*]/, why: 'COMPAT, "Integer division"' },
    { never: /[~|&#]|<<|>>(?!')/, why: 'COMPAT, "Precedence of unary ~", "Precedence of bitwise operators"' },
    { never: /\b(FOR (UPDATE|SHARE)|SKIP LOCKED)\b/i, why: 'COMPAT, "Locking and FOR UPDATE"' },
    { never: /\bCHECK\b/i, why: 'COMPAT, "CHECK constraint validation for INSERT ON CONFLICT"' },
    { never: /\btimestamp\b(?!tz)/i, why: 'one without zone depends on the session (PG 8.5.1.3)' },
    {
      never: /\b(UPSERT|STRING|BYTES|SYSTEM TIME|unique_rowid|crdb_internal|STORING|FAMILY|INVERTED)\b/i,
      why: 'only CockroachDB knows it',
    },
    {
      never: /\b(MERGE|TABLESPACE|UNLOGGED|INHERITS|EXCLUDE|make_interval|justify_\w+|pg_\w+)\b/i,
      why: 'only PostgreSQL knows it',
    },
    { never: /\bUSING\b|\bCONCURRENTLY\b/i, why: 'index methods and their building differ' },
    {
      never: /\bTYPE\b/i,
      why: 'changing a column’s type is experimental on CockroachDB (v23.1/alter-table.md, "Alter column data types")',
    },
  ];

  it('is found at all', () => assert.ok(sent.length > 40, String(sent.length)));

  for (const { never, why } of rules) {
    it(`has no ${never}: ${why}`, () => {
      assert.deepEqual(
        sent.filter((s) => never.test(s.replaceAll(/'[^']*'|->>?/g, ''))),
        [],
      );
    });
  }

  it('creates nothing that may be there already', () => {
    for (const statement of migrations().flatMap((m) => m.statements))
      assert.match(
        statement,
        /^((CREATE (UNIQUE )?(TABLE|INDEX)|ALTER TABLE \w+ ADD COLUMN) IF NOT EXISTS |UPDATE requests SET shown = .*\brequests\.shown IS NULL\b)/s,
      );
  });

  it('never changes the audit', () => {
    const touching = sent.filter((s) => /\baudit\b/.test(s) && !/^(CREATE |SELECT )/.test(s.trim()));
    assert.deepEqual(
      touching.map((s) => s.trim().split('\n')[0]),
      ['INSERT INTO audit (id, seq, event, request_id, actor, details)'],
    );
    for (const source of sources) assert.doesNotMatch(source, /(UPDATE|DELETE\s+FROM|TRUNCATE|DROP)\s+(TABLE\s+)?audit\b/i);
  });

  it('names its purpose in its first line, and is one statement', () => {
    const all = sources.flatMap((source) => [...source.matchAll(/`\s*(--[^\n]*\n)?\s*(SELECT|INSERT|UPDATE|DELETE)\b[^`]*`/g)]);
    assert.ok(all.length > 30);
    for (const [text, purpose] of all) {
      assert.ok(purpose, text);
      assert.doesNotMatch(text.replaceAll(/--.*/g, ''), /;/, text);
    }
  });
});
