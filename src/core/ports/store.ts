/** What the core keeps (PostgreSQL wire). */

import type { Alerts } from './alerts.ts';
import type { Audit } from './audit.ts';
import type { Leases } from './leases.ts';
import type { Bindings, Ledger } from './ledger.ts';
import type { Proposals } from './proposals.ts';
import type { Interactions } from './received.ts';
import type { Requests } from './requests.ts';
import type { SettingChanges } from './setting-changes.ts';
import type { Watch } from './watch.ts';

export interface Store {
  readonly requests: Requests;
  readonly interactions: Interactions;
  readonly bindings: Bindings;
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly alerts: Alerts;
  readonly audit: Audit;
  readonly proposals: Proposals;
  readonly settingChanges: SettingChanges;
  readonly watch: Watch;
  /** The store's clock: the one that deadlines are compared with. */
  now(): Promise<Date>;
  probe(): Promise<void>;
}
