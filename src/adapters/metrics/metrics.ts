import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Alerts,
  Chat,
  Cluster,
  Directory,
  Interactions,
  Jobs,
  Proposals,
  Receive,
  SettingChanges,
  Store,
  TokenIssuer,
} from '../../core/ports.ts';
import { ackClock } from './acks.ts';
import { codeOf, type FaultCounter, faultCounter } from './faults.ts';
import { watchedRequests } from './requests.ts';
import { scrape } from './scrape.ts';
import { openSeries, type Series } from './series.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void;

/** What the bot stands on. */
export interface Ports {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly clusters: ReadonlyMap<string, Cluster>;
}

export interface Metrics {
  /** The same ports, watched. Nothing that they do or say changes. */
  ports<P extends Ports>(ports: P): P;
  chat(chat: Chat): Chat;
  receive(receive: Receive): Receive;
  /** The handler of the route that people's commands and clicks come in on. */
  inbound(handler: Handler): Handler;
  /** What a sweep found; null: it was cut short. */
  swept(found: Readonly<Record<string, number>> | null): void;
  /** For `GET /metrics`; `ports` are read as they are, so that a scrape counts no faults of its own. */
  scrape(ports: Pick<Ports, 'store' | 'jobs' | 'clusters'>): Handler;
}

/** Opens the metrics of this process: decorators around the ports, so that nothing else knows of them. */
export function openMetrics(): Metrics {
  const series = openSeries();
  const faults = faultCounter((port, code) => series.add('crdb_access_faults_total', { port, code }));
  const acks = ackClock((kind, seconds) => series.observe('crdb_access_ack_duration_seconds', { kind }, seconds));
  return {
    ports: (ports) => ({
      ...ports,
      store: watchedStore(ports.store, faults, series),
      jobs: faults.watch('queue', ports.jobs),
      directory: faults.watch('directory', ports.directory),
      issuer: faults.watch('issuer', ports.issuer),
      clusters: new Map([...ports.clusters].map(([name, cluster]) => [name, faults.watch('cluster', cluster)])),
    }),
    chat: (chat) => faults.watch('chat', chat),
    receive: (receive) => acks.receive(receive),
    inbound: (handler) => acks.handler(handler),
    swept: (found) => {
      series.add('crdb_access_sweeps_total', { outcome: found === null ? 'cut_short' : 'done' });
      for (const [kind, n] of Object.entries(found ?? {})) series.add('crdb_access_sweep_found_total', { kind }, n);
    },
    scrape: ({ store, jobs, clusters }) =>
      scrape({ series, requests: store.requests, jobs, watch: store.watch, clusters: [...clusters.keys()] }),
  };
}

function watchedStore<S extends Store>(store: S, faults: FaultCounter, series: Series): S {
  const watch = <T extends object>(of: T): T => faults.watch('store', of);
  const putOff =
    (work: string): (<A extends readonly unknown[]>(run: (...args: A) => Promise<void>) => (...args: A) => Promise<void>) =>
    (run) =>
    async (...args) => {
      try {
        await run(...args);
      } catch (thrown) {
        series.add('crdb_access_put_off_total', { work, code: codeOf(thrown) });
        throw thrown;
      }
    };
  const { interactions, proposals, settingChanges, alerts } = store;
  const heldInteractions: Interactions = {
    ...interactions,
    hold: (id, work) => interactions.hold(id, putOff('interaction')(work)),
  };
  const heldProposals: Proposals = { ...proposals, hold: (id, work) => proposals.hold(id, putOff('proposal')(work)) };
  const heldChanges: SettingChanges = {
    ...settingChanges,
    hold: (id, work) => settingChanges.hold(id, putOff('setting_change')(work)),
  };
  const heldAlerts: Alerts = { ...alerts, holdEach: (work) => alerts.holdEach(putOff('alert')(work)) };
  return {
    ...watch(store),
    requests: watch(watchedRequests(store.requests, series)),
    interactions: watch(heldInteractions),
    bindings: watch(store.bindings),
    ledger: watch(store.ledger),
    leases: watch(store.leases),
    alerts: watch(heldAlerts),
    audit: watch(store.audit),
    proposals: watch(heldProposals),
    settingChanges: watch(heldChanges),
    watch: watch(store.watch),
  };
}
