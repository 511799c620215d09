import { type ClusterReport, type StatusReport, verdictOf, worstOf } from '../cluster/report.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { checksOf } from './checks.ts';
import { changedCount } from './checks/sql-users.ts';
import { type Facts, kept, toldOr } from './facts.ts';
import { gather, type Shared, sharing } from './gather.ts';
import { type Sight, sightOf } from './sight.ts';

/**
 * Looks at these clusters now, side by side, each within its own deadline (`world.watching.lookSeconds`), and judges what is there. It
 * never writes. A cluster that does not answer is a verdict, not a fault.
 *
 * @param names clusters of the policy
 * @param onEach is told of each cluster when it is judged: one that hangs keeps no other waiting
 */
export async function lookAtClusters(
  world: World,
  names: readonly string[],
  onEach: (report: ClusterReport) => void = () => undefined,
): Promise<StatusReport> {
  const shared = sharing();
  const clusters = await Promise.all(
    names.map(async (name) => {
      const report = await lookAt(world, name, shared);
      onEach(report);
      return report;
    }),
  );
  return { at: await timeOf(world, shared), verdict: worstOf(clusters.map(({ verdict }) => verdict)), clusters };
}

async function lookAt(world: World, name: string, shared: Shared): Promise<ClusterReport> {
  const policy = world.policy.clusters.get(name);
  const cluster = world.clusters.get(name);
  if (policy === undefined || cluster === undefined) throw new Error(`the policy has no cluster ${name}`);
  const facts = await gather(world, policy, cluster, shared);
  const sight = 'is' in facts.survey ? await sightOf(world, facts, facts.survey.is) : null;
  return reportOf(facts, sight);
}

function reportOf(facts: Facts, sight: Sight | null): ClusterReport {
  const checks = checksOf(facts, sight);
  return {
    cluster: facts.policy.name,
    version: sight?.survey.version ?? null,
    verdict: verdictOf(checks),
    checks,
    users: sight === null || 'silent' in facts.ledger ? null : { kept: kept(facts).length, changed: changedCount(facts, sight) },
    lastHealthy: toldOr(facts.seen, null)?.lastHealthy ?? null,
  };
}

/** The store's clock; where that does not answer, this machine's. */
async function timeOf({ store, clock, watching }: World, shared: Shared): Promise<Date> {
  try {
    return await clock.within(
      watching.lookSeconds,
      'the bot’s own store',
      shared('now', () => store.now()),
    );
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return clock.now();
  }
}
