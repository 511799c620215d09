import { normalizeName } from '../identity/sql-username.ts';
import type { DirectoryUser, LedgerRow, World } from '../ports.ts';

type People = ReadonlyMap<string, DirectoryUser>;

/**
 * The people of a cluster's ledger as the identity map is made for them. Of most, an answer up to a minute old will do: whoever it is
 * about was read just before, and nobody else's row would be looked at now at all but for this grant. A row that would be *taken away*
 * is only taken on what the directory says now.
 *
 * @param person whom the settings are made current for; null: nobody in particular
 */
export async function mapPeople(world: World, ledger: readonly LedgerRow[], person: DirectoryUser | null): Promise<People> {
  const recent = await world.directory.recentById([...new Set(ledger.map((row) => row.oid))]);
  const doubtful = new Set(ledger.filter((row) => !stillStands(row, recent)).map((row) => row.oid));
  const now: People = doubtful.size === 0 ? new Map() : await world.directory.usersById([...doubtful]);
  const sure = [...recent].filter(([oid]) => !doubtful.has(oid));
  return new Map([...sure, ...now, ...(person === null ? [] : [[person.oid, person] as const])]);
}

function stillStands({ oid, upn }: LedgerRow, people: People): boolean {
  const person = people.get(oid);
  return person !== undefined && person.enabled && person.kind === 'member' && normalizeName(person.upn) === normalizeName(upn);
}
