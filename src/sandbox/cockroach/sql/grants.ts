/** SHOW GRANTS on databases, schemas and tables, and SHOW SYSTEM GRANTS (pkg/sql/delegate/show_grants.go). */
import { supports } from '../../../core/cluster/releases.ts';
import { notImitated, refused, SqlError } from '../errors.ts';
import type { Column, Value } from '../wire/messages.ts';
import type { Cursor } from './cursor.ts';
import type { Context, OwnPlan } from './plan.ts';
import { doesNotExist } from './role-change.ts';

interface Grant {
  readonly database: string;
  readonly schema: string | null;
  readonly object: string | null;
  readonly type: 'database' | 'schema' | 'table' | 'sequence';
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

const text = (name: string): Column => ({ name, type: 'text' });
const grantColumns = [text('grantee'), text('privilege_type'), { name: 'is_grantable', type: 'bool' } as const];

/**
 * What PostgreSQL's own catalog says of an object, in CockroachDB's privileges. Whoever owns it, `admin` and `root` have ALL there
 * (pkg/sql/catalog/catpb/privilege.go); so has whoever was given all that
 * PostgreSQL has, except on a schema, where all is USAGE and CREATE and `public` is given just these.
 */
const privileges = (kind: string, acl: string, owner: string, known: readonly string[]): string => `
  SELECT coalesce(nullif(pg_get_userbyid(a.grantee), 'unknown (OID=0)'), 'public') AS grantee,
         CASE WHEN a.grantee = o.${owner} OR (a.everything AND '${kind}' <> 'n') THEN 'ALL' ELSE a.privilege_type END AS privilege,
         a.grantee = o.${owner} OR a.is_grantable AS grantable
  FROM (SELECT *, (SELECT count(*) FROM aclexplode(acldefault('${kind}', o.${owner})) d WHERE d.grantee = o.${owner})
                  = count(*) OVER (PARTITION BY grantee) AS everything
        FROM aclexplode(coalesce(o.${acl}, acldefault('${kind}', o.${owner})))) a
  WHERE a.privilege_type IN (${known.map((p) => `'${p}'`).join(', ')})
  UNION SELECT name, 'ALL', true FROM unnest(ARRAY['admin', 'root']) AS name`;

const ours = `n.nspname !~ '^(pg_|crdb_internal|information_schema)'`;

const catalog = `
  SELECT database, schema, object, type, grantee, privilege, bool_or(grantable)::text FROM (
    SELECT current_database() AS database, NULL AS schema, NULL AS object, 'database' AS type, p.*
    FROM pg_database o, LATERAL (${privileges('d', 'datacl', 'datdba', ['CONNECT', 'CREATE'])}) p
    WHERE o.datname = current_database()
    UNION ALL
    SELECT current_database(), o.nspname, NULL, 'schema', p.*
    FROM (SELECT n.* FROM pg_namespace n WHERE ${ours}) o, LATERAL (${privileges('n', 'nspacl', 'nspowner', ['USAGE', 'CREATE'])}) p
    UNION ALL
    SELECT current_database(), o.nspname, o.relname, CASE o.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, p.*
    FROM (SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND ${ours}) o,
         LATERAL (${privileges('r', 'relacl', 'relowner', ['SELECT', 'INSERT', 'UPDATE', 'DELETE'])}) p
  ) all_of_it WHERE grantee !~ '^(pg_|crdb_internal_)'
  GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2 NULLS FIRST, 3 NULLS FIRST, 4, 5, 6`;

async function grantsIn({ cluster }: Context, database: string): Promise<readonly Grant[]> {
  return (await cluster.askIn(database, catalog)).map(([of, schema, object, type, grantee, privilege, grantable]) => ({
    database: of ?? database,
    schema: schema ?? null,
    object: object ?? null,
    type: type as Grant['type'],
    grantee: grantee ?? '',
    privilege: privilege ?? '',
    grantable: grantable === 'true',
  }));
}

const thing = (grant: Grant): string => JSON.stringify([grant.type, grant.schema, grant.object]);

/**
 * Of objects that the session's user may not see, nothing is said: it sees those on which it has any privilege, and with CONNECT on the
 * database all that are in it (pkg/sql/authorization.go, userCanSeeDescriptor; issue 59827).
 */
async function seen({ session, cluster }: Context, grants: readonly Grant[]): Promise<readonly Grant[]> {
  if (await cluster.roles.isAdmin(session.user)) return grants;
  const own = new Set([session.user, 'public', ...(await cluster.roles.rolesOf(session.user)).keys()]);
  const mine = grants.filter((grant) => own.has(grant.grantee));
  if (mine.some((g) => g.type === 'database' && ['CONNECT', 'ALL'].includes(g.privilege))) return grants;
  const things = new Set(mine.map(thing));
  return grants.filter((grant) => things.has(thing(grant)));
}

/**
 * Whose grants these roles have: their own, by version those of the roles that they are members of and those of `public`. Null:
 * everybody's were asked for.
 */
async function granteesOf({ cluster }: Context, roles: readonly string[] | null): Promise<ReadonlySet<string> | null> {
  if (roles === null) return null;
  const found = new Set(roles);
  for (const role of roles) {
    if (role !== 'public' && !(await cluster.roles.exists(role))) throw doesNotExist(role);
    if (supports(cluster.version, 'inheritedGrants'))
      for (const above of (await cluster.roles.rolesOf(role)).keys()) found.add(above);
  }
  if (supports(cluster.version, 'publicGrants')) found.add('public');
  return found;
}

/** `SHOW GRANTS [ON DATABASE name, …] [FOR role, …]`; without ON, of the session's database. */
export function showGrants(cursor: Cursor, version: string): OwnPlan {
  const databases = cursor.accept('ON', 'DATABASE') ? cursor.names() : null;
  if (cursor.sees('ON')) throw notImitated('SHOW GRANTS ON anything but a database or a role');
  const roles = cursor.accept('FOR') ? cursor.names() : null;
  cursor.end();
  const typed = supports(version, 'typedGrants');
  const named = [
    text('database_name'),
    text('schema_name'),
    ...(typed ? ['object_name', 'object_type'] : ['relation_name']).map(text),
  ];
  return {
    kind: 'own',
    columns: [...(databases === null ? named : named.slice(0, 1)), ...grantColumns],
    parameters: 0,
    async run(context) {
      const grantees = await granteesOf(context, roles);
      const there = (await context.cluster.databases()).map(({ name }) => name);
      const absent = databases?.find((name) => !there.includes(name));
      if (absent !== undefined) throw new SqlError('3D000', `database "${absent}" does not exist`);
      const found: Grant[] = [];
      for (const name of databases ?? [context.session.database]) {
        if (there.includes(name)) found.push(...(await seen(context, await grantsIn(context, name))));
      }
      const rows = found
        .filter((grant) => (databases === null || grant.type === 'database') && (grantees?.has(grant.grantee) ?? true))
        .map((g): Value[] => [
          ...(databases === null ? [g.database, g.schema, g.object, ...(typed ? [g.type] : [])] : [g.database]),
          g.grantee,
          g.privilege,
          g.grantable,
        ]);
      return { rows };
    },
  };
}

/** `SHOW SYSTEM GRANTS [FOR role, …]`: for admins only at first. */
export function showSystemGrants(cursor: Cursor): OwnPlan {
  const roles = cursor.accept('FOR') ? cursor.names() : null;
  cursor.end();
  return {
    kind: 'own',
    columns: grantColumns,
    parameters: 0,
    async run(context) {
      const { session, cluster } = context;
      if (!supports(cluster.version, 'systemGrants') && !(await cluster.roles.isAdmin(session.user)))
        throw refused(`user ${session.user} does not have SELECT privilege on relation privileges`);
      const grantees = await granteesOf(context, roles);
      return {
        rows: (await cluster.roles.systemGrants())
          .filter(({ grantee }) => grantees?.has(grantee) ?? true)
          .map(({ grantee, privilege }): Value[] => [grantee, privilege, false]),
      };
    },
  };
}
