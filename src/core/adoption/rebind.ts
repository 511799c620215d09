import { normalizeName } from '../identity/sql-username.ts';
import { isMappable } from '../identity/map-row.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { DirectoryUser, LedgerRow, World } from '../ports.ts';

/** That the SQL user of a person follows them to their new UPN. */
export interface Renaming {
  readonly before: LedgerRow;
  readonly after: LedgerRow;
}

/**
 * Whether this SQL user can be tied to this UPN: only to another UPN of the very person that it belongs to.
 *
 * @returns what the ledger says and would say; or everything that stands against it
 * @throws Fault when the store does not answer
 */
export async function rebindable(
  world: World,
  policy: ClusterPolicy,
  sqlUsername: string,
  person: DirectoryUser,
): Promise<Renaming | { readonly against: readonly string[] }> {
  const before = (await world.store.ledger.rows(policy.name)).find((row) => row.sqlUsername === sqlUsername);
  if (before === undefined) {
    return {
      against: [
        `The ledger knows no SQL user ${sqlUsername} on ${policy.name}, so there is nothing to rebind. A SQL user that this bot did not make is tied to a person with "adopt".`,
      ],
    };
  }
  const against: string[] = [];
  if (before.oid !== person.oid) {
    against.push(
      `The SQL user ${sqlUsername} belongs to the object id ${before.oid} (${before.upn} when it was last tied), and ${person.upn} is another one (${person.oid}). A SQL user never goes to somebody else.`,
    );
  }
  if (person.kind !== 'member') against.push(`${person.upn} is a guest of the directory; only its own members have a SQL user.`);
  if (!person.enabled) against.push(`The account ${person.upn} is disabled. The people who run the directory can enable it.`);
  const verified = [policy.domains.primary, ...policy.domains.others];
  if (!verified.includes(person.upn.slice(person.upn.lastIndexOf('@') + 1).toLowerCase())) {
    against.push(
      `The UPN ${person.upn} is not in a verified domain of ${policy.name} (${verified.join(', ')}). The admins can add the domain to the policy.`,
    );
  }
  if (!isMappable(person.upn))
    against.push(`The UPN ${person.upn} can't be written into an identity map: it has other characters than printable ASCII.`);
  return against.length > 0 ? { against } : { before, after: { ...before, upn: person.upn } };
}

/** Whether anything is to be changed in the ledger. */
export function renames({ before, after }: Renaming): boolean {
  return normalizeName(before.upn) !== normalizeName(after.upn);
}

/** Writes it into the ledger. The cluster's map follows (makeCurrent). */
export async function rebind(world: World, { before, after }: Renaming, by: string): Promise<void> {
  const { cluster, sqlUsername, oid } = before;
  const plan = `keep the SQL user ${sqlUsername} on ${cluster} for ${oid} under ${after.upn} (was ${before.upn}); write its row into the identity map`;
  await world.store.ledger.renamed(before, after.upn, [
    {
      event: 'ledger.renamed',
      requestId: null,
      actor: null,
      details: { cluster, sqlUsername, oid, before: before.upn, after: after.upn, by, plan, policyHash: world.policy.hash },
    },
  ]);
}
