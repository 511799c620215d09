/** Users as Graph gives them (Graph docs: user-get.md, resources/user.md). */
import { Fault } from '../../core/errors.ts';
import type { DirectoryUser } from '../../core/ports.ts';
import type { Json } from './graph.ts';

/** `accountEnabled` and `userType` come only when they are asked for (user-get.md, "Optional query parameters"). */
export const userSelect = '$select=id,userPrincipalName,displayName,mail,accountEnabled,userType';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** An object id. Anything else in its place would be looked up as a UPN. */
export const isGuid = (text: string): boolean => guid.test(text);

/**
 * A string literal of OData, encoded for a URL: quotes doubled, then everything percent-encoded, `#` of a guest's UPN too (Graph docs:
 * query-parameters.md, "Escaping single quotes"; user-get.md, tip on B2B users).
 */
export const literal = (text: string): string => encodeURIComponent(`'${text.replaceAll("'", "''")}'`);

/** Requests side by side: far below what Graph throttles (Graph docs, "throttling-limits", identity and access). */
const side = 4;

/** Does `work` with `size` of these at a time, a few side by side. */
export async function inTurns<T>(all: readonly T[], size: number, work: (some: readonly T[]) => Promise<void>): Promise<void> {
  const left = Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
  const one = async (): Promise<void> => {
    for (let some = left.shift(); some !== undefined; some = left.shift()) await work(some);
  };
  await Promise.all(Array.from({ length: side }, one));
}

/**
 * @throws Fault directory_refused when Graph leaves out what decisions need: it does so, without an error, for properties that the
 * bot may not read
 */
export function userOf(row: Json): DirectoryUser {
  const { id, userPrincipalName: upn, displayName, mail, accountEnabled, userType } = row;
  if (typeof id !== 'string' || !isGuid(id) || typeof upn !== 'string' || upn === '') throw withheld('id or userPrincipalName');
  if (typeof accountEnabled !== 'boolean') throw withheld('accountEnabled');
  return {
    oid: id.toLowerCase(),
    upn,
    displayName: typeof displayName === 'string' && displayName !== '' ? displayName : upn,
    mail: typeof mail === 'string' && mail !== '' ? mail : null,
    enabled: accountEnabled,
    kind: isGuest(userType, upn) ? 'guest' : 'member',
  };
}

/** `userType` is empty for users from before it existed (resources/user.md: "Member or Guest", nullable); an invited one shows in the UPN. */
function isGuest(userType: unknown, upn: string): boolean {
  return typeof userType === 'string' ? userType.toLowerCase() !== 'member' : upn.toUpperCase().includes('#EXT#');
}

const withheld = (property: string): Fault =>
  new Fault(
    'directory_refused',
    'never',
    `Microsoft Graph did not tell ${property} of a user: the bot needs the application permission User.Read.All`,
  );
