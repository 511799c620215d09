/** Changes of cluster settings that an admin asked for: planned, confirmed where that is needed, written, taken back. */

import type { SettingName } from '../cluster/cluster.ts';
import type { Person, Place } from '../request/request.ts';
import type { AuditEntry } from './audit.ts';
import type { Word } from './proposals.ts';

/** One setting, byte for byte. */
export interface SettingStep {
  readonly setting: SettingName;
  readonly before: string;
  readonly after: string;
}

/** Somebody whose login a change would decide otherwise. */
export interface Affected {
  readonly upn: string;
  readonly sqlUsername: string;
  /** CockroachDB's own error for whoever loses; null: gains. */
  readonly error: string | null;
}

export interface SettingChange {
  /** As a request's. */
  readonly id: string;
  readonly version: number;
  /** `open`: waits for admins. `applied`: written and read back. `undone`: a later rollback took it back. */
  readonly state: 'open' | 'applied' | 'declined' | 'lapsed' | 'undone';
  readonly kind: 'apply' | 'rollback';
  readonly cluster: string;
  readonly steps: readonly SettingStep[];
  readonly loses: readonly Affected[];
  readonly gains: readonly Affected[];
  /** People that the bot does not know, in words, who would lose a login by it. */
  readonly othersLose: readonly string[];
  /** The admin who asked for it in chat; null: it was asked for at the command line. */
  readonly askedBy: Person | null;
  /** Who ran the command, as their machine names them; null: asked for in chat. */
  readonly filedBy: string | null;
  readonly filedAt: Date;
  /** Not confirmed by then, it lapses. */
  readonly deadline: Date;
  /** How many admins, the one who asked in chat among them, have to say so: 1 when nobody loses a login, else 2. */
  readonly needs: 1 | 2;
  /** Different people. */
  readonly confirmed: readonly Word[];
  readonly declined: Word | null;
  /** Why it lapsed, or what writing waits for; null: nothing. */
  readonly says: string | null;
  readonly posted: { readonly places: readonly Place[]; readonly shows: number } | null;
  readonly appliedAt: Date | null;
}

export interface SettingChanges {
  /** Keeps a new one, unless one is open for this cluster (that one comes back, `filed: false`). */
  file(
    change: Omit<SettingChange, 'version' | 'posted'>,
    audit: readonly AuditEntry[],
  ): Promise<{ filed: boolean; change: SettingChange }>;
  get(id: string): Promise<SettingChange | null>;
  /** The one that is open for this cluster; null: none. */
  open(cluster: string): Promise<SettingChange | null>;
  /** The newest that is `applied` on this cluster; null: none. */
  lastApplied(cluster: string): Promise<SettingChange | null>;
  /**
   * Compare-and-swap on `version`. A rollback saved as `applied` makes what was last applied on the cluster `undone` in the same
   * transaction. Null: somebody was faster; read again.
   */
  save(change: SettingChange, audit: readonly AuditEntry[]): Promise<SettingChange | null>;
  /** As Requests.hold, for whatever a change owes: its card, its lapse, its writing. */
  hold(id: string, work: (change: SettingChange) => Promise<void>): Promise<boolean>;
  dueNow(limit: number): Promise<readonly string[]>;
}
