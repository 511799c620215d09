import type { ClusterState } from '../cluster/cluster.ts';
import { readAhead } from '../identity/identity-map.ts';
import { canBeOurs, ownsUser } from '../identity/ledger-rules.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Cluster, DirectoryUser, LedgerRow, Published, World } from '../ports.ts';
import { mapPeople } from './map-people.ts';
import { ownRows } from './own-rows.ts';
import type { DesiredSettings, PresentSettings } from './settings-plan.ts';

/** A cluster as the policy has it, and the way to it. */
export interface ClusterTarget {
  readonly policy: ClusterPolicy;
  readonly cluster: Cluster;
}

/** Whom a SQL user is being given to now. */
export interface GrantedTo {
  readonly sqlUsername: string;
  readonly person: DirectoryUser;
}

export interface DesiredFrom {
  /** The ledger of this cluster. */
  readonly ledger: readonly LedgerRow[];
  /** Null: nobody in particular; the settings are only kept, or looked at. */
  readonly granting: GrantedTo | null;
  /** The cluster as it is now; may still be on its way, since the directory is asked meanwhile. */
  readonly look: Promise<ClusterState> | ClusterState;
  /** What Entra publishes, where it was read already. Absent: it is read now. */
  readonly published?: Published;
  /** The people of the ledger, where they were read already (mapPeople). Absent: they are read now. */
  readonly people?: Promise<ReadonlyMap<string, DirectoryUser>>;
}

/**
 * What must be there of ours: the issuer and its keys as Entra publishes them now, and the map rows that the ledger gives.
 *
 * @throws Fault when the cluster, the directory or the issuer does not answer
 */
export async function desiredFor(world: World, policy: ClusterPolicy, from: DesiredFrom): Promise<DesiredSettings> {
  const { ledger, granting } = from;
  const [{ issuer, keys, jwksUri }, people, state] = await Promise.all([
    from.published ?? world.issuer.published(policy.api.tokenVersion),
    from.people ?? mapPeople(world, ledger, granting?.person ?? null),
    from.look,
  ]);
  await readAhead(state.settings['server.identity_map.configuration'] ?? '', world.clock.rest);
  // A user that is there although no CREATE USER of ours was sent is somebody else's, whoever has claimed its name: no row gives it.
  const there = new Set(state.users.map(({ name }) => name));
  const asked =
    granting === null ? null : { sqlUsername: granting.sqlUsername, oid: granting.person.oid, upn: granting.person.upn };
  const stands = asked !== null && (ownsUser(ledger, asked.sqlUsername, asked.oid) || !there.has(asked.sqlUsername));
  const one = stands ? asked : null;
  const { rows } = ownRows({
    issuer,
    domains: policy.domains,
    mode: policy.map,
    users: state.users,
    ledger: ledger.filter((row) => canBeOurs(row) || !there.has(row.sqlUsername)),
    people,
    granting: one,
  });
  await world.clock.rest();
  return { issuer, jwksUri, audience: policy.api.audience, keys, rows, domains: policy.domains, granting: one };
}

/** The settings of a cluster that was just read, and whether the bot may set them. */
export function settingsOf(
  { version, settings }: ClusterState,
  { settingsWritable }: Pick<Cluster, 'settingsWritable'>,
): PresentSettings {
  return { version, settings, writable: settingsWritable };
}
