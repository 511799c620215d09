/** The login that a person is about to make, decided on the settings just read, before they are told that it will work. */

import type { ClusterState } from '../cluster/cluster.ts';
import type { Claims } from '../login/claims.ts';
import { foreseeSignature } from '../login/keys.ts';
import { decideClaims, type LoginResult } from '../login/login.ts';
import type { LoginSettings } from '../login/settings.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Jwk } from '../ports.ts';
import { isOn, isUsable } from './jwt-settings.ts';
import { wantedClaim } from './settings-plan.ts';

export interface PreflightInput {
  /** Read just now. */
  readonly state: ClusterState;
  readonly policy: Pick<ClusterPolicy, 'api'>;
  /** As the directory has them now. */
  readonly person: { readonly upn: string; readonly oid: string };
  /** The SQL user that they will ask for. */
  readonly sqlUsername: string;
  /** What Entra publishes now for tokens of this version. */
  readonly published: { readonly issuer: string; readonly keys: readonly Jwk[] };
  readonly now: Date;
}

/** What all logins to one cluster have in common, found out once however many there are. */
export interface CommonFacts {
  readonly users: Readonly<Record<string, { readonly login: boolean }>>;
  readonly signature: string | null;
  /** Absent: the settings are read for each. */
  readonly read?: LoginSettings;
}

export function commonFacts({ state, published }: Pick<PreflightInput, 'state' | 'published'>): CommonFacts {
  const fetched = isOn(state.settings['server.jwt_authentication.jwks_auto_fetch.enabled']);
  const jwks = state.settings['server.jwt_authentication.jwks'] ?? '';
  return {
    users: Object.fromEntries(state.users.map((user) => [user.name, { login: user.canLogin }])),
    signature: fetched ? null : foreseeSignature(jwks, published.keys.filter(isUsable)),
  };
}

/**
 * Decides that login. Its signature passes when every key that Entra publishes now is on the cluster, since any of them may sign the
 * next token; where the cluster fetches the keys itself, nothing can be said of them from here, and they are taken as good.
 *
 * @param common what commonFacts gives for the same cluster, where many logins are decided
 * @returns the SQL user, or the step that would refuse it with CockroachDB's own error
 */
export async function preflight(input: PreflightInput, common = commonFacts(input)): Promise<LoginResult> {
  const { state, sqlUsername, now } = input;
  const { version, settings } = state;
  return decideClaims({ version, settings, user: sqlUsername, now, claims: predictedClaims(input), ...common });
}

/**
 * The claims of an access token that decide a login, as Entra issues it for the API app (access-token-claims-reference): `upn` is in
 * v1 tokens always, in v2 tokens as the optional claim that the API app has to have. The subject is left out: it is a pairwise id
 * that only Entra knows, so a cluster that goes by it is foreseen to refuse.
 */
function predictedClaims({ policy, person, published }: PreflightInput): Claims {
  return {
    iss: published.issuer,
    aud: policy.api.audience,
    ver: policy.api.tokenVersion === 'v1' ? '1.0' : '2.0',
    oid: person.oid,
    [wantedClaim]: person.upn,
  };
}
