import { criterionText } from '../facts.ts';
import type { DecisionFacts, Rule } from '../facts.ts';

/** Being in the channel makes nobody an approver; the directory does. */
export const holdsApprover: Rule<DecisionFacts> = ({ person, criterion, holds }) => ({
  rule: 'holds-approver',
  ok: holds,
  says: holds
    ? `holds ${criterionText(criterion)}`
    : `You can't decide on this request: that is for people with ${criterionText(criterion)}, and ${person.upn} does not hold it. The people who run the directory can assign it.`,
});
