/** What the command line asks two admins to confirm. */

import type { Finding, Person, Place } from '../request/request.ts';
import type { AuditEntry } from './audit.ts';

/** Somebody's word on a proposal. */
export interface Word {
  readonly by: Person;
  readonly at: Date;
}

/** That a SQL user be tied to a person for good, against what the UPN alone would give. */
export interface Proposal {
  /** As a request's. */
  readonly id: string;
  readonly version: number;
  readonly state: 'open' | 'adopted' | 'declined' | 'lapsed';
  readonly cluster: string;
  readonly sqlUsername: string;
  /** Whether the SQL user is there already; else it is created at the person's first grant. */
  readonly exists: boolean;
  /** Whom it is to be tied to. */
  readonly person: Person;
  /** Who ran the command, as their machine names them: for reading, not for believing. */
  readonly filedBy: string;
  readonly filedAt: Date;
  /** Not confirmed by then, it lapses. */
  readonly deadline: Date;
  /** Of different people, the person apart; with the second it is adopted. */
  readonly confirmed: readonly Word[];
  readonly declined: Word | null;
  /** What was found when everything was last looked at: what its card says of the SQL user and, where one is not ok, why it lapsed. */
  readonly findings: readonly Finding[];
  /**
   * Where its cards stand, one a platform, and the version that all of them show (0: one of them is not posted yet): a save that only
   * notes this writes the version that it makes. Null: posted nowhere.
   */
  readonly posted: { readonly places: readonly Place[]; readonly shows: number } | null;
  /** When the cluster's identity map was made current after it was adopted. */
  readonly appliedAt: Date | null;
}

export interface Proposals {
  /** Keeps a new one, unless one is open for this SQL user or this person on the cluster (that one comes back, `filed: false`). */
  file(
    proposal: Omit<Proposal, 'version' | 'state' | 'confirmed' | 'declined' | 'posted' | 'appliedAt'>,
    audit: readonly AuditEntry[],
  ): Promise<{ filed: boolean; proposal: Proposal }>;
  get(id: string): Promise<Proposal | null>;
  /**
   * Compare-and-swap on `version`. Saved as `adopted`, the ledger's row is written in the same transaction. Null: somebody was faster,
   * or the SQL user or the person is bound already; read again.
   */
  save(proposal: Proposal, audit: readonly AuditEntry[]): Promise<Proposal | null>;
  /** As Requests.hold, for whatever a proposal owes: its card, its lapse, the cluster's map. */
  hold(id: string, work: (proposal: Proposal) => Promise<void>): Promise<boolean>;
  /** Ids of those that owe something now, oldest first. */
  dueNow(limit: number): Promise<readonly string[]>;
}
