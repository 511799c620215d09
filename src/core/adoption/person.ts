import { normalizeName } from '../identity/sql-username.ts';
import type { DirectoryUser, World } from '../ports.ts';

/**
 * The person with this UPN, read now. An address that is somebody's mail alone does not count: what is tied is the UPN.
 *
 * @returns the person, or why there is none, for whoever typed it
 * @throws Fault when the directory does not answer
 */
export async function personOf(
  world: World,
  upn: string,
): Promise<{ readonly person: DirectoryUser } | { readonly says: string }> {
  const found = await world.directory.usersByAddress(upn);
  const exact = found.filter((user) => normalizeName(user.upn) === normalizeName(upn));
  const [person] = exact;
  if (person !== undefined && exact.length === 1) return { person };
  if (exact.length > 1) {
    return {
      says: `${exact.length} users of the directory have the UPN ${upn}. The people who run the directory have to correct that first.`,
    };
  }
  const [other] = found;
  return {
    says:
      other === undefined
        ? `No user of the directory has the UPN ${upn}. Write it as the directory has it.`
        : `No user of the directory has the UPN ${upn}; it is the mail address of ${other.displayName}, whose UPN is ${other.upn}. Write the UPN.`,
  };
}
