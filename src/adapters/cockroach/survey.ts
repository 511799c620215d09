/** A longer look at a cluster: everything that decides whether people can log in and the bot can do its part. */

import { surveyedNames } from '../../core/cluster/cluster.ts';
import type { Survey } from '../../core/cluster/cluster.ts';
import type { Connection } from './connections.ts';
import { sqlState } from './errors.ts';
import { clockOf, membershipsOf, systemPrivilegesOf } from './rows.ts';
import { settingsOf, stateOf } from './state.ts';
import type { Looking } from './state.ts';
import { showAllMembers, showClock, showSystemGrantsOf } from './sql.ts';

/**
 * One round trip: every statement goes out before the first answer is waited for. The clock is asked first, so that no other answer
 * stands between its question and its own.
 *
 * @param users the bot's own SQL users; one that the cluster does not have has no entry in `privileges`
 * @throws Fault `cluster_refused` when the settings may not be seen, when it is no CockroachDB, or its clock can't be read
 */
export async function surveyOf(looking: Looking, users: readonly string[]): Promise<Survey> {
  const { connection } = looking;
  const clock = aheadOf(looking);
  const state = stateOf(looking);
  const surveyed = settingsOf(looking, surveyedNames);
  const memberships = connection.query({ text: showAllMembers });
  const privileges = [...new Set(users)].map((user) => privilegesOf(connection, user));
  // The connection is given back only when every answer has come.
  await Promise.allSettled([clock, state, surveyed, memberships, ...privileges]);
  return {
    ...(await state),
    clock: await clock,
    surveyed: await surveyed,
    memberships: membershipsOf(await memberships),
    privileges: together(await Promise.all(privileges)),
  };
}

/** `Date.now()` counts whole milliseconds. */
const resolution = 0.001;

/**
 * The cluster read its clock at some moment between question and answer, and the middle is off by half of that at the most (RFC 5905,
 * section 8, takes an offset in the same way). The span is measured on a clock that nobody sets.
 */
async function aheadOf({ connection, cluster }: Looking): Promise<Survey['clock']> {
  const [sent, began] = [Date.now(), performance.now()];
  const rows = await connection.query({ text: showClock });
  const half = (performance.now() - began) / 2000;
  return { ahead: clockOf(rows, cluster) - (sent / 1000 + half), within: half + resolution };
}

type Privileges = readonly [user: string, privileges: readonly string[]];

/**
 * One statement a user: what comes by membership is listed under the role that carries it (PR 104119), so that of two users it would not
 * be known whose it is.
 */
async function privilegesOf(connection: Connection, user: string): Promise<Privileges | 'refused' | 'absent'> {
  try {
    return [user, systemPrivilegesOf(await connection.query({ text: showSystemGrantsOf([user]) }))];
  } catch (error) {
    const state = sqlState(error);
    // For admins only before v23.1.4 (PR 104732).
    if (state === '42501') return 'refused';
    if (state === '42704') return 'absent';
    throw error;
  }
}

function together(all: readonly (Privileges | 'refused' | 'absent')[]): Survey['privileges'] {
  if (all.includes('refused')) return null;
  return new Map(all.filter((one) => typeof one !== 'string'));
}
