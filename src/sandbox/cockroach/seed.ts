/** What is in the cluster when it is first started: databases, roles, service users as a real one has, and no user with a person's name. */
import type pg from 'pg';
import { quote, quoteText } from './roles.ts';
import { banner } from './version.ts';

/** The superuser of the PostgreSQL behind; a prefix that CockroachDB reserves, so that it is nobody's SQL user. */
export const engineUser = 'crdb_internal_engine';
/** Where options, system privileges and cluster settings are kept. No client can name it. */
export const engineDatabase = 'crdb_internal_engine';

export type Connect = (database: string) => pg.Client;

/** Runs `work` on a connection of its own to one database. */
export async function within<T>(connect: Connect, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = connect(database);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const engineTables = `
  CREATE TABLE IF NOT EXISTS role_option (username text NOT NULL, option text NOT NULL, value text, PRIMARY KEY (username, option));
  CREATE TABLE IF NOT EXISTS system_privilege (username text NOT NULL, privilege text NOT NULL, PRIMARY KEY (username, privilege));
  CREATE TABLE IF NOT EXISTS setting (name text PRIMARY KEY, value text NOT NULL);
  CREATE TABLE IF NOT EXISTS seeded (at timestamptz NOT NULL)`;

const roles = [
  { name: 'analytics_reader', database: 'analytics' },
  { name: 'reporting_reader', database: 'reporting' },
  { name: 'billing_reader', database: 'billing' },
] as const;

/** Service users: what a catch-all identity map would let people become. */
const services = ['app', 'metabase', 'backup_agent', 'prometheus'];

const options: readonly (readonly [user: string, option: string])[] = [
  ...roles.map(({ name }) => [name, 'NOLOGIN'] as const),
  ['crdb_access', 'CREATEROLE'],
  ['crdb_access', 'CREATELOGIN'],
];
const privileges: readonly (readonly [user: string, privilege: string])[] = [
  ['crdb_access', 'VIEWCLUSTERSETTING'],
  ['crdb_access_settings', 'MODIFYCLUSTERSETTING'],
  ['prometheus', 'VIEWACTIVITY'],
  ['backup_agent', 'BACKUP'],
];

/** `root` is PostgreSQL's superuser; members of `admin` may read and write everything through what `admin` inherits. */
const roleStatements = [
  'CREATE ROLE root SUPERUSER LOGIN',
  'CREATE ROLE admin LOGIN',
  'GRANT pg_read_all_data, pg_write_all_data TO admin',
  'GRANT admin TO root WITH ADMIN OPTION',
  ...services.map((name) => `CREATE ROLE ${quote(name)} LOGIN`),
  'CREATE ROLE crdb_access LOGIN',
  'CREATE ROLE crdb_access_settings LOGIN',
  ...roles.map(({ name }) => `CREATE ROLE ${quote(name)} NOLOGIN`),
];

const tables: Readonly<Record<string, string>> = {
  analytics: `
    CREATE TABLE customers (id int8 PRIMARY KEY, name text NOT NULL, country text NOT NULL);
    CREATE TABLE events (id int8 PRIMARY KEY, customer_id int8 NOT NULL REFERENCES customers, kind text NOT NULL, at timestamptz NOT NULL);
    INSERT INTO customers VALUES (1, 'Northwind', 'DE'), (2, 'Tailspin', 'FR'), (3, 'Litware', 'JP');
    INSERT INTO events SELECT n, n % 3 + 1, CASE n % 2 WHEN 0 THEN 'view' ELSE 'order' END, timestamptz '2026-11-01' + n * interval '1 hour'
      FROM generate_series(1, 24) n;
    GRANT SELECT, INSERT, UPDATE, DELETE ON customers, events TO app;
    GRANT SELECT ON customers, events TO metabase`,
  reporting: `
    CREATE TABLE daily_orders (day date PRIMARY KEY, orders int8 NOT NULL, revenue numeric(12, 2) NOT NULL);
    INSERT INTO daily_orders SELECT date '2026-11-01' + n, 10 + n, 99.50 * (10 + n) FROM generate_series(0, 13) n;
    GRANT SELECT, INSERT ON daily_orders TO app`,
  billing: `
    CREATE TABLE invoices (id int8 PRIMARY KEY, customer text NOT NULL, amount numeric(12, 2) NOT NULL, paid bool NOT NULL);
    INSERT INTO invoices VALUES (1, 'Northwind', 1200.00, true), (2, 'Tailspin', 860.50, false), (3, 'Litware', 4210.00, true);
    GRANT SELECT, INSERT, UPDATE ON invoices TO app`,
};

/** `version()` as CockroachDB answers it, in this database and, through `template1`, in every later one. */
const functions = (version: string): string => `
  CREATE SCHEMA IF NOT EXISTS crdb_internal;
  GRANT USAGE ON SCHEMA crdb_internal TO PUBLIC;
  CREATE OR REPLACE FUNCTION crdb_internal.version() RETURNS text LANGUAGE sql STABLE AS ${quoteText(`SELECT ${quoteText(banner(version))}::text`)}`;

/** Everybody may create in `public` (sql.auth.public_schema_create_privilege.enabled); PostgreSQL 15 stopped that. */
const openPublic = 'GRANT CREATE ON SCHEMA public TO PUBLIC';

/** Everything of the first start is one transaction a database, and `seeded` is written last: a start that was cut off begins again. */
async function seed(connect: Connect): Promise<void> {
  await within(connect, engineDatabase, async (client) => {
    for (const statement of roleStatements) await client.query(statement).catch(unlessThere);
    for (const [user, option] of options)
      await client.query('INSERT INTO role_option VALUES ($1, $2) ON CONFLICT DO NOTHING', [user, option]);
    for (const [user, privilege] of privileges) {
      await client.query('INSERT INTO system_privilege VALUES ($1, $2) ON CONFLICT DO NOTHING', [user, privilege]);
    }
    for (const database of ['defaultdb', ...Object.keys(tables)])
      await client.query(`CREATE DATABASE ${quote(database)}`).catch(unlessThere);
    await client.query(`ALTER DATABASE postgres OWNER TO root`);
  });
  await within(connect, 'postgres', (client) => client.query(openPublic));
  for (const [database, sql] of Object.entries(tables)) {
    await within(connect, database, async (client) => {
      const done = await client.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`);
      if (done.rowCount === 0) await client.query(`BEGIN; SET LOCAL ROLE root; ${sql}; COMMIT`);
    });
  }
  for (const { name, database } of roles) {
    await within(connect, database, (client) => client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${quote(name)}`));
  }
  await within(connect, engineDatabase, (client) => client.query('INSERT INTO seeded VALUES (now())'));
}

/** 42710 a role, 42P04 a database: made by a start that was cut off. */
function unlessThere(error: unknown): void {
  if (!['42710', '42P04'].includes((error as { code?: string }).code ?? '')) throw error;
}

/** Makes a PostgreSQL into the cluster, the first time; brings what depends on the version up to date, every time. */
export async function prepare(connect: Connect, version: string): Promise<void> {
  await within(connect, 'template1', (client) => client.query(`${functions(version)}; ${openPublic}`));
  const seeded = await within(connect, engineDatabase, async (client) => {
    await client.query(engineTables);
    return (await client.query('SELECT 1 FROM seeded')).rowCount !== 0;
  });
  if (!seeded) await seed(connect);
  const databases = await within(connect, engineDatabase, (client) =>
    client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> current_database()',
    ),
  );
  for (const { datname } of databases.rows) await within(connect, datname, (client) => client.query(functions(version)));
}
