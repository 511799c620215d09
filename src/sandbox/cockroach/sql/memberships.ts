/** GRANT and REVOKE of roles and of system privileges (pkg/sql/grant_role.go, revoke_role.go; PR 104376 for v23.2). */
import { supports } from '../../../core/cluster/releases.ts';
import { refused, SqlError } from '../errors.ts';
import { optionWords, readSystemPrivileges } from '../role-options.ts';
import type { Cursor } from './cursor.ts';
import type { Context, Outcome, OwnPlan } from './plan.ts';
import { change, doesNotExist } from './role-change.ts';

const own = (run: OwnPlan['run']): OwnPlan => ({ kind: 'own', columns: null, parameters: 0, run });

/** Who may give a role away or take it back: the wording and the rule changed with v23.2. */
async function mustManage(context: Context, wanted: readonly string[]): Promise<void> {
  const { session, cluster } = context;
  const mine = await cluster.roles.rolesOf(session.user);
  const iAmAdmin = await cluster.roles.isAdmin(session.user);
  const modern = supports(cluster.version, 'createRoleGrants');
  const opened = cluster.settings.find('sql.auth.createrole_allows_grant_role_membership.enabled');
  const createRoleCounts = modern || (opened !== null && cluster.settings.value(opened.setting) === 'true');
  const createRole = createRoleCounts && (await cluster.roles.may(session.user, 'CREATEROLE'));
  for (const role of wanted) {
    if (mine.get(role) === true || (session.user === 'root' && role === 'admin')) continue;
    if (role !== 'admin' && iAmAdmin) continue;
    if (!modern && role === 'admin') throw refused(`${session.user} is not a role admin for role ${role}`);
    const leadsToAdmin = role === 'admin' || (await cluster.roles.isAdmin(role));
    if (leadsToAdmin && modern) {
      if (mine.get('admin') === true) continue;
      throw refused(`${session.user} must have admin option on role "${role}"`);
    }
    if (createRole && !leadsToAdmin) continue;
    if (!modern) throw refused(`${session.user} is not a superuser or role admin for role ${role}`);
    throw refused(`${session.user} must have CREATEROLE or have admin option on role "${role}"`);
  }
}

async function mustExist(context: Context, wanted: readonly string[], members: readonly string[]): Promise<void> {
  for (const role of wanted) {
    if (await context.cluster.roles.exists(role)) continue;
    const option = role.toUpperCase();
    throw doesNotExist(
      role,
      optionWords.has(option) ? `${option} is a role option, try using ALTER ROLE to change a role's options.` : undefined,
    );
  }
  for (const member of members) if (!(await context.cluster.roles.exists(member))) throw doesNotExist(member);
}

async function mustNotCircle(context: Context, wanted: readonly string[], members: readonly string[]): Promise<void> {
  const all = [...(await context.cluster.roles.memberships())];
  for (const role of wanted) {
    for (const member of members) {
      if (role === member) throw new SqlError('0LP01', `${member} cannot be a member of itself`);
      if ((await context.cluster.roles.rolesOf(role, all)).has(member)) {
        throw new SqlError('0LP01', `making ${member} a member of ${role} would create a cycle`);
      }
      all.push({ role, member, admin: false });
    }
  }
}

function pairs(wanted: readonly string[], members: readonly string[]): { role: string; member: string }[] {
  return wanted.flatMap((role) => members.map((member) => ({ role, member })));
}

/** `GRANT role, … TO member, … [WITH ADMIN OPTION]` */
export function grantRoles(cursor: Cursor): OwnPlan {
  const wanted = cursor.names();
  cursor.expect('TO');
  const members = cursor.names();
  const admin = cursor.accept('WITH', 'ADMIN', 'OPTION');
  cursor.end();
  return own(async (context): Promise<Outcome> => {
    await mustManage(context, wanted);
    await mustExist(context, wanted, members);
    await mustNotCircle(context, wanted, members);
    const have = await context.cluster.roles.memberships();
    const missing = pairs(wanted, members).filter(
      ({ role, member }) => !have.some((m) => m.role === role && m.member === member && (m.admin || !admin)),
    );
    // Nothing new is nothing to wait for (logic test "no_op_grant_role").
    if (missing.length === 0) return { tag: 'GRANT' };
    await change(context, 'membership', async () => {
      for (const { role, member } of missing) await context.cluster.roles.grant(role, member, admin);
    });
    return { tag: 'GRANT' };
  });
}

/** `REVOKE [ADMIN OPTION FOR] role, … FROM member, …` */
export function revokeRoles(cursor: Cursor): OwnPlan {
  const adminOnly = cursor.accept('ADMIN', 'OPTION', 'FOR');
  const wanted = cursor.names();
  cursor.expect('FROM');
  const members = cursor.names();
  cursor.end();
  return own(async (context): Promise<Outcome> => {
    await mustManage(context, wanted);
    await mustExist(context, wanted, members);
    if (wanted.includes('admin') && members.includes('root')) {
      throw new SqlError('55006', 'role/user root cannot be removed from role admin or lose the ADMIN OPTION');
    }
    const have = await context.cluster.roles.memberships();
    const present = pairs(wanted, members).filter(({ role, member }) =>
      have.some((m) => m.role === role && m.member === member && (m.admin || !adminOnly)),
    );
    if (present.length === 0) return { tag: 'REVOKE' };
    await change(context, 'membership', async () => {
      for (const { role, member } of present) await context.cluster.roles.revoke(role, member, adminOnly);
    });
    return { tag: 'REVOKE' };
  });
}

/** `GRANT|REVOKE SYSTEM privilege, … TO|FROM role, …`: only admins here (CockroachDB also knows a grant option). */
export function systemPrivilege(cursor: Cursor, give: boolean): OwnPlan {
  const privileges = readSystemPrivileges(cursor);
  cursor.expect(give ? 'TO' : 'FROM');
  const members = cursor.names();
  cursor.end();
  return own(async (context): Promise<Outcome> => {
    const { session, cluster } = context;
    if (!(await cluster.roles.isAdmin(session.user))) {
      throw refused(`user ${session.user} missing WITH GRANT OPTION privilege on one or more of ${privileges.join(', ')}`);
    }
    await mustExist(
      context,
      [],
      members.filter((member) => member !== 'public'),
    );
    for (const member of members) {
      for (const privilege of privileges) {
        if (give) await cluster.roles.grantSystem(member, privilege);
        else await cluster.roles.revokeSystem(member, privilege);
      }
    }
    return { tag: give ? 'GRANT' : 'REVOKE' };
  });
}
