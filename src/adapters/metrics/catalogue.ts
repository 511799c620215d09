/** Every series of the bot's own, in one table: docs/metrics.md is compared with it. */

import { verdicts } from '../../core/cluster/report.ts';
import { next, states, type Work } from '../../core/request/lifecycle.ts';

export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each label with the values that it can have: closed sets, never a person, a request or a text. */
  readonly labels: { readonly [label: string]: readonly string[] | string };
  readonly buckets?: readonly number[];
}

/** States that a request does not stay in. */
export const passing = states.filter((state) => Object.keys(next[state]).length > 0);

const works: readonly Work[] = ['ask', 'time_out', 'provision', 'deliver', 'deprovision', 'tell'];
const codes = 'a code of docs/operations.md, or `unexpected`';

/** A person waits: around Slack's three seconds. */
const quick = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5];
/** From what a cluster takes at best to what somebody's open transaction or an outage makes of it. */
const patient = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

export const catalogue = {
  crdb_access_requests: {
    type: 'gauge',
    help: 'Requests in a state that is not final, read from the store at the scrape. The same in every process: use max, not sum.',
    labels: { state: passing },
  },
  crdb_access_requests_entered_total: {
    type: 'counter',
    help: 'Requests that came into a state.',
    labels: { state: states },
  },
  crdb_access_ack_duration_seconds: {
    type: 'histogram',
    help: 'From the arrival of what somebody typed or pressed to its acknowledgement, which comes once it is durable.',
    labels: { kind: ['command', 'press', 'submit', 'home'] },
    buckets: quick,
  },
  crdb_access_grant_duration_seconds: {
    type: 'histogram',
    help: 'From the decision (or the request, where the policy allows by itself) to the grant that was read back.',
    labels: { by: ['approver', 'policy'] },
    buckets: patient,
  },
  crdb_access_delivery_duration_seconds: {
    type: 'histogram',
    help: 'From the grant to the login command in the requester’s direct messages.',
    labels: {},
    buckets: patient,
  },
  crdb_access_queue_jobs: {
    type: 'gauge',
    help: 'Jobs that wait, are worked or are put off, read from the queue at the scrape. The same in every process.',
    labels: {},
  },
  crdb_access_sweep_found_total: {
    type: 'counter',
    help: 'What the sweep found owed and not done: hints that were lost or late, and work that was put off.',
    labels: { kind: ['interactions', 'requests', 'cards', 'proposals', 'changes', 'alerts'] },
  },
  crdb_access_sweeps_total: {
    type: 'counter',
    help: 'Sweeps, by whether they came to their end.',
    labels: { outcome: ['done', 'cut_short'] },
  },
  crdb_access_faults_total: {
    type: 'counter',
    help: 'Calls that the outside world did not answer as asked, probes left out.',
    labels: { port: ['directory', 'issuer', 'chat', 'cluster', 'store', 'queue'], code: codes },
  },
  crdb_access_put_off_total: {
    type: 'counter',
    help: 'Work that could not be finished yet and comes again by itself, each time that it was put off.',
    labels: { work: [...works, 'interaction', 'proposal', 'setting_change', 'alert'], code: codes },
  },
  crdb_access_scrape_misses_total: {
    type: 'counter',
    help: 'Scrapes that left out a gauge because store or queue did not answer in time.',
    labels: { of: ['requests', 'queue', 'watch'] },
  },
  crdb_access_cluster_verdict: {
    type: 'gauge',
    help: 'What the last scheduled check found of a cluster: 1 for its verdict, 0 for the others. Read from the store at the scrape.',
    labels: { cluster: 'a cluster of the policy', verdict: verdicts },
  },
  crdb_access_cluster_checked_timestamp_seconds: {
    type: 'gauge',
    help: 'When a cluster was last checked (Unix time). Read from the store at the scrape.',
    labels: { cluster: 'a cluster of the policy' },
  },
  crdb_access_keys_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When the signing keys of access tokens of a version were last read (Unix time). Read from the store at the scrape.',
    labels: { version: ['v1', 'v2'] },
  },
  crdb_access_watch_paused: {
    type: 'gauge',
    help: 'Whether an admin paused the watch: 1 or 0. Read from the store at the scrape.',
    labels: {},
  },
} as const satisfies { readonly [name: string]: Metric };

export type MetricName = keyof typeof catalogue;
