/** How long a signing key that its issuer withdrew may still be needed. */

import type { Jwk, SeenIssuer } from '../ports.ts';

/**
 * The longest that an access token of Entra's lives, in seconds: 60 to 90 minutes by default, a day at the most by a token lifetime policy
 * (Microsoft, "Configurable token lifetimes in the Microsoft identity platform": access token, maximum 1 day), 28 hours in a session
 * with continuous access evaluation (Microsoft, "Continuous access evaluation", "Token lifetime"). A cluster checks no session, so it
 * should never meet the last; but a key that stays for four hours more costs nothing, and one that leaves too early locks people out.
 */
export const tokenLifeSeconds = 28 * 3600;

/** Whether no token that was signed with this key can still be in force. */
export function isSpent(key: { readonly goneSince: Date | null }, now: Date): boolean {
  return key.goneSince !== null && now.getTime() - key.goneSince.getTime() > tokenLifeSeconds * 1000;
}

/**
 * The keys of ours that no token in force can be signed with any more.
 *
 * @param seen what the watch kept; null: nothing yet
 * @param issuer ours as it is now: what was kept of another one, before a change of the tenant, is none of ours
 */
export function spentKeys(seen: SeenIssuer | null, issuer: string | null, now: Date): readonly Jwk[] {
  if (seen === null || seen.issuer !== issuer) return [];
  return seen.keys.filter((key) => isSpent(key, now)).map(({ jwk }) => jwk);
}
