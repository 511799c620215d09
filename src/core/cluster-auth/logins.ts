import type { ClusterState } from '../cluster/cluster.ts';
import { rowsNear } from '../identity/map-index.ts';
import { knows } from '../login/knows.ts';
import type { LoginResult } from '../login/login.ts';
import { readSettings } from '../login/settings.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Clock, DirectoryUser, Published } from '../ports.ts';
import { commonFacts, preflight } from './preflight.ts';

/** Somebody whose SQL user the ledger knows. */
export interface KnownPerson {
  readonly person: DirectoryUser;
  readonly sqlUsername: string;
}

export interface ForeseenFor extends KnownPerson {
  readonly login: LoginResult;
}

/**
 * The login of each of these people as their own SQL user, decided on these settings. Thousands of people on as many rows take seconds:
 * the settings are read once, each person meets only the rows that could be theirs, and others have their turn in between.
 */
export async function foreseeLogins(of: {
  readonly state: ClusterState;
  readonly policy: Pick<ClusterPolicy, 'api'>;
  readonly published: Published;
  readonly people: readonly KnownPerson[];
  readonly now: Date;
  readonly rest: Clock['rest'];
}): Promise<readonly ForeseenFor[]> {
  const { people, rest, ...all } = of;
  if (people.length === 0) return [];
  const read = readSettings(of.state.settings, knows(of.state.version));
  const common = { ...commonFacts(of), read: { ...read, near: rowsNear(read.rows) } };
  const foreseen: ForeseenFor[] = [];
  // One after the other: thousands of logins under way at once only fill the memory.
  for (const one of people) {
    await rest();
    foreseen.push({ ...one, login: await preflight({ ...all, ...one }, common) });
  }
  return foreseen;
}
