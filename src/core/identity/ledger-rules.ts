import type { LedgerRow } from '../ports.ts';
import type { Finding, Person } from '../request/request.ts';
import { normalizeName } from './sql-username.ts';

type Claimed = Pick<LedgerRow, 'state' | 'attempted'>;

/** Whether the SQL user of this row, when it is there, can be the one that the bot made: a mere claim says nothing of it. */
export const canBeOurs = ({ state, attempted }: Claimed): boolean => state === 'created' || attempted;

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
  return rows.some((row) => row.sqlUsername === sqlUsername && row.oid === oid && canBeOurs(row));
}

/**
 * What the ledger has against giving this SQL user to this person: a SQL user belongs to one object id for good, and a person has
 * one SQL user on a cluster, under the UPN that they had when it was last looked at: the map knows them by that.
 *
 * @param rows the ledger of one cluster
 * @returns findings that refuse; empty: nothing
 */
export function ledgerFindings(
  rows: readonly LedgerRow[],
  sqlUsername: string,
  { oid, upn }: Pick<Person, 'oid' | 'upn'>,
): readonly Finding[] {
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
  if (own !== undefined && normalizeName(own.upn) !== normalizeName(upn)) {
    return [
      {
        rule: 'upn-changed',
        ok: false,
        says: `The SQL user ${own.sqlUsername} on this cluster is yours from the time when your UPN was ${own.upn}; now it is ${upn}. It stays yours: an admin ties it to the new UPN with the command line's "rebind ${own.sqlUsername} --upn ${upn}". Ask again after that.`,
      },
    ];
  }
  if (own !== undefined && own.sqlUsername !== sqlUsername) {
    return [
      {
        rule: 'ledger',
        ok: false,
        says: `You have the SQL user ${own.sqlUsername} on this cluster, not ${sqlUsername}, and a person has one on a cluster. Ask again: the request is made out to ${own.sqlUsername} then.`,
      },
    ];
  }
  return [];
}
