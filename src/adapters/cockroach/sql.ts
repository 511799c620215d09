/** The only file that writes SQL for a cluster. Names are checked, then quoted; they can't be parameters in CockroachDB's role DDL. */

import type { Change, SettingName, SurveyedName } from '../../core/cluster/cluster.ts';
import { Fault } from '../../core/errors.ts';
import { checkName } from '../../core/identity/sql-username.ts';

export interface Statement {
  readonly text: string;
  readonly values?: readonly string[];
}

/**
 * One statement for one change.
 * @throws Fault `cluster_refused` for a name that can't be one, before anything is sent
 */
export function sqlOf(change: Change): Statement {
  switch (change.kind) {
    case 'create_user':
      // Plain, never IF NOT EXISTS: that would take over a user that somebody else made meanwhile.
      return { text: `CREATE USER ${newUser(change.user)} WITH LOGIN PASSWORD NULL` };
    case 'grant_roles':
      return { text: `GRANT ${names(change.roles)} TO ${newUser(change.user)}` };
    case 'revoke_roles':
      // The user's name is not held to today's rules: whatever was given can be taken away.
      return { text: `REVOKE ${names(change.roles)} FROM ${quoteName(change.user)}` };
    case 'set_setting':
      return setSetting(change.setting, change.value);
  }
}

/** Roles by name, each with its direct members: `role_name, member, is_admin`. */
export function showMembers(roles: readonly string[]): string {
  return `SHOW GRANTS ON ROLE ${names(roles)}`;
}

export function showSetting(setting: SettingName | SurveyedName): string {
  return `SHOW CLUSTER SETTING ${setting}`;
}

/** Privileges of roles that exist, in the session's database. */
export function showGrantsOf(roles: readonly string[]): string {
  return `SHOW GRANTS FOR ${names(roles)}`;
}

export function showSystemGrantsOf(roles: readonly string[]): string {
  return `SHOW SYSTEM GRANTS FOR ${names(roles)}`;
}

/** Whether the session is in this database and may see what is in it. */
export function maySee(database: string): Statement {
  return { text: `SELECT current_database() = $1::TEXT AND has_database_privilege($1::TEXT, 'CONNECT')`, values: [database] };
}

export const showVersion = 'SELECT version()';
export const showUsers = 'SHOW USERS';
/** Without names: every direct membership (pkg/sql/delegate/show_role_grants.go, logic test "role"). */
export const showAllMembers = 'SHOW GRANTS ON ROLE';
/** Seconds since 1970, at the moment of asking: `now()` is the start of the transaction, `clock_timestamp()` is not (docs, "Functions and Operators"). */
export const showClock = 'SELECT extract(epoch FROM clock_timestamp()::TIMESTAMPTZ)::FLOAT8';
/** Answered by whatever answers at all. */
export const anything = 'SELECT 1';

/** What a SQL user of the bot's lacks, and the statement that an admin gives it with (CockroachDB docs, "Authorization"). */
export const privileges = {
  create_user: {
    needs: 'CREATEROLE and CREATELOGIN',
    give: (user: string) => `ALTER USER ${quoteName(user)} WITH CREATEROLE CREATELOGIN`,
  },
  // Before v23.2, CREATEROLE alone does not suffice (PR 104376).
  grant_roles: {
    needs: 'CREATEROLE (before v23.2: the role WITH ADMIN OPTION)',
    give: (user: string) => `ALTER USER ${quoteName(user)} WITH CREATEROLE`,
  },
  revoke_roles: {
    needs: 'CREATEROLE (before v23.2: the role WITH ADMIN OPTION)',
    give: (user: string) => `ALTER USER ${quoteName(user)} WITH CREATEROLE`,
  },
  set_setting: {
    needs: 'MODIFYCLUSTERSETTING',
    give: (user: string) => `GRANT SYSTEM MODIFYCLUSTERSETTING TO ${quoteName(user)}`,
  },
  read_settings: { needs: 'VIEWCLUSTERSETTING', give: (user: string) => `GRANT SYSTEM VIEWCLUSTERSETTING TO ${quoteName(user)}` },
} as const;

/** With CONNECT, which `public` has by default, a SQL user sees what is in a database (CockroachDB docs, "Authorization"). */
export const giveSight = (database: string, user: string): string =>
  `GRANT CONNECT ON DATABASE ${quoteName(database)} TO ${quoteName(user)}`;

/**
 * Any name as a quoted identifier.
 * @throws Fault for an empty one, and for text that the wire can't carry: NUL ends a string there, half a surrogate pair has no UTF-8
 */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0') || /\p{Surrogate}/u.test(name))
    throw refused(`${JSON.stringify(name)} can't be a name on a cluster`);
  return `"${name.replaceAll('"', '""')}"`;
}

function newUser(name: string): string {
  const problem = checkName(name);
  if (problem !== null) throw refused(`${JSON.stringify(name)} can't be a SQL user: ${problem.says}`);
  return quoteName(name);
}

function names(roles: readonly string[]): string {
  if (roles.length === 0) throw refused('a change of no roles was asked for');
  return roles.map(quoteName).join(', ');
}

/** `enabled` settings are booleans; the others are strings, sent apart from the statement. */
function setSetting(setting: SettingName, value: string): Statement {
  const text = `SET CLUSTER SETTING ${setting} = `;
  if (!setting.endsWith('.enabled')) return { text: `${text}$1`, values: [value] };
  if (value !== 'true' && value !== 'false') throw refused(`${setting} is true or false, not ${JSON.stringify(value)}`);
  return { text: `${text}${value}` };
}

function refused(message: string): Fault {
  return new Fault('cluster_refused', 'never', message);
}
