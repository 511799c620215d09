/** The key that a token says it was signed with, where the cluster does not have it: known to Entra, or to nobody. */

import { isOn, readKeys } from '../core/cluster-auth/jwt-settings.ts';
import { askForKeys } from '../core/cluster-auth/published-keys.ts';
import type { ClusterState } from '../core/cluster/cluster.ts';
import { readToken } from '../core/login/token.ts';
import { utc } from '../core/messages/card.ts';
import type { ClusterPolicy } from '../core/policy/policy.ts';
import type { Cluster, Published, World } from '../core/ports.ts';
import type { TokenFinding } from './token-findings.ts';

interface Seen {
  readonly token: string;
  readonly state: ClusterState;
  /** What Entra publishes; null: it did not answer. */
  readonly published: Published | null;
}

/**
 * A new key is asked for on the way: the watch reads what is published at its next turn.
 *
 * @returns null: the token names none, or the cluster has it, or fetches its keys itself
 * @throws Fault when the store does not answer
 */
export async function keyFinding(
  world: World,
  { policy, cluster }: { readonly policy: ClusterPolicy; readonly cluster: Cluster },
  { token, state, published }: Seen,
): Promise<TokenFinding | null> {
  const kid = kidMissing(token, state);
  if (kid === null) return null;
  const says = `it names the key ${kid}, which the cluster does not have`;
  const explains = ['signature'] as const;
  if (published === null) {
    const fix = 'Run it again once Entra answers';
    return { about: 'key', says: `${says}; what Entra publishes could not be read`, fix, explains };
  }
  if (!published.keys.some((key) => key.kid === kid)) {
    const fix =
      'Whoever it is for gets another one; one of another tenant, or signed with a key that was withdrawn, never passes';
    return { about: 'key', says: `${says}, and Entra does not publish it for this tenant`, fix, explains };
  }
  await askForKeys(world, policy.api.tokenVersion);
  return {
    about: 'new-key',
    says: `${says} yet; Entra publishes it, so it is a new one`,
    fix: await howItComes(world, cluster),
    explains,
  };
}

function kidMissing(token: string, { settings }: ClusterState): string | null {
  const read = readToken(token);
  if ('error' in read || read.header.kid === '' || isOn(settings['server.jwt_authentication.jwks_auto_fetch.enabled']))
    return null;
  const there = readKeys(settings['server.jwt_authentication.jwks'] ?? '');
  return there?.keys.some((key) => key.kid === read.header.kid) === true ? null : read.header.kid;
}

async function howItComes({ store }: World, cluster: Cluster): Promise<string> {
  if (!cluster.settingsWritable)
    return 'The bot has no settings credential for this cluster: /crdb-access status shows an admin of the cluster what to run';
  const paused = await store.watch.paused();
  return paused === null
    ? 'The bot’s watch has been asked for it, and puts it there within 5 minutes where the bot has granted something; the next grant does it, too'
    : `The watch was paused by ${paused.by} at ${utc(paused.since, 'date')}: an admin resumes it with the command line’s "watch resume"`;
}
