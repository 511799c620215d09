import { criterionText } from '../facts.ts';
import type { RequestFacts, Rule } from '../facts.ts';

/** Who may ask for an entitlement at all. */
export const holdsEligible: Rule<RequestFacts> = ({ entitlement, person, eligible }) => ({
  rule: 'holds-eligible',
  ok: eligible,
  says: eligible
    ? `holds ${criterionText(entitlement.eligible)}`
    : `${entitlement.name} is for people with ${criterionText(entitlement.eligible)}, and ${person.upn} does not hold it. The people who run the directory can assign it.`,
});
