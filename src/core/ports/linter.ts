/** What is wrong with an identity map: a question that may be dear to answer, so whoever answers it holds up nobody else. */

import type { LedgerRow } from './ledger.ts';

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
  readonly bound: readonly Pick<LedgerRow, 'sqlUsername' | 'upn'>[];
}

export type LintRule =
  | 'syntax'
  | 'unanchored'
  | 'unescaped-dot'
  | 'trailing-slash'
  | 'comment-cuts'
  | 'second-substitution'
  | 'catch-all-domain'
  | 'unknown-issuer'
  | 'yields-admin'
  | 'yields-role'
  | 'yields-other'
  | 'case'
  | 'never-a-user';

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

export interface MapQuestion {
  /** `server.identity_map.configuration` */
  readonly map: string;
  readonly facts: LintFacts;
  /** Numbers of lines that nothing is asked about. */
  readonly except: readonly number[];
  /** How many lines are wanted at the most. */
  readonly most: number;
}

/** How bad a line is, worst first. `all-out`: the only row of our issuer, and it keeps out everybody who is meant. */
export type Gravity = 'open' | 'all-out' | 'shut' | 'note';

/** A line with something against it. */
export interface LintedLine {
  readonly line: number;
  readonly text: string;
  readonly gravity: Gravity;
  /** The worst first; at least one. */
  readonly findings: readonly LintFinding[];
  /** The line with nothing against it any more; of a note, what the note offers. Null: nobody but its author can say. */
  readonly corrected: string | null;
}

/** Plain data, as the question is. */
export interface MapLint {
  /** The worst lines, worst first. */
  readonly lines: readonly LintedLine[];
  /** Those beyond `most`; null: there are none. */
  readonly more: { readonly lines: number; readonly gravity: Gravity } | null;
}

export interface Linter {
  /** @throws Fault when it takes too long, or is broken off: why, and what to do instead */
  lint(question: MapQuestion): Promise<MapLint>;
}
