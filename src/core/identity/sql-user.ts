import type { LedgerRow } from '../ports.ts';
import type { Person } from '../request/request.ts';
import { type NameProblem, sqlUsername } from './sql-username.ts';

/** A person's SQL user on one cluster, or why they have none. `bound`: the ledger says so; else it is what their UPN gives. */
export type SqlUserOf =
  | { readonly name: string; readonly bound: LedgerRow | null }
  | { readonly problem: NameProblem & { readonly name: string } };

/**
 * The SQL user of a person: the one that the ledger ties to their object id, however it came there (granted before, adopted, kept
 * through a change of the UPN), else the one that the UPN gives. Whether the ledger's row still stands for the person's present UPN
 * is for ledgerFindings to say.
 *
 * @param rows the ledger of this cluster, or the person's own rows
 */
export function sqlUserOf(rows: readonly LedgerRow[], cluster: string, person: Pick<Person, 'oid' | 'upn'>): SqlUserOf {
  const bound = rows.find((row) => row.oid === person.oid && row.cluster === cluster);
  if (bound !== undefined) return { name: bound.sqlUsername, bound };
  const derived = sqlUsername(person.upn);
  return 'name' in derived ? { name: derived.name, bound: null } : derived;
}

/** Whether this UPN by itself gives this SQL user. */
export function gives(upn: string, sqlUser: string): boolean {
  const derived = sqlUsername(upn);
  return 'name' in derived && derived.name === sqlUser;
}
