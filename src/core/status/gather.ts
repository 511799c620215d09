import { desiredFor } from '../cluster-auth/desired.ts';
import { mapPeople } from '../cluster-auth/map-people.ts';
import { stillPublished } from '../cluster-auth/published-keys.ts';
import { Fault } from '../errors.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Cluster, Published, SeenIssuer, World } from '../ports.ts';
import { type Facts, tellOf, type Told } from './facts.ts';

/** What is the same for several clusters is asked once: by its name. */
export type Shared = <T>(name: string, ask: () => Promise<T>) => Promise<T>;

/** Answers each name once, however often it is asked. */
export function sharing(): Shared {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(name: string, ask: () => Promise<T>) => {
    const there = asked.get(name) ?? ask();
    asked.set(name, there);
    return there as Promise<T>;
  };
}

/** Over the cluster's own deadline, so that what it says of itself comes first. */
const grace = 0.5;

/**
 * Asks every source for what it knows of one cluster, all at once and each within `world.watching.lookSeconds`. One that fails leaves a
 * gap, and the others are still there. Nothing is written anywhere.
 */
export async function gather(world: World, policy: ClusterPolicy, cluster: Cluster, shared: Shared): Promise<Facts> {
  const { store, issuer, clock, watching } = world;
  const { name, api } = policy;
  const ask = <T>(what: string, work: Promise<T>): Promise<Told<T>> =>
    tellOf(clock.within(watching.lookSeconds + grace, what, work));
  const ofStore = <T>(work: Promise<T>): Promise<Told<T>> => ask('the bot’s own store', work);

  const look = cluster.survey(watching.lookSeconds);
  const reading = shared(`published ${api.tokenVersion}`, () => issuer.published(api.tokenVersion));
  const before = shared(`issuer ${api.tokenVersion}`, () => store.watch.issuer(api.tokenVersion));
  const rows = store.ledger.rows(name);
  const persons = rows.then((ledger) => mapPeople(world, ledger, null));
  const desired = Promise.all([rows, orAsBefore(reading, before)]).then(([ledger, published]) =>
    desiredFor(world, policy, { ledger, granting: null, look, published, people: persons }),
  );

  const [survey, published, issuerSeen, ledger, people, wanted, granted, underWay, paused, seen, collisions, now] =
    await Promise.all([
      ask(`the cluster ${name}`, look),
      ask('Microsoft Entra', reading),
      ofStore(before),
      ofStore(rows),
      ask('the directory (Microsoft Graph)', persons),
      ask('what the settings are made from', desired),
      ofStore(store.requests.grantedOn(name)),
      ofStore(store.requests.underWayOn(name)),
      ofStore(shared('paused', () => store.watch.paused())),
      ofStore(store.watch.seen(name)),
      ofStore(shared('collisions', () => store.watch.note('collisions'))),
      ofStore(shared('now', () => store.now())),
    ]);
  return {
    policy,
    managed: managedOn(world, name),
    tenantId: world.tenantId,
    cluster,
    watching,
    adminSql: world.adminSql,
    now: 'is' in now ? now.is : clock.now(),
    survey,
    published,
    ledger,
    people,
    desired: wanted,
    granted,
    underWay,
    paused,
    seen,
    issuerSeen,
    collisions,
  };
}

/** What Entra publishes, else what it published when it was read before: enough to know our rows of the identity map. */
async function orAsBefore(reading: Promise<Published>, before: Promise<SeenIssuer | null>): Promise<Published> {
  try {
    return await reading;
  } catch (fault) {
    const seen = fault instanceof Fault ? await before : null;
    if (seen === null) throw fault;
    return stillPublished(seen);
  }
}

function managedOn({ policy }: World, cluster: string): ReadonlyMap<string, readonly string[]> {
  const by = new Map<string, string[]>();
  for (const { name, roles } of [...policy.entitlements.values()].filter((one) => one.cluster === cluster)) {
    for (const role of roles) by.set(role, [...(by.get(role) ?? []), name]);
  }
  return by;
}
