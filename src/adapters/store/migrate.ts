/** Brings the store's tables up to this program: numbered files, each once, under a lease row. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Fault } from '../../core/errors.ts';
import type { Leases, Log } from '../../core/ports.ts';
import { codeOf, type Database } from './database.ts';
import { countOf, textOf } from './rows/reader.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
  readonly checksum: string;
}

/** The migrations that come with this program, in order. */
export function migrations(folder: URL = new URL('./migrations/', import.meta.url)): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { number: Number(file.slice(0, 4)), name: file, statements: statementsOf(text), checksum };
    });
}

/** The statements of a file: ended by a semicolon at the end of a line (a test keeps semicolons out of anywhere else). */
export function statementsOf(text: string): readonly string[] {
  const withoutComments = text.replaceAll(/^\s*--.*$/gm, '');
  return withoutComments
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

const applied = `-- Which migrations ran.
  SELECT number, name, checksum FROM migrations ORDER BY number`;

const record = `-- A migration ran.
  INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

const patienceSeconds = 60;

/**
 * Applies what is missing. Several processes may do so at once: one works, the others wait.
 * @throws Fault `store_unavailable`, `never`: a file differs from what ran, or the store belongs to a newer program
 */
export async function migrate(db: Database, leases: Leases, log: Log, known: readonly Migration[] = migrations()): Promise<void> {
  if (await isUpToDate(db, known)) return;
  const ground = known[0];
  if (ground === undefined) throw new Fault('store_unavailable', 'never', 'this program came without its migrations');
  await layGround(db, ground);
  await leases.with('migrate', patienceSeconds, async (stillHeld) => {
    for (const migration of await missing(db, known)) {
      for (const statement of migration.statements) {
        await stillHeld();
        await db.sql(statement);
      }
      await db.sql(record, [migration.number, migration.name, migration.checksum]);
      log.info({ migration: migration.name }, 'migrated the store');
    }
  });
}

/** SQLSTATEs of two sessions creating the same table at once: PostgreSQL's IF NOT EXISTS does not keep them apart (its docs, CREATE TABLE). */
const racing = new Set(['23505', '42P07', '42710']);

/** The first migration makes the lease rows, so it can't run under one; it may run any number of times. */
async function layGround(db: Database, ground: Migration): Promise<void> {
  for (const statement of ground.statements) {
    for (let attempt = 1; ; attempt++) {
      try {
        await db.sql(statement);
        break;
      } catch (error) {
        if (!racing.has(codeOf((error as Fault).cause)) || attempt >= 5) throw error;
      }
    }
  }
}

/** So that a store which another role migrated can be used by one that may make no tables. */
async function isUpToDate(db: Database, known: readonly Migration[]): Promise<boolean> {
  try {
    return known.length > 0 && (await missing(db, known)).length === 0;
  } catch (error) {
    if (codeOf((error as Fault).cause) === undefinedTable) return false;
    throw error;
  }
}

const undefinedTable = '42P01';

async function missing(db: Database, known: readonly Migration[]): Promise<readonly Migration[]> {
  const ran = new Map((await db.sql(applied)).map((row) => [countOf('migrations', row, 'number'), row]));
  for (const [number, row] of ran) {
    const name = textOf('migrations', row, 'name');
    const ours = known.find((m) => m.number === number);
    if (ours === undefined)
      throw refused(`the store was migrated by a newer program (${name}): start that one, or restore a backup`);
    if (ours.checksum !== textOf('migrations', row, 'checksum')) {
      throw refused(`${ours.name} is not the file that the store was migrated with: put it back as it was, and write a new one`);
    }
  }
  return known.filter((m) => !ran.has(m.number));
}

const refused = (message: string): Fault => new Fault('store_unavailable', 'never', message);
