/** What the core asks of the directory (Microsoft Entra ID through Graph). */

import type { Criterion } from '../policy/policy.ts';
import type { Person } from '../request/request.ts';

export interface DirectoryUser extends Person {
  readonly mail: string | null;
  readonly enabled: boolean;
  readonly kind: 'member' | 'guest';
}

export interface Directory {
  /** Read now, never from a cache. Null: no such user. */
  userById(oid: string): Promise<DirectoryUser | null>;
  /** Every user whose mail or UPN is this address (case aside). More than one is for the caller to refuse. */
  usersByAddress(address: string): Promise<readonly DirectoryUser[]>;
  /** Many at once, by object id; those that are gone are missing from the map. */
  usersById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>>;
  /** As usersById, of which each may be up to a minute old: for what is said of many others, never of the person that it is about. */
  recentById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>>;
  /**
   * Every user of the directory, page by page as Graph gives them, one page held at a time: for what is said of all of them. Paging
   * again begins anew.
   */
  everybody(): AsyncIterable<readonly DirectoryUser[]>;
  /** Whether this user holds the app role, or is a (transitive) member of the group, now. */
  holds(oid: string, criterion: Criterion): Promise<boolean>;
  /** Those of many criteria that this user meets now (the same objects), in a few calls however many there are. */
  held(oid: string, criteria: readonly Criterion[]): Promise<ReadonlySet<Criterion>>;
  /** Whether anybody enabled other than this user meets the criterion, now. */
  heldByAnother(criterion: Criterion, oid: string): Promise<boolean>;
  /** Answers when the directory does; throws a Fault otherwise. For `/readyz`. */
  probe(): Promise<void>;
}

/** A public signing key as its issuer publishes it (RFC 7517). */
export type Jwk = { readonly kid?: string; readonly [member: string]: unknown };

/** What Entra publishes for access tokens of one version. */
export interface Published {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly keys: readonly Jwk[];
}

export interface TokenIssuer {
  /** Issuer and present signing keys for access tokens of this version, from the authority's own discovery document. Never cached. */
  published(version: 'v1' | 'v2'): Promise<Published>;
}
