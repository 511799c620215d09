import type { ClusterReport } from '../cluster/report.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { makeCurrent } from '../provisioning/make-current.ts';
import { lookAtClusters } from '../status/look.ts';
import { lastTold, tellVerdict } from './verdicts.ts';

/**
 * One scheduled check: keeps what is ours of a cluster's settings, then looks at all of it and says so when the verdict is another one.
 * What would be news is looked at twice: a grant that was under way between two of the many things that a look reads is none.
 */
export async function watchCluster(world: World, name: string): Promise<void> {
  await keepCluster(world, name);
  const first = await lookAtClusters(world, [name]);
  const { at, clusters } = (await isNews(world, first.clusters)) ? await lookAtClusters(world, [name]) : first;
  for (const report of clusters) await tellVerdict(world, report, at);
}

async function isNews(world: World, reports: readonly ClusterReport[]): Promise<boolean> {
  const told = await Promise.all(reports.map(({ cluster }) => lastTold(world, cluster)));
  return reports.some(({ verdict }, i) => verdict !== told[i] && verdict !== 'healthy');
}

/** Our own map rows are as tight as they must be, and the published keys are there; what stands against it is left to the check. */
export async function keepCluster(world: World, name: string): Promise<void> {
  const policy = world.policy.clusters.get(name);
  const cluster = world.clusters.get(name);
  if (policy === undefined || cluster === undefined) return;
  try {
    const made = await makeCurrent(world, { policy, cluster }, null);
    if (made.kind === 'waits') world.log.warn({ cluster: name, waits: made.wait.code, says: made.wait.says }, 'not kept current');
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ cluster: name, fault: fault.code, says: fault.message }, 'could not be kept current; it comes again');
  }
}
