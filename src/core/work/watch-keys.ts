import { isAskedFor, type KeptIssuer, type Version } from '../cluster-auth/published-keys.ts';
import { Fault } from '../errors.ts';
import { keysReadAgain, keysUnread } from '../messages/watch.ts';
import type { SeenIssuer, World } from '../ports.ts';
import { keepCluster } from './watch-cluster.ts';

/** The least time between two looks at the published keys, in seconds, however often they are asked for: Entra's are no secret, and no toy. */
export const leastSeconds = 300;

/** After how many looks' time without an answer the admins are told. */
const missedLooks = 3;

/** Whether the published keys are to be read now: after their time, or when somebody met a key that a cluster does not have. */
export async function keysAreDue(world: World, version: Version): Promise<boolean> {
  const kept = await world.store.watch.issuer(version);
  if (kept === null) return true;
  const age = (await world.store.now()).getTime() - kept.readAt.getTime();
  return age >= world.watching.keySeconds * 1000 || (await isAskedFor(world, version, kept));
}

/** Reads the published keys; new ones are written to the clusters at once. While they can't be read, the last good ones count. */
export async function watchKeys(world: World, issuer: KeptIssuer, version: Version): Promise<void> {
  const before = await world.store.watch.issuer(version);
  const asked = before !== null && (await isAskedFor(world, version, before));
  const now = await readNow(world, issuer, version);
  if (now === null || !(asked || hasNews(before, now))) return;
  world.log.info({ version, keys: now.keys.filter((key) => key.goneSince === null).map(({ kid }) => kid) }, 'published keys');
  const names = [...world.policy.clusters.values()].filter(({ api }) => api.tokenVersion === version).map(({ name }) => name);
  await Promise.all(names.map((name) => keepCluster(world, name)));
}

/** Whether a key is published that was not before, or is another one under its id. */
function hasNews(before: SeenIssuer | null, now: SeenIssuer): boolean {
  const known = new Map(before?.keys.map((key) => [key.kid, key]));
  return now.keys.some(({ kid, jwk, goneSince }) => {
    const one = known.get(kid);
    return goneSince === null && (one === undefined || one.goneSince !== null || one.jwk['n'] !== jwk['n']);
  });
}

/** Null: the issuer did not answer. */
async function readNow(world: World, issuer: KeptIssuer, version: Version): Promise<SeenIssuer | null> {
  try {
    const now = await issuer.read(version);
    await readAgain(world, version);
    return now;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ version, fault: fault.code, says: fault.message }, 'the published keys could not be read');
    await unread(world, version, fault.message);
    return null;
  }
}

interface Unread {
  readonly since: Date;
  readonly told: boolean;
}

const noteName = (version: Version): string => `keys-unread:${version}`;

async function unread(world: World, version: Version, says: string): Promise<void> {
  const { watch, alerts } = world.store;
  const now = await world.store.now();
  const { since, told } = unreadIn((await watch.note(noteName(version)))?.says) ?? { since: now, told: false };
  const tell = !told && now.getTime() - since.getTime() >= missedLooks * world.watching.keySeconds * 1000;
  if (tell) {
    await alerts.raise({ key: keyOf(version, since, 'unread'), requestId: null, card: keysUnread({ version, since, says }) });
  }
  await watch.keepNote(noteName(version), { since: since.toISOString(), told: told || tell });
}

async function readAgain(world: World, version: Version): Promise<void> {
  const { watch, alerts } = world.store;
  const was = unreadIn((await watch.note(noteName(version)))?.says);
  if (was === null) return;
  if (was.told) {
    const card = keysReadAgain({ version, since: was.since, at: await world.store.now() });
    await alerts.raise({ key: keyOf(version, was.since, 'read-again'), requestId: null, card });
  }
  await watch.keepNote(noteName(version), null);
}

const keyOf = (version: Version, since: Date, what: string): string => `keys:${version}:${what}:${since.toISOString()}`;

/** What the store holds is not believed. */
function unreadIn(says: unknown): Unread | null {
  if (typeof says !== 'object' || says === null || !('since' in says) || !('told' in says)) return null;
  const since = new Date(String(says.since));
  return Number.isNaN(since.getTime()) ? null : { since, told: says.told === true };
}
