/** The SQL files of deploy/, and a cluster on which somebody ran them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Rig, rig } from '../sandbox/cockroach-rig.ts';
import { migrateStore } from '../../src/cli/migrate.ts';
import { splitStatements } from '../../src/sandbox/cockroach/sql/tokens.ts';
import { checkout } from './checkout.ts';

/** Each file, in the order in which they are run, with the database that it is run in. `migrate` runs between the last two. */
export const files = [
  { name: 'cluster.sql', database: 'defaultdb' },
  { name: 'store.sql', database: 'defaultdb' },
  { name: 'store-owner.sql', database: 'crdb_access' },
  { name: 'store-grants.sql', database: 'crdb_access' },
] as const;
export type SqlFile = (typeof files)[number];

export const sqlOf = (file: SqlFile): string => readFileSync(join(checkout, 'deploy', file.name), 'utf8');

/** Runs a file as `cockroach sql --file` does as root: one statement after the other. */
export async function runFile(on: Rig, file: SqlFile): Promise<void> {
  const client = new pg.Client({ connectionString: await on.cluster.clientUrl('root', file.database) });
  await client.connect();
  try {
    for (const { text } of splitStatements(sqlOf(file))) await client.query(text);
  } finally {
    await client.end();
  }
}

/** Brings the store's tables up to date as their owner, with the bot's own command. */
export async function migrateAsOwner(on: Rig): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const hear = (text: string): void => void said.push(text);
  const url = await on.cluster.clientUrl('crdb_access_owner', 'crdb_access');
  return { code: await migrateStore({ DATABASE_URL: url }, { stdout: hear, stderr: hear }), said: said.join('') };
}

/** A cluster without the users that the sandbox's has from the start, with all files run twice. */
export async function prepared(version?: string): Promise<Rig> {
  const on = await rig(version === undefined ? {} : { version });
  const root = await on.connect('root');
  await root.query('DROP USER crdb_access, crdb_access_settings');
  for (let times = 1; times <= 2; times++) {
    for (const file of files.slice(0, 3)) await runFile(on, file);
    const { code, said } = await migrateAsOwner(on);
    if (code !== 0) throw new Error(said);
    await runFile(on, files[3]);
  }
  return on;
}
