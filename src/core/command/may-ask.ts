import { ledgerFindings } from '../identity/ledger-rules.ts';
import { sqlUserOf } from '../identity/sql-user.ts';
import { sqlUsername } from '../identity/sql-username.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Criterion, Entitlement } from '../policy/policy.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';

/** What the policy, and whose the SQL users are, say of one entitlement and one person. */
export interface Verdict {
  readonly entitlement: Entitlement;
  readonly may: boolean;
  /** What stands against it. */
  readonly against: readonly Finding[];
}

/**
 * What this person may ask for now, of everything that there is. However many entitlements there are, the directory is asked once.
 *
 * @throws Fault when the directory does not answer
 */
export async function mayAsk(world: World, person: DirectoryUser): Promise<readonly Verdict[]> {
  const entitlements = [...world.policy.entitlements.values()];
  const criteria = distinct(entitlements.map((e) => e.eligible));
  const derived = sqlUsername(person.upn);
  const [held, rows] = await Promise.all([
    world.directory.held(person.oid, [...criteria.values()]),
    world.store.ledger.ofPersonAndName(person.oid, 'name' in derived ? derived.name : ''),
  ]);
  return entitlements.flatMap((entitlement): Verdict[] => {
    const cluster = world.policy.clusters.get(entitlement.cluster);
    const criterion = criteria.get(keyOf(entitlement.eligible));
    if (cluster === undefined || criterion === undefined) return [];
    const here = rows.filter((row) => row.cluster === cluster.name);
    const sqlUser = sqlUserOf(here, cluster.name, person);
    const { findings } = evaluate({ entitlement, cluster, person, sqlUser, eligible: held.has(criterion) });
    const taken = 'name' in sqlUser ? ledgerFindings(here, sqlUser.name, person) : [];
    const against = [...findings, ...taken].filter((f) => !f.ok);
    return [{ entitlement, may: against.length === 0, against }];
  });
}

/** Each criterion once: many entitlements are for the same people. */
export function distinct(criteria: readonly Criterion[]): ReadonlyMap<string, Criterion> {
  return new Map(criteria.map((criterion) => [keyOf(criterion), criterion]));
}

export function keyOf(criterion: Criterion): string {
  return criterion.kind === 'app_role' ? `role:${criterion.value}` : `group:${criterion.id}`;
}
