import type { Finding, Person } from '../request/request.ts';
import type { SqlUserOf } from '../identity/sql-user.ts';
import type { ClusterPolicy, Criterion, Entitlement } from './policy.ts';

/** What the rules ask of a directory user. */
export interface PersonFacts extends Person {
  readonly enabled: boolean;
  readonly kind: 'member' | 'guest';
}

/** Everything a rule may ask for when somebody requests an entitlement, read once: time stands still during one evaluation. */
export interface RequestFacts {
  readonly entitlement: Entitlement;
  readonly cluster: ClusterPolicy;
  readonly person: PersonFacts;
  /** The SQL user that this person has, or would get, on the cluster. */
  readonly sqlUser: SqlUserOf;
  /** The directory's answer, now, to whether this person meets `entitlement.eligible`. */
  readonly eligible: boolean;
}

/** Everything a rule may ask for when somebody decides about a request. */
export interface DecisionFacts {
  readonly person: PersonFacts;
  readonly requester: Person;
  /** Who the policy names as approvers, and the directory's answer, now, to whether this person is one. */
  readonly criterion: Criterion;
  readonly holds: boolean;
}

/**
 * One rule: always gives a finding. Passed, it is a few words for the approvers' card ("account enabled"). Failed, it is a sentence
 * or two that name the rule, what was seen, what would have passed and who can change it, and that read the same to the requester
 * and to an approver.
 */
export type Rule<Facts> = (facts: Facts) => Finding;

/** A criterion in words: `the app role Crdb.Request`, `the group 1f2e…`. */
export function criterionText(criterion: Criterion): string {
  return criterion.kind === 'app_role' ? `the app role ${criterion.value}` : `the group ${criterion.id}`;
}
