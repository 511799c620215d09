import type { Advice } from '../../core/cluster/advice.ts';
import { Fault } from '../../core/errors.ts';
import { quoteName, sqlOf } from './sql.ts';

/** One statement for one piece of advice, with its semicolon: for an admin to read and run. */
export function adviceSql(advice: Advice): string {
  return `${adviceText(advice)};`;
}

function adviceText(advice: Advice): string {
  switch (advice.kind) {
    case 'create_user':
    case 'grant_roles':
    case 'revoke_roles':
      return sqlOf(advice).text;
    case 'create_role':
      return `CREATE ROLE ${quoteName(advice.role)}`;
    case 'grant_admin_option':
      return `GRANT ${quoteName(advice.role)} TO ${quoteName(advice.user)} WITH ADMIN OPTION`;
    case 'grant_system':
      return `GRANT SYSTEM ${word(advice.privilege)} TO ${quoteName(advice.user)}`;
    case 'revoke_system':
      return `REVOKE SYSTEM ${word(advice.privilege)} FROM ${quoteName(advice.user)}`;
    case 'alter_user':
      return `ALTER USER ${quoteName(advice.user)} WITH ${advice.options.map(word).join(' ')}`;
    case 'set_flag':
      return `SET CLUSTER SETTING ${advice.setting} = ${advice.value}`;
  }
}

/** Privileges and role options are words of the language: nothing else may stand in their place. */
function word(text: string): string {
  if (!/^[A-Z]+(?: [A-Z]+)*$/.test(text))
    throw new Fault('cluster_refused', 'never', `${JSON.stringify(text)} is no privilege or role option`);
  return text;
}
