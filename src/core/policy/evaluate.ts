import type { Finding } from '../request/request.ts';
import type { DecisionFacts, RequestFacts, Rule } from './facts.ts';
import { accountEnabled } from './rules/account-enabled.ts';
import { accountMember } from './rules/account-member.ts';
import { holdsApprover } from './rules/holds-approver.ts';
import { holdsEligible } from './rules/holds-eligible.ts';
import { notOwnRequest } from './rules/not-own-request.ts';
import { sqlName } from './rules/sql-name.ts';
import { verifiedDomain } from './rules/verified-domain.ts';

export type { DecisionFacts, PersonFacts, RequestFacts } from './facts.ts';

/** In the order in which people should read what stands against them. */
const requestRules: readonly Rule<RequestFacts>[] = [accountEnabled, accountMember, holdsEligible, verifiedDomain, sqlName];
const decisionRules: readonly Rule<DecisionFacts>[] = [notOwnRequest, accountEnabled, holdsApprover];

export interface Verdict {
  readonly verdict: 'needs_approval' | 'allowed' | 'refused';
  /** One per rule, passed or not. */
  readonly findings: readonly Finding[];
}

/**
 * Whether this person may have this entitlement, as far as the policy goes. Every rule is asked, so that a refused person hears of
 * everything at once.
 *
 * @param facts read from the directory now
 */
export function evaluate(facts: RequestFacts): Verdict {
  const findings = requestRules.map((rule) => rule(facts));
  if (findings.some((f) => !f.ok)) return { verdict: 'refused', findings };
  return { verdict: facts.entitlement.approval === null ? 'allowed' : 'needs_approval', findings };
}

/**
 * Whether this person may decide about this request.
 *
 * @param facts read from the directory at the click
 * @returns one finding per rule; the person may when all are ok
 */
export function mayDecide(facts: DecisionFacts): readonly Finding[] {
  return decisionRules.map((rule) => rule(facts));
}
