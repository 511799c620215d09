/** A line of the map as the rules see it. */

import type { LintFacts, LintFinding } from '../../ports.ts';
import { caseInsensitive, type MapRow, type Matching, matchRow, parseLine } from '../identity-map.ts';
import { normalizeName } from '../sql-username.ts';
import { type Machine, machineOf } from './pattern/machine.ts';
import type { Patience } from './pattern/search.ts';

export interface Line {
  /** Number of the physical line, from 1. */
  readonly number: number;
  readonly text: string;
  /** Null: CockroachDB refuses it, with this error. */
  readonly row: MapRow | null;
  readonly error: string | null;
  readonly facts: LintFacts;
  readonly matching: Matching;
  /** Every row of the map. */
  readonly rows: readonly MapRow[];
  readonly patience: Patience;
  /** The pattern made searchable; null: it is a literal, or too large. Made once, when it is asked for. */
  readonly machine: () => Machine | null;
}

/** Of a line whose row stands. */
export type RowLine = Line & { readonly row: MapRow };

/** What a rule says of a line. */
export type Found = Pick<LintFinding, 'weight' | 'says' | 'witness' | 'corrected'>;

/** One question, asked of every line. Null: nothing is wrong. */
export type Rule = (line: Line) => Found | null;

export const hasRow = (line: Line): line is RowLine => line.row !== null;

/** What RE2 costs, in symbols of a search: to read a character of a pattern, and to go through a step of it with one principal. */
const [priceOfCompiling, priceOfMatching] = [50, 3];

/** @returns null: nothing stands there, or a comment */
export function readLine(text: string, number: number, around: Pick<Line, 'facts' | 'rows' | 'patience'>): Line | null {
  around.patience.left -= text.length * priceOfCompiling;
  const parsed = parseLine(text, number);
  if (parsed === null) return null;
  const row = typeof parsed === 'string' ? null : parsed;
  const error = typeof parsed === 'string' ? parsed : null;
  const matching = { caseInsensitive: caseInsensitive(around.facts.version) };
  let machine: { readonly is: Machine | null } | null = null;
  const made = (): Machine | null => (row?.pattern ? machineOf(row.identity.slice(1), matching.caseInsensitive) : null);
  return {
    ...around,
    number,
    text,
    row,
    error,
    matching,
    machine: () => {
      machine ??= { is: made() };
      return machine.is;
    },
  };
}

/** What CockroachDB makes of a principal by this row, normalised; null: no match. */
export function becomes(line: RowLine, principal: string): string | null {
  const { row, matching, patience } = line;
  patience.left -= (line.machine()?.steps.length ?? row.identity.length) * priceOfMatching;
  const name = matchRow(row, principal, matching);
  return name === null ? null : normalizeName(name);
}

/** The same line with another identity or SQL user; what stands around them stays as it is. */
export function withFields(
  line: RowLine,
  fields: { readonly map?: string; readonly identity?: string; readonly user?: string },
): string {
  const { row, text } = line;
  const parts = /^(\s*)(\S+)(\s+)(\S+)(\s+)(\S+?)(\s*(?:#.*)?)$/s.exec(text);
  const [map, identity, user] = [fields.map ?? row.map, fields.identity ?? row.identity, fields.user ?? row.user];
  if (parts?.[2] !== row.map || parts[4] !== row.identity || parts[6] !== row.user) return `${map} ${identity} ${user}`;
  return `${parts[1]}${map}${parts[3]}${identity}${parts[5]}${user}${parts[7]}`;
}

/** The issuer whose people `facts.domains` are of; null: not known. */
export function tenantIssuer({ issuer, issuers }: LintFacts): string | null {
  if (issuer !== undefined) return issuer;
  return issuers?.length === 1 ? (issuers[0] ?? null) : null;
}
