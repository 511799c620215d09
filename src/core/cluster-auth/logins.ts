import type { ClusterState } from '../cluster/cluster.ts';
import type { LoginResult } from '../login/login.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { DirectoryUser, Published } from '../ports.ts';
import { preflight } from './preflight.ts';

/** Somebody whose SQL user the ledger knows. */
export interface KnownPerson {
  readonly person: DirectoryUser;
  readonly sqlUsername: string;
}

export interface ForeseenFor extends KnownPerson {
  readonly login: LoginResult;
}

/** The login of each of these people as their own SQL user, decided on these settings. */
export async function foreseeLogins(of: {
  readonly state: ClusterState;
  readonly policy: Pick<ClusterPolicy, 'api'>;
  readonly published: Published;
  readonly people: readonly KnownPerson[];
  readonly now: Date;
}): Promise<readonly ForeseenFor[]> {
  const { people, ...rest } = of;
  return Promise.all(people.map(async (one) => ({ ...one, login: await preflight({ ...rest, ...one }) })));
}
