/** Everything that the checks of one cluster may ask for, read once: time stands still while they are made. */

import type { AdminSql } from '../cluster/advice.ts';
import type { Survey } from '../cluster/cluster.ts';
import type { DesiredSettings } from '../cluster-auth/settings-plan.ts';
import { Fault, type FaultCode } from '../errors.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Cluster, DirectoryUser, LedgerRow, Paused, Published, Seen, SeenIssuer, World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';

/** What a source said, or why it said nothing. */
export type Told<T> = { readonly is: T } | Silent;
/** A sentence without its full stop, and of which kind it is. */
export interface Silent {
  readonly silent: string;
  readonly code: FaultCode;
}

export function told<T>(is: T): Told<T> {
  return { is };
}

/** What was told, or something else in its place. */
export function toldOr<T, O>(it: Told<T>, otherwise: O): T | O {
  return 'is' in it ? it.is : otherwise;
}

/** What a source says, or the Fault that it throws in words. */
export async function tellOf<T>(work: Promise<T>): Promise<Told<T>> {
  try {
    return told(await work);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { silent: fault.message, code: fault.code };
  }
}

export interface Facts {
  readonly policy: ClusterPolicy;
  /** The roles that the policy gives on this cluster, and by which entitlements. */
  readonly managed: ReadonlyMap<string, readonly string[]>;
  readonly tenantId: string;
  readonly cluster: Pick<Cluster, 'settingsWritable' | 'ownUsers'>;
  readonly watching: World['watching'];
  readonly adminSql: AdminSql;
  readonly now: Date;
  readonly survey: Told<Survey>;
  /** What Entra publishes now for tokens of the cluster's version. */
  readonly published: Told<Published>;
  readonly ledger: Told<readonly LedgerRow[]>;
  /** The people of the ledger, by object id; those that are gone are missing. */
  readonly people: Told<ReadonlyMap<string, DirectoryUser>>;
  readonly desired: Told<DesiredSettings>;
  readonly granted: Told<readonly AccessRequest[]>;
  readonly underWay: Told<readonly AccessRequest[]>;
  readonly paused: Told<Paused | null>;
  /** What the scheduled checks last found. */
  readonly seen: Told<Seen | null>;
  /** What Entra published when it was read before. */
  readonly issuerSeen: Told<SeenIssuer | null>;
  /** Groups of people whose names collapse to one SQL user, when they were last looked for. */
  readonly collisions: Told<{ readonly at: Date; readonly says: unknown } | null>;
}

/** Our issuer: as Entra names it now, else as it did before, since it does not change. */
export function issuerOf({ published, issuerSeen }: Pick<Facts, 'published' | 'issuerSeen'>): Told<string> {
  if ('is' in published) return told(published.is.issuer);
  const seen = toldOr(issuerSeen, null);
  return seen === null ? published : told(seen.issuer);
}

/** The SQL users that the bot keeps here: of others the ledger only says that somebody is to get them. */
export function kept(facts: Pick<Facts, 'ledger'>): readonly LedgerRow[] {
  return toldOr(facts.ledger, []).filter((row) => row.state === 'created');
}
