/** What all changes of users, roles and memberships have in common: privileges first, then the wait, then one after another. */
import { supports } from '../../../core/cluster/releases.ts';
import { refused, SqlError } from '../errors.ts';
import type { Context } from './plan.ts';

/** @throws SqlError 42501 (CheckGlobalPrivilegeOrRoleOption) */
export async function mustHave(context: Context, privilege: 'CREATEROLE' | 'CREATELOGIN'): Promise<void> {
  const { session, cluster } = context;
  if (!(await cluster.roles.may(session.user, privilege)))
    throw refused(`user ${session.user} does not have ${privilege} privilege`);
}

async function statementTimeoutMs(context: Context): Promise<number> {
  const rows = await context.session.ask(`SELECT setting FROM pg_settings WHERE name = 'statement_timeout'`);
  return Number(rows[0]?.[0] ?? 0);
}

/**
 * Does a change once no transaction of another session is in its way.
 *
 * The stand-in waits before the change, so that a canceled statement has changed nothing; CockroachDB may have committed it already.
 * Later versions of CockroachDB do not wait for long transactions any more, and a session may switch the wait off for memberships
 * (`allow_role_memberships_to_change_during_transaction`, PR 98370).
 */
export async function change(context: Context, kind: 'role' | 'membership', work: () => Promise<void>): Promise<void> {
  const { session, cluster } = context;
  if (session.inTransaction()) {
    throw new SqlError(
      '0A000',
      'the CockroachDB stand-in changes users, roles and memberships outside explicit transactions only',
    );
  }
  const free = kind === 'membership' && session.variables.get('allow_role_memberships_to_change_during_transaction') === 'on';
  if (!free && !supports(cluster.version, 'promptRoleChanges') && cluster.transactions.blockers(session.id).length > 0) {
    await cluster.transactions.waitForOthers(session.id, await statementTimeoutMs(context), session.canceled());
  }
  await cluster.transactions.inTurn(work);
}

export const doesNotExist = (role: string, hint?: string): SqlError =>
  new SqlError('42704', `role/user ${role} does not exist`, hint === undefined ? {} : { hint });
