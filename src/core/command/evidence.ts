import { rolesOf } from '../cluster/cluster.ts';
import { abilitySummary } from '../messages/abilities.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { World } from '../ports.ts';
import { word } from '../request/lifecycle.ts';
import type { AccessRequest, Evidence } from '../request/request.ts';
import { abilitiesOf, glance } from './glance.ts';

/** How many earlier requests are counted. */
const counted = 100;
/** How many names one line holds. */
const named = 8;

/**
 * What an approver wants to know before deciding: what the roles let somebody do, what the requester holds on the cluster already, and
 * what they asked for before. A cluster that does not answer within three seconds leaves the first open; nothing waits for it longer.
 */
export async function gatherEvidence(
  world: World,
  entitlement: Entitlement,
  person: { readonly oid: string },
  sqlUser: string,
): Promise<Evidence> {
  const { cluster, database, roles } = entitlement;
  const [abilities, state, granted, earlier] = await Promise.all([
    abilitiesOf(world, cluster, roles, database),
    glance(world, cluster),
    world.store.requests.grantedTo(person.oid, cluster),
    world.store.requests.ofPerson(person.oid, counted),
  ]);
  return {
    can: abilitySummary(abilities, database),
    holds: holdsText(cluster, granted, state === null ? null : [...rolesOf(state.users, sqlUser)].sort()),
    earlier: earlierText(earlier),
  };
}

/** `nothing on prod` · `analytics on prod (roles analytics_reader, staff)` */
function holdsText(cluster: string, granted: readonly AccessRequest[], roles: readonly string[] | null): string {
  const names = [...new Set(granted.map((request) => request.entitlement))].sort();
  const has = names.length === 0 ? 'nothing' : some(names);
  if (roles === null) return `${has} on ${cluster} (it did not answer, so this is from my own records)`;
  if (roles.length === 0) return `${has} on ${cluster}`;
  return `${has === 'nothing' ? 'nothing from me' : has} on ${cluster} (${roles.length === 1 ? 'role' : 'roles'} ${some(roles)})`;
}

/** `no earlier request` · `3 earlier requests: 2 granted, 1 denied` */
function earlierText(earlier: readonly AccessRequest[]): string {
  if (earlier.length === 0) return 'no earlier request';
  const byState = new Map<string, number>();
  for (const { state } of earlier) byState.set(word[state], (byState.get(word[state]) ?? 0) + 1);
  const became = [...byState].map(([state, times]) => `${times} ${state}`).join(', ');
  const many = earlier.length === counted ? `the last ${counted} requests` : `${earlier.length} earlier requests`;
  return earlier.length === 1 ? `1 earlier request: ${became.slice(2)}` : `${many}: ${became}`;
}

function some(names: readonly string[]): string {
  const rest = names.length - named;
  return `${names.slice(0, named).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
