/** SHOW USERS, ROLES, GRANTS ON ROLE, DATABASES, TABLES, SESSIONS, and CANCEL SESSION. */
import { supports } from '../../../core/cluster/releases.ts';
import { refused, SqlError } from '../errors.ts';
import { quoteText } from '../roles.ts';
import type { Column, Value } from '../wire/messages.ts';
import type { Cursor } from './cursor.ts';
import { textOf } from './literal.ts';
import type { Context, Outcome, OwnPlan, Parameters, SessionFacts } from './plan.ts';
import type { Token } from './tokens.ts';

const text = (name: string): Column => ({ name, type: 'text' });
const list = (columns: readonly Column[], run: OwnPlan['run']): OwnPlan => ({ kind: 'own', columns, parameters: 0, run });

/** pkg/sql/delegate/show_roles.go: options are a string, and later an array. */
export function showUsers(cursor: Cursor, version: string): OwnPlan {
  cursor.end();
  const arrays = supports(version, 'userOptionsArray');
  const columns: Column[] = [
    text('username'),
    { name: 'options', type: arrays ? 'textArray' : 'text' },
    { name: 'member_of', type: 'textArray' },
  ];
  if (arrays) columns.push({ name: 'estimated_last_login_time', type: 'timestamptz' });
  const notice =
    'estimated_last_login_time is computed on a best effort basis; it is not guaranteed to capture every login event';
  return list(columns, async ({ cluster }): Promise<Outcome> => {
    const rows = (await cluster.roles.list()).map((role): Value[] => [
      role.username,
      arrays ? role.options : role.options.join(', '),
      role.member_of,
      ...(arrays ? [null] : []),
    ]);
    return { rows, ...(arrays ? { notices: [new SqlError('00000', notice)] } : {}) };
  });
}

/** `SHOW GRANTS ON ROLE [role, …] [FOR user, …]` (pkg/sql/delegate/show_role_grants.go@18012a560959) */
export function showGrantsOnRole(cursor: Cursor): OwnPlan {
  const roles = cursor.done || cursor.sees('FOR') ? null : cursor.names();
  const members = cursor.accept('FOR') ? cursor.names() : null;
  cursor.end();
  return list([text('role_name'), text('member'), { name: 'is_admin', type: 'bool' }], async ({ cluster }) => ({
    rows: (await cluster.roles.memberships())
      .filter((m) => (roles === null || roles.includes(m.role)) && (members === null || members.includes(m.member)))
      .map((m): Value[] => [m.role, m.member, m.admin]),
  }));
}

const databaseColumns = ['database_name', 'owner', 'primary_region', 'secondary_region'].map(text);

export function showDatabases(cursor: Cursor): OwnPlan {
  cursor.end();
  return list([...databaseColumns, { name: 'regions', type: 'textArray' }, text('survival_goal')], async ({ cluster }) => ({
    rows: (await cluster.databases()).map(({ name, owner }): Value[] => [name, owner, null, null, [], null]),
  }));
}

/**
 * `SHOW TABLES [FROM schema|database[.schema]]`: a name alone is a database where there is one of that name
 * (pkg/sql/delegate/show_tables.go: the prefix is resolved as a database or as a schema of the session's own).
 */
export function showTables(cursor: Cursor): OwnPlan {
  const from = cursor.accept('FROM') ? cursor.dotted() : null;
  cursor.end();
  const columns: Column[] = [
    ...['schema_name', 'table_name', 'type', 'owner'].map(text),
    { name: 'estimated_row_count', type: 'int8' },
    text('locality'),
  ];
  return list(columns, async ({ session, cluster }): Promise<Outcome> => {
    const databases = (await cluster.databases()).map(({ name }) => name);
    const [first = session.database, second = null] = from === null ? [] : from.split('.');
    const [database, schema] = second !== null || databases.includes(first) ? [first, second] : [session.database, first];
    if (!databases.includes(database)) throw new SqlError('42704', 'target database or schema does not exist');
    const filter = schema === null || schema === undefined ? '' : `AND n.nspname = ${quoteText(schema)}`;
    const ask = (sql: string) => (database === session.database ? session.ask(sql) : cluster.askIn(database, sql));
    const rows = await ask(`
      SELECT n.nspname, c.relname, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
             pg_get_userbyid(c.relowner), greatest(c.reltuples, 0)::int8
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v', 'S') AND n.nspname !~ '^(pg_|crdb_internal|information_schema)' ${filter} ORDER BY 1, 2`);
    return { rows: rows.map((row): Value[] => [...row, null]) };
  });
}

const time = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', '+00');

/** Whose sessions somebody sees: their own, or all with VIEWACTIVITY (docs v23.1/show-sessions). */
async function visibleSessions(context: Context): Promise<readonly SessionFacts[]> {
  const { session, cluster } = context;
  const all =
    (await cluster.roles.may(session.user, 'VIEWACTIVITY')) || (await cluster.roles.may(session.user, 'VIEWACTIVITYREDACTED'));
  return cluster.sessions().filter((facts) => all || facts.user_name === session.user);
}

/** `SHOW [ALL] [CLUSTER|LOCAL] SESSIONS` (pkg/sql/delegate/show_sessions.go@013891ff333c) */
export function showSessions(cursor: Cursor, version: string): OwnPlan {
  cursor.end();
  const modern = supports(version, 'sessionTraces');
  const columns: Column[] = [
    { name: 'node_id', type: 'int8' },
    ...['session_id', 'status', 'user_name', 'client_address', 'application_name', 'active_queries', 'last_active_query'].map(
      text,
    ),
    { name: 'session_start', type: 'timestamptz' },
    { name: 'active_query_start', type: 'timestamptz' },
    { name: 'num_txns_executed', type: 'int8' },
    ...(modern ? (['trace_id', 'goroutine_id'] as const).map((name): Column => ({ name, type: 'int8' })) : []),
  ];
  return list(columns, async (context) => ({
    rows: (await visibleSessions(context)).map((s): Value[] => [
      1,
      s.session_id,
      s.status,
      s.user_name,
      s.client_address,
      s.application_name,
      s.active_queries,
      s.last_active_query,
      time(s.session_start),
      s.active_query_start === null ? null : time(s.active_query_start),
      s.num_txns_executed,
      ...(modern ? [0, 0] : []),
    ]),
  }));
}

/** CANCELQUERY for others' sessions, and no session of an admin by somebody who is none (docs, cancel-session). */
async function mustCancel(context: Context, target: SessionFacts): Promise<void> {
  const { session, cluster } = context;
  if (target.user_name === session.user || (await cluster.roles.isAdmin(session.user))) return;
  if (!(await cluster.roles.may(session.user, 'CANCELQUERY')))
    throw refused(`user ${session.user} does not have CANCELQUERY privilege`);
  if (await cluster.roles.isAdmin(target.user_name)) throw refused('permission denied to cancel admin session');
}

/** Parameters written into the text, as PostgreSQL's simple queries need them. */
function inlined(text: string, tokens: readonly Token[], parameters: Parameters): string {
  let sql = text;
  for (const token of tokens.filter((t) => t.kind === 'parameter').toReversed()) {
    const value = textOf({ kind: 'parameter', index: Number(token.value) }, parameters);
    sql = sql.slice(0, token.start) + (value === null ? 'NULL' : quoteText(value)) + sql.slice(token.end);
  }
  return sql;
}

/**
 * `CANCEL SESSION[S] [IF EXISTS] {'id' | (SELECT …)}`
 * @param runnable turns a SELECT of the client's into one that the session behind can run
 */
export function cancelSessions(cursor: Cursor, runnable: (sql: string, context: Context) => Promise<string>): OwnPlan {
  const ifExists = cursor.accept('IF', 'EXISTS');
  const body = cursor.rest();
  const { text: whole } = cursor.statement;
  const bySelect = cursor.acceptSymbol('(');
  const literal = bySelect ? null : cursor.literal();
  if (bySelect && whole.at(-1) !== ')') throw cursor.wrong();
  if (!bySelect) cursor.end();
  return {
    kind: 'own',
    columns: null,
    parameters: Math.max(0, ...body.map((token) => (token.kind === 'parameter' ? Number(token.value) : 0))),
    async run(context, parameters): Promise<Outcome> {
      const ids: (string | null)[] = [];
      if (literal !== null) ids.push(textOf(literal, parameters));
      else {
        const full = inlined(whole, body, parameters);
        const rows = await context.session.ask(await runnable(full.slice(body[0]?.end ?? 0, -1), context));
        ids.push(...rows.map((row) => row[0] ?? null));
      }
      let count = 0;
      for (const id of ids) {
        const target = (await visibleSessions(context)).find((s) => s.session_id === id);
        if (target === undefined) {
          if (!ifExists) throw new SqlError('XXUUU', `session ID ${id ?? 'NULL'} not found`);
          continue;
        }
        await mustCancel(context, target);
        if (context.cluster.cancelSession(target.session_id)) count++;
      }
      return { tag: `CANCEL SESSIONS ${count}` };
    },
  };
}
