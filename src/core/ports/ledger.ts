/** Who is who: doors, and SQL users. */

import type { Door } from '../request/request.ts';
import type { AuditEntry } from './audit.ts';

/** A door's person, kept at first use. */
export interface Bindings {
  /** The person of this door, after keeping `oid` if none was kept before. */
  bind(door: Door, oid: string): Promise<{ readonly oid: string }>;
}

/** Who a SQL user belongs to, for good. */
export interface LedgerRow {
  readonly cluster: string;
  readonly sqlUsername: string;
  readonly oid: string;
  /** The UPN under which it was granted. */
  readonly upn: string;
  /** `creating`: claimed, CREATE USER may or may not have run. `created`: read back from the cluster. */
  readonly state: 'creating' | 'created';
  /** Whether a CREATE USER of ours may have reached the cluster. */
  readonly attempted: boolean;
  /** Tied to the person by two admins, whatever the UPN would give: never released by itself. */
  readonly adopted: boolean;
}

export interface Ledger {
  rows(cluster: string): Promise<readonly LedgerRow[]>;
  /** A person's SQL users, one a cluster. */
  ofPerson(oid: string): Promise<readonly LedgerRow[]>;
  /** A person's SQL users, and whoever else's have this name on any cluster. */
  ofPersonAndName(oid: string, sqlUsername: string): Promise<readonly LedgerRow[]>;
  /**
   * Inserts a row as `creating`, or gives back the row that holds the name already (whoever's it is), else the row of the name
   * that this person holds on the cluster already: compare both with what was asked for.
   */
  claim(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid' | 'upn'>, audit: readonly AuditEntry[]): Promise<LedgerRow>;
  /** Marks that a CREATE USER is about to be sent, or that it was read back. */
  mark(
    row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>,
    as: 'attempted' | 'created',
    audit: readonly AuditEntry[],
  ): Promise<void>;
  /** The person's UPN changed: the SQL user stays theirs, under the new one. */
  renamed(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>, upn: string, audit: readonly AuditEntry[]): Promise<void>;
  /**
   * Takes back a claim whose CREATE USER found somebody else's user there. Only while it is `creating`. One that was adopted stays,
   * as if no CREATE USER had been sent.
   */
  release(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>, audit: readonly AuditEntry[]): Promise<void>;
}
