/** Settings of which CockroachDB does more at a login than let somebody in. */

import { adminRuns, check, lack, type LookCloser, mending } from './check.ts';
import { settingSql } from '../../cluster-auth/settings-plan.ts';

const syncName = 'server.jwt_authentication.authorization.enabled';
const provisionName = 'security.provisioning.jwt.enabled';

/** authorization_jwt.go: at each login all memberships that the token's groups do not name are revoked. */
export const roleSync: LookCloser = (facts, sight) => {
  const { look, survey } = sight;
  if (!look.syncsRoles) return [check('role-sync', 'ok', 'Roles are not taken from tokens.')];
  const claim = survey.surveyed['server.jwt_authentication.group_claim'] ?? 'groups';
  return [
    check(
      'role-sync',
      lack(facts),
      `${syncName} is on: at each login every role is revoked that the token's ${claim} do not name, and without ${claim} in the token the login is refused. What is granted here is gone after the next login.`,
      { expected: 'off', ...mending(facts, sight, syncName) },
    ),
  ];
};

/**
 * Whoever the map yields a name to becomes a SQL user without having asked anybody: not the open door (they have what `public` has), but
 * a name that is taken like this is not theirs by the ledger, so it stands in the way when they do ask.
 */
export const provisioning: LookCloser = (_facts, { look }) => {
  if (!look.provisions) return [check('provisioning', 'ok', 'Nobody becomes a SQL user without a grant.')];
  return [
    check(
      'provisioning',
      'attention',
      `${provisionName} is on: whoever logs in with a token that the identity map takes becomes a SQL user, without a grant, and has what every SQL user has (public). Their later request is refused, since that user was not made here.`,
      {
        expected: 'off, unless that is meant',
        next: `${adminRuns} Who is there already stays.`,
        sql: [settingSql({ setting: provisionName, value: 'false' })],
      },
    ),
  ];
};
