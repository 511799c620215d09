import type { LedgerRow } from '../ports.ts';
import type { Finding } from '../request/request.ts';

/**
 * Whether the SQL user of this name can be the one that the bot made for this person: it was read back, or a CREATE USER may have
 * reached the cluster. A mere claim says nothing of a user that is there: somebody else made it.
 *
 * @param rows the ledger of one cluster
 */
export function ownsUser(
  rows: readonly Pick<LedgerRow, 'sqlUsername' | 'oid' | 'state' | 'attempted'>[],
  sqlUsername: string,
  oid: string,
): boolean {
  return rows.some((row) => row.sqlUsername === sqlUsername && row.oid === oid && (row.state === 'created' || row.attempted));
}

/**
 * What the ledger has against giving this SQL user to this person: a SQL user belongs to one object id for good, and a person has
 * one SQL user on a cluster.
 *
 * @param rows the ledger of one cluster
 * @returns findings that refuse; empty: nothing
 */
export function ledgerFindings(rows: readonly LedgerRow[], sqlUsername: string, oid: string): readonly Finding[] {
  const named = rows.find((row) => row.sqlUsername === sqlUsername);
  if (named !== undefined && named.oid !== oid) {
    return [
      {
        rule: 'ledger',
        ok: false,
        says: `The SQL user ${sqlUsername} belongs to another person (${named.upn}), for good: two people whose UPNs differ only in the domain can't share it. An admin can tie you to another name.`,
      },
    ];
  }
  const own = rows.find((row) => row.oid === oid);
  if (own !== undefined && own.sqlUsername !== sqlUsername) {
    return [
      {
        rule: 'ledger',
        ok: false,
        says: `You have the SQL user ${own.sqlUsername} on this cluster, from the time when your UPN was ${own.upn}. Your UPN has changed since; an admin has to tie the SQL user to the new one before you can be granted more.`,
      },
    ];
  }
  return [];
}
