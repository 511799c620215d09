import type { State, Work } from './lifecycle.ts';

/** A person is an Entra object id. UPN and name are what the directory said when they were last read. */
export interface Person {
  readonly oid: string;
  readonly upn: string;
  readonly displayName: string;
}

/** A person's id on a chat platform: a door to the person, never the person. */
export interface Door {
  readonly platform: string;
  /** Workspace or tenant of the platform. */
  readonly team: string;
  readonly user: string;
}

/** Where a card stands. */
export interface Place {
  readonly platform: string;
  readonly channel: string;
  readonly message: string;
}

export function samePlace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.channel === b.channel && a.message === b.message;
}

/** One thing that a rule found: what was asked, what it saw, what would have passed and who can change it. */
export interface Finding {
  readonly rule: string;
  readonly ok: boolean;
  /** A sentence or two for people; values in it are plain text. */
  readonly says: string;
}

/** What was decided about a pending request, by whom and when. */
export interface Decision {
  readonly kind: 'approve' | 'deny';
  readonly by: Person;
  readonly at: Date;
  readonly reason?: string;
}

/** What an approver wants to know before deciding, gathered when the request was made; each a line for people. */
export interface Evidence {
  /** What the roles let somebody do: `read 14 tables in analytics (SELECT); can't write`. Null: the bot can't see it. */
  readonly can: string | null;
  /** What the requester holds on this cluster already. */
  readonly holds: string;
  /** What the requester asked for before, and what became of it. */
  readonly earlier: string;
}

/** Why an approved request is not granted yet: a closed code for machines, a sentence for people. */
export interface Waiting {
  readonly code: string;
  readonly says: string;
  readonly since: Date;
}

/** An access request as it is stored. It is the truth; a job is only a hint. */
export interface AccessRequest {
  /** Short, readable, unique: 8 characters of Crockford's base 32. */
  readonly id: string;
  /** Raised by one with every save; a save with an older one does nothing. */
  readonly version: number;
  readonly state: State;
  readonly requester: Person;
  /** Where the requester spoke, and the adapter's own token for answering there (opaque to the core). */
  readonly door: Door;
  readonly reply: string;
  readonly entitlement: string;
  readonly title: string;
  readonly cluster: string;
  readonly database: string;
  readonly roles: readonly string[];
  readonly reason: string;
  readonly sqlUsername: string;
  readonly findings: readonly Finding[];
  /** Null: of a request from before this was gathered. */
  readonly evidence: Evidence | null;
  readonly policyHash: string;
  readonly submittedAt: Date;
  /** A pending request that nobody decided by then times out. */
  readonly deadline: Date;
  readonly decision: Decision | null;
  readonly grantedAt: Date | null;
  readonly waiting: Waiting | null;
  /** The work owed now, and from when on. `null`: nothing is owed. */
  readonly due: Work | null;
  readonly dueAt: Date;
  /** How often the owed work was begun. More than once: an earlier attempt may have got anywhere. */
  readonly attempts: number;
}
