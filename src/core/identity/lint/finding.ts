/** What a finding is, and what is known beside the map itself. */

import type { Owner } from '../could-yield.ts';

export interface LintFacts {
  /** As `SELECT version()` prints it: whether rows match regardless of case depends on it. */
  readonly version: string;
  /** Issuers that the cluster lists; null: not known. */
  readonly issuers: readonly string[] | null;
  /** The tenant's own issuer, whose people the domains are of. Left out: the only one of `issuers`, if there is only one. */
  readonly issuer?: string;
  /** Domains that people of the tenant may have; the first is the primary one. Empty: not known. */
  readonly domains: readonly string[];
  /** SQL users and roles that exist, beside `admin` and `root`. */
  readonly names: readonly string[];
  /** Of those, the roles that the bot grants. */
  readonly managed: readonly string[];
  /** Whose SQL users are. */
  readonly bound: readonly Owner[];
}

export const lintRules = [
  'syntax',
  'unanchored',
  'unescaped-dot',
  'trailing-slash',
  'comment-cuts',
  'second-substitution',
  'catch-all-domain',
  'unknown-issuer',
  'yields-admin',
  'yields-role',
  'yields-other',
  'case',
  'never-a-user',
] as const;
export type LintRule = (typeof lintRules)[number];

export interface LintFinding {
  readonly rule: LintRule;
  /** `open`: it lets somebody in as somebody else. `shut`: it keeps people out who are meant. `note`: it does what it says, and should be known. */
  readonly weight: 'open' | 'shut' | 'note';
  /** Number of the physical line, from 1, and the line. */
  readonly line: number;
  readonly text: string;
  readonly says: string;
  /** A principal that shows it, and the SQL user that it becomes (null: none). Null: shown by the line alone. */
  readonly witness: { readonly principal: string; readonly becomes: string | null } | null;
  /** The line as it should be; null: it should go, or somebody has to say what was meant. */
  readonly corrected: string | null;
}

/** What a rule says of a line. */
export type Found = Pick<LintFinding, 'weight' | 'says' | 'witness' | 'corrected'>;
