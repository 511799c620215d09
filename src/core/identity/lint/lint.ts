/** What is wrong with an identity map, line by line. */

import type { Owner } from '../could-yield.ts';

export interface LintFacts {
  /** As `SELECT version()` prints it: whether rows match regardless of case depends on it. */
  readonly version: string;
  /** Issuers that the cluster lists; null: not known. */
  readonly issuers: readonly string[] | null;
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

/**
 * Every finding on every line, in the order of the lines. The bot's own rows, as it writes them, have none.
 *
 * @param text `server.identity_map.configuration`
 */
export function lintMap(_text: string, _facts: LintFacts): readonly LintFinding[] {
  return [];
}
