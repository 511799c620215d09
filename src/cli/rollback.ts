import type { ClusterTarget } from '../core/cluster-auth/desired.ts';
import type { World } from '../core/ports.ts';
import { rollback, type RolledBack } from '../core/settings/rollback.ts';
import { type Fact, factLines, utc } from './lines.ts';
import { outcomeJson, outcomeText } from './outcome.ts';
import type { ExitCode, Output } from './output.ts';
import { whoRuns } from './outside.ts';
import { effectLines, pausedLine, sqlLines, stepsJson } from './setting-lines.ts';

/**
 * Takes back what was applied last to a cluster's settings, byte for byte: at once where nobody loses a login by it, else it is filed for
 * two admins. It pauses the watch.
 *
 * @returns 0 written or filed, 1 there is nothing to take back, or it is refused, and why
 * @throws Fault when something outside does not answer before anything was begun
 */
export async function rollBack(world: World, target: ClusterTarget, isJson: boolean, out: Output): Promise<ExitCode> {
  const done = await rollback(world, target, { askedBy: null, filedBy: whoRuns() });
  const paused = await world.store.watch.paused();
  if (isJson) out.stdout(`${JSON.stringify({ ...rolledJson(done), paused })}\n`);
  else out.stdout(`${rolledText(world, done)}${pausedLine(paused)}`);
  if (done.kind === 'over') return done.change.state === 'applied' ? 0 : 1;
  return done.kind === 'waits' && done.filed ? 0 : 1;
}

function rolledText(world: World, done: RolledBack): string {
  switch (done.kind) {
    case 'none':
      return 'There is nothing to take back: nothing was applied to this cluster by this bot.\n';
    case 'unwritable':
      return `Nothing was written: the bot has no settings credential for this cluster. This takes back change ${done.last.id}:\n\n${sqlLines(done.steps)}`;
    case 'changed_since': {
      const facts = done.differs.flatMap(({ setting, gone, come }): Fact[] => [
        ...gone.map((one): Fact => [`${setting}  -`, one]),
        ...come.map((one): Fact => [`${setting}  +`, one]),
      ]);
      const when = done.last.appliedAt === null ? '' : ` (applied ${utc(done.last.appliedAt)})`;
      return `Nothing was written: somebody has changed since what change ${done.last.id}${when} wrote. By this it differs:\n\n${factLines(facts)}\n`;
    }
    case 'waits':
      return `${outcomeText(world, done)}\n${effectLines(done.change)}`;
    default:
      return outcomeText(world, done);
  }
}

function rolledJson(done: RolledBack) {
  switch (done.kind) {
    case 'none':
      return { outcome: done.kind };
    case 'unwritable':
      return { outcome: done.kind, last: done.last.id, steps: stepsJson(done.steps) };
    case 'changed_since':
      return { outcome: done.kind, last: done.last.id, differs: done.differs };
    default:
      return outcomeJson(done);
  }
}
