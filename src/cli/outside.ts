import { hostname, userInfo } from 'node:os';
import { openLog } from '../adapters/log/log.ts';
import { type Closer, closeAll, openOutside, worldOf } from '../assemble.ts';
import type { Env } from '../config/environment.ts';
import { configFaultText, readConfig } from '../config.ts';
import { Fault } from '../core/errors.ts';
import type { ClusterPolicy } from '../core/policy/policy.ts';
import type { Cluster, World } from '../core/ports.ts';
import type { ExitCode, Output } from './output.ts';

/**
 * Runs a command on what the bot stands on, opened from the same environment: store, queue, directory, clusters; no chat.
 *
 * @returns what `work` gives; 2 when the environment or the policy has faults, each on a line as the bot lists them; 3 when something
 *   outside does not do its part, in a sentence
 * @param tables `as they are`: for whoever only looks
 */
export async function withWorld(
  env: Env,
  out: Output,
  work: (world: World) => Promise<ExitCode>,
  tables: 'made' | 'as they are' = 'made',
): Promise<ExitCode> {
  const read = readConfig(env);
  if ('faults' in read) {
    out.stderr(`This needs the bot's own environment, and it has ${read.faults.length} fault(s):\n`);
    for (const fault of read.faults) out.stderr(`  ${configFaultText(fault)}\n`);
    return 2;
  }
  const { config } = read;
  const log = openLog('silent', []);
  const closers: Closer[] = [];
  try {
    return await work(worldOf(await openOutside(config, log, closers, 'wanted', tables), config, log, []));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const secrets = config.secrets.map((secret) => secret.reveal()).filter((secret) => secret.length >= 6);
    const says = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), fault.message);
    out.stderr(`Nothing was ${fault.retry === 'unknown' ? 'finished' : 'done'}: ${says}. Run it again once that is mended.\n`);
    return 3;
  } finally {
    await closeAll(closers, log);
  }
}

/** The cluster of this name; the only one, when none is named. Else what to type. */
export function clusterOf(
  world: World,
  name: string | undefined,
): { readonly policy: ClusterPolicy; readonly cluster: Cluster } | { readonly says: string } {
  const known = [...world.policy.clusters.keys()];
  const chosen = name ?? (known.length === 1 ? known[0] : undefined);
  if (chosen === undefined)
    return { says: `The policy has ${known.length} clusters: say which with --cluster (${known.join(', ')}).` };
  const policy = world.policy.clusters.get(chosen);
  const cluster = world.clusters.get(chosen);
  return policy === undefined || cluster === undefined
    ? { says: `The policy has no cluster "${chosen}". There is: ${known.join(', ')}.` }
    : { policy, cluster };
}

/** Who runs the command, as this machine names them. For reading: whoever can run it could say anything. */
export function whoRuns(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // No name for this user id (a container): the id says as much as there is.
    return `uid ${process.getuid?.() ?? '?'}@${hostname()}`;
  }
}
