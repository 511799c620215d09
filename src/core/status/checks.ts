import type { Check } from '../cluster/report.ts';
import type { Look, LookCloser } from './checks/check.ts';
import { keys } from './checks/keys.ts';
import { logins } from './checks/logins.ts';
import { mapLint } from './checks/map-lint.ts';
import { map } from './checks/map.ts';
import { memberships } from './checks/memberships.ts';
import { privileges } from './checks/privileges.ts';
import { clock, reachable } from './checks/reachable.ts';
import { provisioning, roleSync } from './checks/flags.ts';
import { roles } from './checks/roles.ts';
import { audience, claim, enabled, issuer } from './checks/setting.ts';
import { sqlUsers } from './checks/sql-users.ts';
import { directory, watch } from './checks/watch.ts';
import { work } from './checks/work.ts';
import type { Facts } from './facts.ts';
import type { Sight } from './sight.ts';

/** In the order in which they are shown: what can be said of any cluster, then what takes one that answered, then the rest. */
const first: readonly Look[] = [reachable];
const closer: readonly LookCloser[] = [
  logins,
  enabled,
  issuer,
  audience,
  claim,
  keys,
  map,
  mapLint,
  roleSync,
  provisioning,
  clock,
  privileges,
  roles,
  sqlUsers,
  memberships,
];
const last: readonly Look[] = [work, directory, watch];

/** @param sight null: the cluster did not answer, and only what the bot itself knows can be said */
export function checksOf(facts: Facts, sight: Sight | null): readonly Check[] {
  return [
    ...first.flatMap((look) => look(facts)),
    ...(sight === null ? [] : closer.flatMap((look) => look(facts, sight))),
    ...last.flatMap((look) => look(facts)),
  ];
}
