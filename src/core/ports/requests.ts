/** Requests, and what is kept with them. */

import type { State } from '../request/lifecycle.ts';
import type { AccessRequest, Decision, Place } from '../request/request.ts';
import type { AuditEntry } from './audit.ts';

/**
 * A posted card and what it showed last (`shows`: the version of the request that it was rendered from). It is stale when people
 * could see a change since: state, decision or waiting. Versions that moved for other reasons do not make it so.
 */
export interface PostedCard {
  readonly place: Place;
  readonly kind: 'approval' | 'outcome';
  readonly shows: number;
}

export type NewRequest = Omit<AccessRequest, 'version' | 'attempts' | 'waiting' | 'decision' | 'grantedAt'>;

/** What a save brings with it, in the same transaction. */
export interface Beside {
  readonly audit: readonly AuditEntry[];
  readonly decision?: Decision & { readonly interactionId: string };
  readonly posted?: PostedCard;
}

export interface Requests {
  /**
   * Inserts a request, unless this interaction has made one already (that one comes back, `opened: false`) or the person has an
   * open one for the same entitlement (that one comes back, `opened: false`).
   */
  create(
    request: NewRequest,
    interactionId: string,
    audit: readonly AuditEntry[],
  ): Promise<{ opened: boolean; request: AccessRequest }>;
  get(id: string): Promise<AccessRequest | null>;
  /** The open request of this person for this entitlement, else the newest granted one, else null. */
  current(oid: string, entitlement: string): Promise<AccessRequest | null>;
  /** Every granted request of this person on this cluster. */
  grantedTo(oid: string, cluster: string): Promise<readonly AccessRequest[]>;
  /** A person's requests, newest first, refused ones too. */
  ofPerson(oid: string, limit: number): Promise<readonly AccessRequest[]>;
  /** What waits for a decision, oldest first. */
  pending(limit: number): Promise<readonly AccessRequest[]>;
  /** Every granted request on this cluster. */
  grantedOn(cluster: string): Promise<readonly AccessRequest[]>;
  /** Requests on this cluster that wait for the bot or for an admin (`approved`, `revoking`), oldest first. */
  underWayOn(cluster: string): Promise<readonly AccessRequest[]>;
  /** How many requests are in each state that is not final, read now. */
  inState(): Promise<ReadonlyMap<State, number>>;
  /**
   * Compare-and-swap on `version`. `beforeDeadline`: only while the store's clock has not passed the deadline. Null: somebody was
   * faster (or it is too late); read again.
   */
  save(request: AccessRequest, beside: Beside, guard?: { readonly beforeDeadline: true }): Promise<AccessRequest | null>;
  /**
   * Takes the due work of a request for itself (a lease that is renewed while `work` runs, and ends with it) and runs `work` on
   * the request as it is then. False: nothing was due, or another worker has it. What `work` throws comes through after the
   * lease has ended, and the work is put off a little. A save that changes state or due work ends the lease at once and starts
   * `attempts` anew; to come again later, save a later `dueAt`. Whoever lost the lease fails the next save.
   */
  hold(id: string, work: (request: AccessRequest) => Promise<void>): Promise<boolean>;
  /** Ids of requests whose work is due now and that nobody holds, oldest first. */
  dueNow(limit: number): Promise<readonly string[]>;
  posted(requestId: string): Promise<readonly PostedCard[]>;
  /** Which posted approval cards show less than their request's present state, of all requests or of one. */
  stalePosted(limit: number, requestId?: string): Promise<readonly { readonly requestId: string; readonly card: PostedCard }[]>;
  /** Records what a card shows now, keeping its place if it was not known; never lets it go back. */
  showed(requestId: string, card: PostedCard): Promise<void>;
}
