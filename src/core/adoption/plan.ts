import type { Proposal } from '../ports.ts';

/** What adopting does, in a line: kept in the audit before it is done. */
export function plainPlan({
  cluster,
  sqlUsername,
  person,
  exists,
}: Pick<Proposal, 'cluster' | 'sqlUsername' | 'person' | 'exists'>): string {
  return `tie the SQL user ${sqlUsername} on ${cluster} (${exists ? 'exists' : 'created at the first grant'}) to ${person.upn} (${person.oid}); write its row into the identity map`;
}
