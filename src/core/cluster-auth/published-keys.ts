/** The keys that Entra publishes, as the watch keeps them between two looks. */

import type { ClusterState } from '../cluster/cluster.ts';
import { Fault } from '../errors.ts';
import type { Published, SeenIssuer, TokenIssuer, World } from '../ports.ts';
import { compareKeys, isOn, readKeys } from './jwt-settings.ts';

/** The issuer of a version's tokens as it was last read; `read` asks it now. */
export interface KeptIssuer extends TokenIssuer {
  /** Reads what is published now and keeps it. */
  read(version: Version): Promise<SeenIssuer>;
}

export type Version = Parameters<TokenIssuer['published']>[0];

/**
 * The issuer through what was kept of it: the keys that were last good go on counting while it does not answer. What an earlier
 * process kept counts once this one has read it, since it may have been of another tenant.
 */
export function keptIssuer(world: World): KeptIssuer {
  const confirmed = new Map<Version, string>();
  const read = async (version: Version): Promise<SeenIssuer> => {
    const now = await world.issuer.published(version);
    confirmed.set(version, now.issuer);
    return world.store.watch.published(version, now);
  };
  return {
    read,
    published: async (version) => {
      const kept = await world.store.watch.issuer(version);
      return stillPublished(kept !== null && kept.issuer === confirmed.get(version) ? kept : await read(version));
    },
  };
}

/** What is published now, of all that is kept. */
export function stillPublished({ issuer, jwksUri, keys }: SeenIssuer): Published {
  return { issuer, jwksUri, keys: keys.flatMap(({ jwk, goneSince }) => (goneSince === null ? [jwk] : [])) };
}

const noteName = (version: Version): string => `keys-asked:${version}`;

/** Asks that the keys of these tokens be read at once: somebody met a key that a cluster does not have. The watch does it, unless it is paused. */
export async function askForKeys(world: World, version: Version): Promise<void> {
  await world.store.watch.keepNote(noteName(version), {});
}

/** As askForKeys, where a cluster that was just read lacks a key that is published. A store that does not answer keeps nobody from their answer. */
export async function askIfMissing(
  world: World,
  version: Version,
  seen: { readonly state: ClusterState; readonly published: Published },
): Promise<void> {
  if (!lacksKeys(seen.state, seen.published)) return;
  await askForKeys(world, version).catch((fault: unknown) => {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ version, says: fault.message }, 'the published keys could not be asked for');
  });
}

/** Whether the cluster keeps its keys itself, and one that is published is not among them. */
export function lacksKeys({ settings }: Pick<ClusterState, 'settings'>, { keys }: Published): boolean {
  if (isOn(settings['server.jwt_authentication.jwks_auto_fetch.enabled'])) return false;
  const there = readKeys(settings['server.jwt_authentication.jwks'] ?? '');
  return there !== null && compareKeys(there.keys, keys).missing.length > 0;
}

/** Whether somebody asked for the keys since they were last read. */
export async function isAskedFor({ store }: World, version: Version, { readAt }: SeenIssuer): Promise<boolean> {
  const asked = await store.watch.note(noteName(version));
  return asked !== null && asked.at > readAt;
}
