/** The closed list of statements: what each begins with, and who answers it. Whatever is not in it is refused. */
import { notImitated, syntaxError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { Cursor } from './cursor.ts';
import { createDatabaseIfNotExists } from './databases.ts';
import { cancelSessions, showDatabases, showGrantsOnRole, showSessions, showTables, showUsers } from './listings.ts';
import { showGrants, showSystemGrants } from './grants.ts';
import { grantRoles, revokeRoles, systemPrivilege } from './memberships.ts';
import { pass } from './pass.ts';
import type { Context, OwnPlan, PassPlan, Plan } from './plan.ts';
import { alterRole, createRole, dropRole } from './roles.ts';
import { setSetting, showSetting, showSettings } from './settings.ts';
import { splitStatements, type StatementText } from './tokens.ts';
import { readVariable, resetOurs, setOurs, showOurs, showTimeout } from './variables.ts';

interface Given {
  readonly cursor: Cursor;
  readonly statement: StatementText;
  readonly settings: Settings;
  readonly version: string;
  planOf(text: string): Plan;
}
type Rule = readonly [words: string, plan: (given: Given) => OwnPlan | PassPlan, what?: string];

const reads = ({ statement, planOf }: Given): PassPlan => pass(statement, true, planOf);
/** Neither reads nor writes. */
const only = ({ statement, planOf }: Given): PassPlan => pass(statement, false, planOf);

/** `GRANT … ON …` is about objects and PostgreSQL's own; without ON it is about roles. */
const onObjects = ({ cursor }: Given): boolean => cursor.rest().some((token) => token.kind === 'word' && token.value === 'on');

const setVariable = (given: Given): OwnPlan | PassPlan => {
  const found = readVariable(given.cursor, given.version);
  return found?.variable.kind === 'ours' ? setOurs(given.cursor, found.name, found.variable.initial) : only(given);
};
const resetVariable = (given: Given): OwnPlan | PassPlan => {
  const found = readVariable(given.cursor, given.version);
  return found?.variable.kind === 'ours' ? resetOurs(found.name) : only(given);
};
const showVariable = (given: Given): OwnPlan | PassPlan => {
  const [first, second] = given.cursor.rest();
  // A listing that is not among the rules below, and no variable: SHOW COLUMNS FROM …, SHOW CREATE TABLE …
  if (second?.kind === 'word' && !['time', 'transaction', 'session'].includes(first?.value ?? ''))
    throw notImitated(given.statement.text);
  const found = readVariable(given.cursor, given.version);
  if (found?.variable.kind === 'ours') return showOurs(found.name, found.variable.initial);
  return found?.name.endsWith('_timeout') === true ? showTimeout(found.name) : only(given);
};

async function runnable(planOf: (text: string) => Plan, sql: string, context: Context): Promise<string> {
  const { how } = planOf(sql);
  if (how.kind !== 'pass') throw notImitated('CANCEL SESSIONS with anything but a SELECT');
  return await how.text(context);
}

/** The first that fits wins: longer beginnings stand before shorter ones. */
const rules: readonly Rule[] = [
  ['SELECT', reads],
  ['WITH', reads],
  ['VALUES', reads],
  ['TABLE', reads],
  ['INSERT', reads],
  ['UPDATE', reads],
  ['DELETE', reads],
  ['TRUNCATE', reads],
  ['EXPLAIN', reads],
  ['BEGIN', only],
  ['START TRANSACTION', only],
  ['COMMIT', only],
  ['END', only],
  ['ROLLBACK', only],
  ['ABORT', only],
  ['SAVEPOINT', only],
  ['RELEASE', only],
  ['DEALLOCATE', only],
  ['DISCARD ALL', only],

  ['CREATE USER', ({ cursor }) => createRole(cursor, false)],
  ['CREATE ROLE', ({ cursor }) => createRole(cursor, true)],
  ['ALTER USER', ({ cursor }) => alterRole(cursor)],
  ['ALTER ROLE', ({ cursor }) => alterRole(cursor)],
  ['DROP USER', ({ cursor }) => dropRole(cursor)],
  ['DROP ROLE', ({ cursor }) => dropRole(cursor)],
  ['GRANT SYSTEM', ({ cursor }) => systemPrivilege(cursor, true)],
  ['REVOKE SYSTEM', ({ cursor }) => systemPrivilege(cursor, false)],
  ['GRANT', (given) => (onObjects(given) ? reads(given) : grantRoles(given.cursor))],
  ['REVOKE', (given) => (onObjects(given) ? reads(given) : revokeRoles(given.cursor))],

  ['SET CLUSTER SETTING', ({ cursor }) => setSetting(cursor, false)],
  ['RESET CLUSTER SETTING', ({ cursor }) => setSetting(cursor, true)],
  ['SHOW CLUSTER SETTING', ({ cursor, settings }) => showSetting(cursor, settings)],
  ['SHOW ALL CLUSTER SETTINGS', ({ cursor, settings }) => showSettings(cursor, true, settings)],
  ['SHOW PUBLIC CLUSTER SETTINGS', ({ cursor, settings }) => showSettings(cursor, false, settings)],
  ['SHOW CLUSTER SETTINGS', ({ cursor, settings }) => showSettings(cursor, false, settings)],

  ['SHOW USERS', ({ cursor, version }) => showUsers(cursor, version)],
  ['SHOW ROLES', ({ cursor, version }) => showUsers(cursor, version)],
  ['SHOW GRANTS ON ROLE', ({ cursor }) => showGrantsOnRole(cursor)],
  ['SHOW GRANTS', ({ cursor, version }) => showGrants(cursor, version)],
  ['SHOW SYSTEM GRANTS', ({ cursor }) => showSystemGrants(cursor)],
  ['SHOW DATABASES', ({ cursor }) => showDatabases(cursor)],
  ['SHOW TABLES', ({ cursor }) => showTables(cursor)],
  ['SHOW ALL CLUSTER SESSIONS', ({ cursor, version }) => showSessions(cursor, version)],
  ['SHOW CLUSTER SESSIONS', ({ cursor, version }) => showSessions(cursor, version)],
  ['SHOW LOCAL SESSIONS', ({ cursor, version }) => showSessions(cursor, version)],
  ['SHOW SESSIONS', ({ cursor, version }) => showSessions(cursor, version)],
  ['CANCEL SESSIONS', ({ cursor, planOf }) => cancelSessions(cursor, (sql, context) => runnable(planOf, sql, context))],
  ['CANCEL SESSION', ({ cursor, planOf }) => cancelSessions(cursor, (sql, context) => runnable(planOf, sql, context))],

  ['SET', setVariable],
  ['RESET', resetVariable],
  ['SHOW', showVariable],

  ['CREATE DATABASE IF NOT EXISTS', ({ cursor }) => createDatabaseIfNotExists(cursor)],
  ...['CREATE', 'ALTER', 'DROP'].flatMap((verb) =>
    ['TABLE', 'INDEX', 'UNIQUE INDEX', 'VIEW', 'SEQUENCE', 'SCHEMA', 'DATABASE'].map(
      (thing): Rule => [`${verb} ${thing}`, reads],
    ),
  ),
  ['COMMENT ON', reads],
  ['ANALYZE', reads],
];

/** PostgreSQL's alone: CockroachDB's grammar does not have them. */
const foreign = [
  'LISTEN',
  'NOTIFY',
  'UNLISTEN',
  'VACUUM',
  'CLUSTER',
  'LOCK',
  'CHECKPOINT',
  'REINDEX',
  'LOAD',
  'SECURITY',
  'MERGE',
];

/** Plans one statement. @throws SqlError 42601 or 0A000 for one that is not in the list */
export function planStatement(statement: StatementText, settings: Settings): Plan {
  const { version } = settings;
  const planOf = (text: string): Plan => {
    const [inner, more] = splitStatements(text);
    if (inner === undefined || more !== undefined) throw syntaxError('EOF');
    return planStatement(inner, settings);
  };
  for (const [words, plan, what = words] of rules) {
    const cursor = new Cursor(statement);
    if (!cursor.accept(...words.split(' '))) continue;
    return { what, how: plan({ cursor, statement, settings, version, planOf }) };
  }
  const first = new Cursor(statement);
  if (first.acceptSymbol('(')) return { what: 'SELECT', how: pass(statement, true, planOf) };
  const known = first.token.kind === 'word' && !foreign.some((word) => first.sees(word));
  if (!known) throw first.wrong();
  throw notImitated(statement.text.split(/\s+/).slice(0, 3).join(' '));
}
