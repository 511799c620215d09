import { criterionText } from '../facts.ts';
import type { DecisionFacts, Rule } from '../facts.ts';

/** A person is an object id: names, UPNs and chat users may differ between asking and deciding, the object id does not. */
export const notOwnRequest: Rule<DecisionFacts> = ({ person, requester, criterion }) => {
  const ok = person.oid !== requester.oid;
  return { rule: 'not-own-request', ok, says: ok ? 'not the requester' : ownRequest(criterionText(criterion)) };
};

function ownRequest(approvers: string): string {
  return `You can't decide on your own request. Everybody else with ${approvers} can.`;
}
