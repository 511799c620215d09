/** The cluster behind the front: its PostgreSQL, its roles and settings, and what they say of each other. */
import pg from 'pg';
import type { Postgres } from '../postgres/postgres.ts';
import { OpenTransactions } from './open-transactions.ts';
import { Roles } from './roles.ts';
import { engineDatabase, engineUser, prepare, within } from './seed.ts';
import { Settings } from './settings.ts';
import type { ClusterView } from './sql/plan.ts';

export type Ground = Omit<ClusterView, 'sessions' | 'cancelSession'>;

/** Never shown and never reached by a client. */
const hidden = [engineDatabase, 'template0', 'template1'];
export const isHidden = (database: string): boolean => hidden.includes(database);

interface Dependents {
  readonly owned: readonly string[];
  readonly granted: readonly string[];
}

/** Tables that a role owns or is granted, in the database that this client is connected to (what drop_role.go walks through). */
async function tablesOf(client: pg.Client, role: string): Promise<Dependents> {
  const name = `current_database() || '.' || n.nspname || '.' || c.relname`;
  const where = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p')`;
  const owned = await client.query<{ name: string }>(`SELECT ${name} AS name ${where} AND pg_get_userbyid(c.relowner) = $1`, [
    role,
  ]);
  const granted = await client.query<{ name: string }>(
    `SELECT ${name} AS name ${where} AND pg_get_userbyid(c.relowner) <> $1
       AND EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE pg_get_userbyid(a.grantee) = $1)`,
    [role],
  );
  return { owned: owned.rows.map((row) => `table ${row.name}`), granted: granted.rows.map((row) => row.name) };
}

/** Opens the cluster on its PostgreSQL; `close` gives the connections back. */
export async function openCluster(postgres: Postgres, version: string): Promise<{ ground: Ground; close: () => Promise<void> }> {
  await postgres.createDatabase(engineDatabase);
  const connect = (database: string): pg.Client =>
    new pg.Client({ host: postgres.socketDir, port: postgres.port, user: engineUser, database, application_name: '$ internal' });
  await prepare(connect, version);
  const pool = new pg.Pool({
    host: postgres.socketDir,
    port: postgres.port,
    user: engineUser,
    database: engineDatabase,
    max: 6,
    // The stand-in's own bookkeeping is one row at a time: it must not fail for being serializable.
    options: '-c default_transaction_isolation=read\\ committed',
  });
  pool.on('error', () => undefined); // a connection that broke while idle; the next query opens another

  const databases: ClusterView['databases'] = async () => {
    const { rows } = await pool.query<{ name: string; owner: string }>(
      `SELECT datname AS name, CASE WHEN pg_get_userbyid(datdba) = $1 THEN 'root' ELSE pg_get_userbyid(datdba) END AS owner
       FROM pg_database ORDER BY 1`,
      [engineUser],
    );
    return rows.filter(({ name }) => !isHidden(name));
  };

  const dependents: ClusterView['dependents'] = async (role) => {
    const all = await databases();
    const found: Dependents[] = [
      { owned: all.filter(({ owner }) => owner === role).map(({ name }) => `database ${name}`), granted: [] },
    ];
    for (const { name } of all) found.push(await within(connect, name, (client) => tablesOf(client, role)));
    return { owned: found.flatMap((each) => each.owned), granted: found.flatMap((each) => each.granted) };
  };

  const askIn: ClusterView['askIn'] = (database, sql) =>
    within(connect, database, async (client) => (await client.query<(string | null)[]>({ text: sql, rowMode: 'array' })).rows);

  const ground: Ground = {
    version,
    roles: new Roles(pool),
    settings: await Settings.open(pool, version),
    transactions: new OpenTransactions(),
    databases,
    dependents,
    askIn,
  };
  return { ground, close: () => pool.end() };
}
