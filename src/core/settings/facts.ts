import type { ClusterState } from '../cluster/cluster.ts';
import { type ClusterTarget, desiredFor } from '../cluster-auth/desired.ts';
import { type Effect, effectOf } from '../cluster-auth/effect.ts';
import { spentKeys } from '../cluster-auth/key-grace.ts';
import type { KnownPerson } from '../cluster-auth/logins.ts';
import { mapPeople } from '../cluster-auth/map-people.ts';
import type { Known } from '../cluster-auth/repair.ts';
import type { DesiredSettings } from '../cluster-auth/settings-plan.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Clock, Published, SettingStep, World } from '../ports.ts';

/** All that a plan is made of, read now. */
export interface Facts {
  readonly policy: ClusterPolicy;
  readonly state: ClusterState;
  readonly desired: DesiredSettings;
  readonly published: Published;
  readonly known: Known;
  /** Everybody of the ledger who can get a token. */
  readonly people: readonly KnownPerson[];
  readonly now: Date;
  /** Thousands of people's logins are decided: others have their turn in between. */
  readonly rest: Clock['rest'];
}

/** @throws Fault when the cluster, the directory, the issuer or the store does not answer */
export async function factsOf(world: World, { policy, cluster }: ClusterTarget): Promise<Facts> {
  const { store, issuer } = world;
  const { tokenVersion } = policy.api;
  const [state, ledger, published, seen, now] = await Promise.all([
    cluster.read(),
    store.ledger.rows(policy.name),
    issuer.published(tokenVersion),
    store.watch.issuer(tokenVersion),
    store.now(),
  ]);
  const persons = mapPeople(world, ledger, null);
  const [desired, people] = await Promise.all([
    desiredFor(world, policy, { ledger, granting: null, look: state, published, people: persons }),
    persons,
  ]);
  return {
    policy,
    state,
    desired,
    published,
    known: { spent: spentKeys(seen, published.issuer, now), owners: ledger },
    people: ledger.flatMap(({ oid, sqlUsername }) => {
      const person = people.get(oid);
      return person?.enabled === true ? [{ person, sqlUsername }] : [];
    }),
    now,
    rest: world.clock.rest,
  };
}

/** Whose login these steps decide otherwise. */
export async function affectedBy(facts: Facts, steps: readonly SettingStep[]): Promise<Effect> {
  return effectOf({ ...facts, steps });
}
