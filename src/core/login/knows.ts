/** What each version of CockroachDB knows of JWT login. Sources: the release notes and pull requests named in each row. */

import { atLeast, parseVersion, type Release } from '../cluster/version.ts';

export type Feature = keyof typeof releases;
export type Knows = { readonly [F in Feature]: boolean };

/** The first release of the main line, then the first of each older line that got it as well. */
type Since = readonly [main: Release, ...backports: Release[]];

const releases = {
  /** `server.jwt_authentication.claim` (PR 103118, 103526). */
  claim: [[23, 1, 2]],
  /** `jwks_auto_fetch.enabled`, the issuer looked at before the signature, and a DETAIL on invalid tokens (PR 119768, 119969). */
  issuerFirst: [
    [24, 1, 0],
    [23, 1, 17],
    [23, 2, 4],
  ],
  /** `{"issuer_jwks_map": …}` as issuers (PR 128178; backports 128751, 138155, whose exact releases on 23.2 and 24.1 are inferred). */
  issuerMap: [
    [24, 2, 0],
    [23, 1, 25],
    [23, 2, 11],
    [24, 1, 5],
  ],
  /** The name `server.jwt_authentication.issuers.configuration` (PR 128178). */
  issuersConfiguration: [[24, 2, 0]],
  /** A login that names no user, when the token stands for exactly one (RetrieveIdentity). */
  noUser: [[24, 3, 0]],
  /** Signature and identity before the user is looked up, users created at their first login (PR 149415). */
  provisioning: [[25, 4, 0]],
  /** Roles taken from the token's groups at each login (PR 147318). */
  authorization: [[25, 4, 0]],
  /** A claim setting that starts with `/` is a JSON pointer (PR 165085; its exact release is inferred). */
  claimPointer: [[26, 2, 0]],
} as const satisfies Readonly<Record<string, Since>>;

function hasSince(version: string, [main, ...backports]: Since): boolean {
  const own = parseVersion(version);
  const sameLine = (release: Release) => own !== null && own[0] === release[0] && own[1] === release[1];
  return atLeast(version, main) || backports.some((release) => sameLine(release) && atLeast(version, release));
}

/** @param version as `SELECT version()` prints it; one that can't be read counts as the newest */
export function knows(version: string): Knows {
  const has = (feature: Feature) => hasSince(version, releases[feature]);
  return {
    claim: has('claim'),
    issuerFirst: has('issuerFirst'),
    issuerMap: has('issuerMap'),
    issuersConfiguration: has('issuersConfiguration'),
    noUser: has('noUser'),
    provisioning: has('provisioning'),
    authorization: has('authorization'),
    claimPointer: has('claimPointer'),
  };
}
