/**
 * What a login itself changes from v25.4 on: a SQL user that is missing is created, and roles follow the token's groups
 * (pkg/sql/pgwire/auth_methods.go@0258d8b9bed5, authJwtToken; pkg/sql/authorization.go, EnsureUserOnlyBelongsToRoles).
 */
import { checkName, normalizeName } from '../../core/identity/sql-username.ts';
import { textClaim } from '../../core/login/claims.ts';
import { knows } from '../../core/login/knows.ts';
import type { LoginResult } from '../../core/login/login.ts';
import { groupsOf } from '../../core/login/principals.ts';
import { orderOf, type StepName } from '../../core/login/steps.ts';
import { readToken } from '../../core/login/token.ts';
import type { Ground } from './cluster.ts';
import { SqlError } from './errors.ts';
import { provisioned } from './role-options.ts';

export type LoginGround = Pick<Ground, 'version' | 'roles' | 'settings' | 'transactions'>;

/** Whether a login got through this step, whatever became of it later. */
function passed(step: StepName, result: LoginResult, version: string): boolean {
  const order = orderOf(knows(version));
  return result.ok || order.indexOf(result.step) > order.indexOf(step);
}

/** CreateRoleForProvisioning. Another login may have been faster. */
async function create({ roles, transactions }: LoginGround, user: string, issuer: string): Promise<void> {
  await transactions.inTurn(async () => {
    if (await roles.exists(user)) return;
    await roles.create(user);
    await roles.setOption(user, provisioned, true, `jwt_token:${issuer}`);
  });
}

/** Names that no role has are passed over. Admin options that it holds stay with the roles that it keeps. */
async function belongOnly({ roles, transactions }: LoginGround, user: string, groups: readonly string[]): Promise<void> {
  const wanted = new Set(groups.map(normalizeName));
  // The GRANT that it makes of it refuses this (grant_role.go).
  if (wanted.has(user)) throw new SqlError('0LP01', `${user} cannot be a member of itself`);
  await transactions.inTurn(async () => {
    const held = await roles.rolesOf(user);
    for (const role of held.keys()) if (!wanted.has(role)) await roles.revoke(role, user, false);
    for (const role of wanted) if (!held.has(role) && (await roles.exists(role))) await roles.grant(role, user, false);
  });
}

/**
 * Makes the changes that this login makes, in their order: a SQL user is created before the token's time and audience are looked at,
 * and an empty list of groups takes every role away before the login is refused for it.
 * @throws SqlError when CockroachDB would refuse the login over them
 */
export async function changeAtLogin(ground: LoginGround, token: string, asked: string, result: LoginResult): Promise<void> {
  const { version, settings, roles } = ground;
  const on = (key: string): boolean => settings.text(key) === 'true';
  const [provisioning, authorization] = [
    on('security.provisioning.jwt.enabled'),
    on('server.jwt_authentication.authorization.enabled'),
  ];
  if (!provisioning && !authorization) return;
  const read = readToken(token);
  if ('error' in read) return;
  const user = result.ok ? result.as : normalizeName(asked);
  if (provisioning && checkName(user) === null && passed('user', result, version) && !(await roles.exists(user)))
    await create(ground, user, textClaim(read.claims, 'iss'));
  if (authorization && passed('audience', result, version)) {
    const groups = groupsOf(read.claims, settings.text('server.jwt_authentication.group_claim'));
    if (groups !== null) await belongOnly(ground, user, groups);
  }
}
