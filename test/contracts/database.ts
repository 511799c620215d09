/** A real PostgreSQL for a test file, and databases on it. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../src/sandbox/postgres/postgres.ts';

export interface TestDatabases {
  /** A new, empty database: its URL. */
  create(): Promise<string>;
  /** Stops PostgreSQL and starts it again, the same data on the same port. */
  restart(during?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own.
 * @param name letters and underscores: part of the names of its databases
 */
export async function startDatabases(name: string): Promise<TestDatabases> {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-test-'));
  // So that a PostgreSQL that may not run as root can live in it (see src/sandbox/postgres/places.ts).
  chmodSync(dir, 0o711);
  const start = (): Promise<Postgres> => startPostgres({ dir, name, listen: 'tcp', log: () => undefined });
  let postgres = await start();
  let databases = 0;
  return {
    async create() {
      const database = `${name}_${++databases}`;
      await postgres.createDatabase(database);
      return postgres.url(database);
    },
    async restart(during) {
      await postgres.stop();
      await during?.();
      postgres = await start();
    },
    async stop() {
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
