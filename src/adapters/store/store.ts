/** The store on the PostgreSQL wire: the truth about requests. Same SQL on PostgreSQL 13+ and CockroachDB 23.1+. */

import type { Log, Store } from '../../core/ports.ts';
import { alertsOf } from './alerts.ts';
import { auditOf } from './audit.ts';
import { bindingsOf } from './bindings.ts';
import { type Database, openDatabase, within } from './database.ts';
import { dueOf } from './due.ts';
import { interactionsOf } from './interactions.ts';
import { leasesOf } from './leases.ts';
import { ledgerOf } from './ledger.ts';
import { migrate } from './migrate.ts';
import { placesOf } from './places.ts';
import { proposalsOf } from './proposals.ts';
import { requestsOf } from './requests.ts';
import { dateOf } from './rows/reader.ts';
import { settingChangesOf } from './setting-changes.ts';
import { watchOf } from './watch.ts';

export interface StoreOptions {
  /** `postgresql://…` of the bot's own database. */
  readonly url: string;
  readonly log: Log;
  /** Unique per process: leases are held under it. */
  readonly holder: string;
  /** How long work that was begun stays with a process that is gone. */
  readonly leaseSeconds: number;
}

/** A store, its migrations and its end. */
export type OpenStore = Store & { migrate(): Promise<void>; close(): Promise<void> };

const probeMillis = 2_000;

const storeClock = `-- The store's clock.
  SELECT clock_timestamp() AS at_now`;

/**
 * Opens the store. Connects lazily: `migrate()` is what finds out first whether it is there.
 * @throws Fault `store_unavailable` from every method, when the database does not do its part
 */
export async function openStore(o: StoreOptions): Promise<OpenStore> {
  const db = openDatabase(o.url, o.log);
  const holder = { name: o.holder, leaseSeconds: o.leaseSeconds, log: o.log };
  const leases = leasesOf(db, holder);
  return {
    requests: { ...requestsOf(db), ...dueOf(db, holder), ...placesOf(db) },
    interactions: interactionsOf(db, holder),
    bindings: bindingsOf(db),
    ledger: ledgerOf(db),
    leases,
    alerts: alertsOf(db, holder),
    audit: auditOf(db),
    proposals: proposalsOf(db, holder),
    settingChanges: settingChangesOf(db, holder),
    watch: watchOf(db),
    now: () => clock(db),
    probe: async () => {
      await within(probeMillis, 'probe', clock(db));
    },
    migrate: () => migrate(db, leases, o.log),
    close: () => db.close(),
  };
}

async function clock(db: Database): Promise<Date> {
  const [row] = await db.sql(storeClock);
  return dateOf('clock', row ?? {}, 'at_now');
}
