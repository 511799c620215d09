/** What a look at a cluster finds, check by check, and the verdict on it. */

/**
 * `healthy`: people can log in, nothing is wrong. `attention`: they can, and something wants mending. `broken`: people can't log in, or
 * the door stands open to somebody else. `unknown`: it could not be found out.
 */
export type Verdict = 'healthy' | 'attention' | 'broken' | 'unknown';

/** How one check stands. `note`: it is said, and changes no verdict. */
export type Standing = 'ok' | 'note' | Exclude<Verdict, 'healthy'>;

/** In the order in which they are shown. */
export const checkIds = [
  'reachable',
  'logins',
  'enabled',
  'issuer',
  'audience',
  'claim',
  'keys',
  'map',
  'map-lint',
  'role-sync',
  'provisioning',
  'clock',
  'privileges',
  'roles',
  'sql-users',
  'memberships',
  'work',
  'directory',
  'watch',
] as const;
export type CheckId = (typeof checkIds)[number];

export interface Check {
  readonly id: CheckId;
  readonly standing: Standing;
  /** What was found, in a sentence. Plain text; never a secret. */
  readonly found: string;
  /** What it should be; null: nothing to compare with. */
  readonly expected: string | null;
  /** The next step and whose it is; null: none is needed. */
  readonly next: string | null;
  /** What an admin of the cluster may run, one quoted statement each, to be read before it is run. */
  readonly sql: readonly string[];
}

export interface ClusterReport {
  readonly cluster: string;
  /** `v25.2.4`; null: it did not say. */
  readonly version: string | null;
  readonly verdict: Verdict;
  /** Every check that was made; none is left out because another failed, but for what could not be looked at. */
  readonly checks: readonly Check[];
  /** SQL users that the bot keeps there, and how many of them were changed behind its back; null: not looked at. */
  readonly users: { readonly kept: number; readonly changed: number } | null;
  /** When the scheduled check last found it healthy; null: never, or not known. */
  readonly lastHealthy: Date | null;
}

export interface StatusReport {
  readonly at: Date;
  /** The worst of all clusters. */
  readonly verdict: Verdict;
  readonly clusters: readonly ClusterReport[];
}

/** Each worse than the one before. */
export const verdicts: readonly Verdict[] = ['healthy', 'attention', 'unknown', 'broken'];

/** The worst of these; healthy when there are none. Broken is worse than unknown, unknown is worse than attention. */
export function worstOf(all: readonly Verdict[]): Verdict {
  return verdicts[Math.max(0, ...all.map((verdict) => verdicts.indexOf(verdict)))] ?? 'healthy';
}

/** What all checks come to. */
export function verdictOf(checks: readonly Pick<Check, 'standing'>[]): Verdict {
  return worstOf(checks.map(({ standing }) => (standing === 'ok' || standing === 'note' ? 'healthy' : standing)));
}
