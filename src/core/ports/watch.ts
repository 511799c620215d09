/** What the watch over clusters and signing keys remembers between two looks. */

import type { Verdict } from '../cluster/report.ts';
import type { AuditEntry } from './audit.ts';
import type { Jwk } from './directory.ts';

export interface Paused {
  readonly since: Date;
  /** Who did it, as their machine names them: for reading, not for believing. */
  readonly by: string;
}

/** What the scheduled checks last found of a cluster. */
export interface Seen {
  readonly cluster: string;
  readonly verdict: Verdict;
  /** Since when the verdict is that one. */
  readonly since: Date;
  readonly checkedAt: Date;
  /** When it was last healthy; null: never. */
  readonly lastHealthy: Date | null;
}

/** A signing key that an issuer publishes or has published. */
export interface SeenKey {
  readonly kid: string;
  readonly jwk: Jwk;
  readonly firstSeen: Date;
  /** Since when it is published no more; null: it is. */
  readonly goneSince: Date | null;
}

/** What was read of an issuer when it last answered. */
export interface SeenIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly readAt: Date;
  readonly keys: readonly SeenKey[];
}

export interface Watch {
  /** Null: it runs. Paused: no key watch, no scheduled check, no setting that the bot writes by itself. */
  paused(): Promise<Paused | null>;
  /** False: it was paused (or ran) already; nothing is written then. */
  pause(by: string, audit: readonly AuditEntry[]): Promise<boolean>;
  resume(audit: readonly AuditEntry[]): Promise<boolean>;
  /** Whether this caller is the one, of all processes, to do what is named now: at most once in so many seconds. */
  turn(name: string, everySeconds: number): Promise<boolean>;
  seen(cluster: string): Promise<Seen | null>;
  /** Keeps what was found at `checkedAt`; `since` moves only with the verdict. Gives back what was kept before. */
  found(cluster: string, verdict: Verdict, checkedAt: Date): Promise<Seen | null>;
  /** By what the version of tokens (`v1`, `v2`) publishes; null: never read. */
  issuer(version: string): Promise<SeenIssuer | null>;
  /** Keeps what an issuer publishes now: keys that are new, and since when those are gone that are not there any more. */
  published(
    version: string,
    now: { readonly issuer: string; readonly jwksUri: string; readonly keys: readonly Jwk[] },
  ): Promise<SeenIssuer>;
  /** A small result that the next status names, by its name (`collisions`), as plain JSON; null: none yet. */
  note(name: string): Promise<{ readonly at: Date; readonly says: unknown } | null>;
  keepNote(name: string, says: unknown): Promise<void>;
}
