import { type ClusterReport, type Verdict, verdicts } from '../cluster/report.ts';
import { verdictChanged } from '../messages/watch.ts';
import type { World } from '../ports.ts';

/** What the admins were told last of a cluster, and whether the last look at it found nothing out. */
interface Told {
  readonly verdict: Verdict;
  /** Null: they were told nothing yet. */
  readonly since: Date | null;
  readonly missed: boolean;
}

const noteName = (cluster: string): string => `told:${cluster}`;

/** The verdict on a cluster that the admins know of. */
export async function lastTold({ store }: World, cluster: string): Promise<Verdict> {
  return toldIn((await store.watch.note(noteName(cluster)))?.says).verdict;
}

/**
 * Keeps what a scheduled check found, and tells the admins once when the verdict is another one than they were told last. A single
 * look that found nothing out is no news: the second in a row is. A cluster that was healthy from the first, and one on which nothing
 * was granted yet, are no news either.
 */
export async function tellVerdict(world: World, report: ClusterReport, at: Date): Promise<void> {
  const { watch, alerts } = world.store;
  const { cluster, verdict } = report;
  const told = toldIn((await watch.note(noteName(cluster)))?.says);
  const missed = verdict === 'unknown';
  const firstMiss = missed && !told.missed && told.verdict !== 'unknown';
  const news = verdict !== told.verdict && !firstMiss && !isYetToBegin(report, told);
  // Told first: whoever is cut off before it is kept tells it again under the same key, and so not twice.
  if (news) {
    const key = `verdict:${cluster}:${told.verdict}@${told.since?.toISOString() ?? 'first'}:${verdict}`;
    await alerts.raise({ key, requestId: null, card: verdictChanged({ report, at, before: told }) });
    world.log.info({ cluster, verdict, before: told.verdict }, 'the verdict on a cluster changed');
  }
  const { verdict: last, since } = news ? { verdict, since: at } : told;
  await watch.keepNote(noteName(cluster), { verdict: last, since: since?.toISOString() ?? null, missed });
  if (!firstMiss) await watch.found(cluster, verdict, at);
}

/** Before the first grant settings are missing, which that grant writes. */
const isYetToBegin = ({ verdict, users }: ClusterReport, told: Told): boolean =>
  verdict === 'attention' && users?.kept === 0 && told.since === null;

/** What the store holds is not believed. */
function toldIn(says: unknown): Told {
  const { verdict, since, missed } = (typeof says === 'object' && says !== null ? says : {}) as Readonly<Record<string, unknown>>;
  const at = typeof since === 'string' ? new Date(since) : null;
  return {
    verdict: verdicts.find((one) => one === verdict) ?? 'healthy',
    since: at === null || Number.isNaN(at.getTime()) ? null : at,
    missed: missed === true,
  };
}
