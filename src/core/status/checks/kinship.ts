import type { Facts } from '../facts.ts';

/**
 * How an issuer that is listed differs, as it reads after "it", from the one that is wanted, where it is meant to be the same; null: it is somebody else's.
 * Issuers are compared byte for byte (authentication_jwt.go), so a slash locks everybody out. Forms by version of the token: Microsoft,
 * access-token-claims-reference, `iss`.
 */
export function kinship(listed: string, wanted: string, { tenantId, policy }: Pick<Facts, 'tenantId' | 'policy'>): string | null {
  const found = alike.find(([same]) => same(listed, wanted));
  if (found !== undefined) return found[1];
  const version = versionOf(listed, tenantId);
  if (version === null) return null;
  return version === policy.api.tokenVersion
    ? 'is an issuer of the same tenant at another address'
    : `is the issuer of ${version} tokens, and the policy says that people's are ${policy.api.tokenVersion}`;
}

const bare = (issuer: string): string => issuer.replace(/\/+$/, '');

const alike: readonly (readonly [same: (listed: string, wanted: string) => boolean, says: string])[] = [
  [(listed, wanted) => listed === `${wanted}/`, 'has a slash too many at its end'],
  [(listed, wanted) => `${listed}/` === wanted, 'lacks the slash at its end'],
  [(listed, wanted) => listed !== wanted && listed.trim() === wanted, 'has a blank too many'],
  [(listed, wanted) => listed.toLowerCase() === wanted.toLowerCase(), 'differs in upper and lower case'],
  [(listed, wanted) => bare(listed.trim().toLowerCase()) === bare(wanted.toLowerCase()), 'is spelled another way'],
];

function versionOf(issuer: string, tenantId: string): 'v1' | 'v2' | null {
  const path = /^https?:\/\/[^/]+\/(.*)$/i.exec(issuer.trim())?.[1]?.toLowerCase();
  if (path === undefined) return null;
  const tenant = tenantId.toLowerCase();
  if (bare(path) === tenant) return 'v1';
  return bare(path) === `${tenant}/v2.0` ? 'v2' : null;
}
