import { Fault } from '../errors.ts';
import type { StatusReport } from '../cluster/report.ts';
import type { World } from '../ports.ts';

/**
 * Looks at these clusters now, side by side, each within its own deadline (`world.watching.lookSeconds`), and judges what is there. It
 * never writes. A cluster that does not answer is a verdict, not a fault.
 */
export async function lookAtClusters(_world: World, _names: readonly string[]): Promise<StatusReport> {
  throw new Fault('not_yet', 'never', 'not built');
}
