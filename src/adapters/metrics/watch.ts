import { verdicts } from '../../core/cluster/report.ts';
import type { Paused, Seen, Watch } from '../../core/ports.ts';
import { catalogue } from './catalogue.ts';
import type { Series } from './series.ts';

export interface Watched {
  readonly paused: Paused | null;
  /** Clusters that were checked. */
  readonly seen: readonly Seen[];
  /** Versions of tokens whose keys were read, and when. */
  readonly read: readonly { readonly version: string; readonly at: Date }[];
}

/** What the store knows of the watch. */
export async function readWatch(watch: Pick<Watch, 'paused' | 'seen' | 'issuer'>, clusters: readonly string[]): Promise<Watched> {
  const versions = catalogue.crdb_access_keys_read_timestamp_seconds.labels.version;
  const [paused, seen, issuers] = await Promise.all([
    watch.paused(),
    Promise.all(clusters.map((cluster) => watch.seen(cluster))),
    Promise.all(versions.map(async (version) => ({ version, issuer: await watch.issuer(version) }))),
  ]);
  return {
    paused,
    seen: seen.flatMap((one) => one ?? []),
    read: issuers.flatMap(({ version, issuer }) => (issuer === null ? [] : [{ version, at: issuer.readAt }])),
  };
}

const unix = (at: Date): number => at.getTime() / 1000;

/** @param watched null: the store did not say, and the gauges are left out */
export function showWatch(series: Series, watched: Watched | null): void {
  series.show('crdb_access_watch_paused', watched && [[{}, watched.paused === null ? 0 : 1]]);
  series.show(
    'crdb_access_cluster_verdict',
    watched &&
      watched.seen.flatMap(({ cluster, verdict }) =>
        verdicts.map((one) => [{ cluster, verdict: one }, one === verdict ? 1 : 0] as const),
      ),
  );
  series.show(
    'crdb_access_cluster_checked_timestamp_seconds',
    watched && watched.seen.map(({ cluster, checkedAt }) => [{ cluster }, unix(checkedAt)]),
  );
  series.show(
    'crdb_access_keys_read_timestamp_seconds',
    watched && watched.read.map(({ version, at }) => [{ version }, unix(at)]),
  );
}
