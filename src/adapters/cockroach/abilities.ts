/** What roles or SQL users can do in a database, as the cluster itself lists it. */

import { rolesOf } from '../../core/cluster/cluster.ts';
import type { Ability, SqlUser } from '../../core/cluster/cluster.ts';
import type { Connection, Rows } from './connections.ts';
import { sqlState } from './errors.ts';
import { usersOf } from './rows.ts';
import { maySee, showGrantsOf, showSystemGrantsOf, showUsers } from './sql.ts';

/**
 * Asked with `SHOW GRANTS FOR`, which needs no privilege (CockroachDB docs, "SHOW GRANTS") and goes on working where
 * `crdb_internal` is closed (v26.1; PR 152084 excludes what SHOW statements read). It says nothing of objects that the SQL user can't see:
 * with CONNECT on the database, which `public` has unless somebody took it away, it sees them all (docs, "Authorization", CONNECT;
 * issue 59827). An operator who did take it away gives it back to the bot: `GRANT CONNECT ON DATABASE analytics TO crdb_access`.
 *
 * What `public` has is left out: every SQL user has that, with or without these roles. System privileges come from `SHOW SYSTEM GRANTS`,
 * which only admins could ask before v23.1.4 (PR 104732): they are missing there.
 *
 * @param connection opened in that database: without ON, SHOW GRANTS is about the session's own
 * @returns null when the bot may not see what is in the database; names that the cluster does not have are passed over
 */
export async function abilitiesOf(
  connection: Connection,
  names: readonly string[],
  database: string,
): Promise<readonly Ability[] | null> {
  const all = withInherited(usersOf(await connection.query({ text: showUsers })), names);
  if (all.length === 0) return [];
  const seen = connection.query(maySee(database));
  const grants = connection.query({ text: showGrantsOf(all) });
  const system = connection.query({ text: showSystemGrantsOf(all) }).catch(noneWhenRefused);
  // The connection is given back only when every answer has come.
  await Promise.allSettled([seen, grants, system]);
  if ((await seen)[0]?.[0] !== true) return null;
  return merged([...grantsOf(await grants), ...systemGrantsOf(await system)]);
}

function noneWhenRefused(error: unknown): Rows {
  if (sqlState(error) === '42501') return [];
  throw error;
}

/** SHOW GRANTS FOR lists what is inherited since v23.1.3 (PR 104587); naming every role gives the same on all versions. */
function withInherited(users: readonly SqlUser[], names: readonly string[]): readonly string[] {
  const there = new Set(users.map((user) => user.name));
  const all = new Set(names.filter((name) => there.has(name)).flatMap((name) => [name, ...rolesOf(users, name)]));
  return [...all].filter((name) => there.has(name)).sort();
}

type Row = Omit<Ability, 'privileges'> & { readonly privilege: string };

/** What is the same in every database, and nobody's to give. */
const virtualSchemas = new Set(['crdb_internal', 'information_schema', 'pg_catalog', 'pg_extension']);

const kinds: Readonly<Record<string, Ability['kind']>> = {
  database: 'database',
  schema: 'schema',
  table: 'table',
  sequence: 'table',
  type: 'type',
  routine: 'routine',
  external_connection: 'external connection',
};

/**
 * `database_name, schema_name, object_name, object_type, grantee, privilege_type, is_grantable`; before PR 122197 (v24.1, and late in v23.1
 * and v23.2) `relation_name` and no type, so that a type there can't be told from a table.
 */
function grantsOf(rows: Rows): readonly Row[] {
  return rows.flatMap((row) => {
    const typed = row.length > 6;
    const [database, schema, object] = row.slice(0, 3).map(textOf);
    const [grantee, privilege] = row.slice(typed ? 4 : 3).map(textOf);
    if (grantee === 'public' || (schema != null && virtualSchemas.has(schema))) return [];
    const kind = typed ? kinds[String(row[3])] : kindOf(schema, object);
    const name = [database, schema, object].filter((part) => part != null).join('.');
    return kind === undefined || privilege == null ? [] : [{ kind, name, privilege }];
  });
}

const textOf = (part: unknown): string | null => (typeof part === 'string' ? part : null);

function kindOf(schema: string | null | undefined, object: string | null | undefined): Ability['kind'] {
  if (object == null) return schema == null ? 'database' : 'schema';
  // A routine is listed with its signature.
  return object.endsWith(')') ? 'routine' : 'table';
}

/** `grantee, privilege_type, is_grantable` */
function systemGrantsOf(rows: Rows): readonly Row[] {
  return rows
    .filter(([grantee]) => grantee !== 'public')
    .map(([, privilege]) => ({ kind: 'system', name: 'system', privilege: String(privilege) }));
}

/** One entry for each thing, in the order in which things were listed. */
function merged(rows: readonly Row[]): readonly Ability[] {
  const things = new Map<string, { kind: Ability['kind']; name: string; privileges: Set<string> }>();
  for (const { kind, name, privilege } of rows) {
    const key = JSON.stringify([kind, name]);
    const thing = things.get(key) ?? { kind, name, privileges: new Set() };
    things.set(key, thing);
    thing.privileges.add(privilege);
  }
  return [...things.values()].map(({ kind, name, privileges }) => ({ kind, name, privileges: [...privileges].sort() }));
}
