/**
 * CockroachDB's identity map (`server.identity_map.configuration`): which SQL users a principal may be.
 * Source: cockroachdb/cockroach pkg/sql/pgwire/identmap/ident_map.go. Patterns are Go's RE2 and come from operators, so they never
 * meet JavaScript's RegExp: it would read some of them differently, and run others for ever.
 */

import { RE2JS } from 're2js';
import { supports } from '../cluster/releases.ts';
import type { Clock } from '../ports.ts';
import { goQuote, utf8Length } from './go-text.ts';
import { onlyPrincipal } from './only-principal.ts';
import { normalizeName } from './sql-username.ts';

export interface MapRow {
  /** Number of the physical line, from 1. */
  readonly line: number;
  /** The physical line, byte for byte, without its `\n`. */
  readonly text: string;
  /** For a JWT login: the token's issuer, byte for byte. */
  readonly map: string;
  /** As written; a pattern with its leading slash. */
  readonly identity: string;
  readonly user: string;
  /** Whether `identity` is a pattern. */
  readonly pattern: boolean;
}

export interface Matching {
  readonly caseInsensitive: boolean;
}

/** Whether rows match regardless of case in this version. */
export function caseInsensitive(version: string): boolean {
  return supports(version, 'anyCaseMap');
}

/**
 * Compiled expressions by their text: compiling is dear, and the same map is read again at every look at a cluster. Two generations,
 * so that what is used stays and what is not goes; each holds so many characters of expressions at the most.
 */
const compiled = { young: new Map<string, RE2JS>(), old: new Map<string, RE2JS>(), characters: 0 };
const charactersKept = 256 * 1024;

function expression(row: MapRow): string {
  return row.pattern ? row.identity.slice(1) : `^${RE2JS.quote(row.identity)}$`;
}

/** @throws when the pattern is not RE2: never of rows that parseIdentityMap gave */
function compile(row: MapRow, anyCase: boolean): RE2JS {
  const text = `${anyCase ? '(?i)' : ''}${expression(row)}`;
  const young = compiled.young.get(text);
  if (young !== undefined) return young;
  const pattern = compiled.old.get(text) ?? RE2JS.compile(text);
  if (compiled.characters + text.length > charactersKept) {
    compiled.old = compiled.young;
    compiled.young = new Map();
    compiled.characters = 0;
  }
  compiled.young.set(text, pattern);
  compiled.characters += text.length;
  return pattern;
}

const substitution = '\\1';

/** bufio.MaxScanTokenSize: a longer line ends Go's reading of the whole file. */
const maxLineBytes = 64 * 1024;
const tooLong = 'bufio.Scanner: token too long';

// strings.TrimSpace: Unicode's White_Space. JavaScript's trim also takes U+FEFF and leaves U+0085.
const edges =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
// Go's `\s` and `\S` are ASCII.
const threeFields = /^([^\t\n\f\r ]+)[\t\n\f\r ]+([^\t\n\f\r ]+)[\t\n\f\r ]+([^\t\n\f\r ]+)$/;

function tidy(text: string): string {
  const comment = text.indexOf('#');
  return (comment === -1 ? text : text.slice(0, comment)).replace(edges, '');
}

/**
 * One physical line: its row, nothing (blank or comment), or CockroachDB's error.
 *
 * @param line its number, from 1
 */
export function parseLine(text: string, line: number): MapRow | string | null {
  if (utf8Length(text) >= maxLineBytes) return tooLong;
  const tidied = tidy(text);
  if (tidied === '') return null;
  const [, map, identity, user] = threeFields.exec(tidied) ?? [];
  if (map === undefined || identity === undefined || user === undefined)
    return `unable to parse line ${line}: ${goQuote(tidied)}`;
  const row: MapRow = { line, text, map, identity, user, pattern: identity.startsWith('/') };
  try {
    // Thousands of rows are one person's each: what they match is compiled when it is asked for.
    const isOnes = !row.pattern || onlyPrincipal(identity.slice(1)) !== null;
    const groups = isOnes ? 0 : compile(row, false).groupCount();
    if (groups === 0 && user.includes(substitution)) {
      return `saw \\1 substitution on line ${line}, but pattern contains no subexpressions`;
    }
  } catch (fault) {
    return `unable to parse line ${line}: ${fault instanceof Error ? fault.message : String(fault)}`;
  }
  return row;
}

function scan(text: string): { readonly rows: readonly MapRow[]; readonly error: string | null } {
  const rows: MapRow[] = [];
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    const parsed = parseLine(line, i + 1);
    if (typeof parsed === 'string') return { rows, error: parsed };
    if (parsed !== null) rows.push(parsed);
  }
  return { rows, error: null };
}

/**
 * Compiles what a map needs compiled, with a rest before each line: whoever reads the map after that does it in no time, however many
 * patterns it has.
 */
export async function readAhead(text: string, rest: Clock['rest']): Promise<void> {
  for (const line of text.split('\n')) {
    await rest();
    parseLine(line, 1);
  }
}

/**
 * @returns the rows in file order, or CockroachDB's own error text (the one with which SET CLUSTER SETTING refuses the value)
 */
export function parseIdentityMap(text: string): { readonly rows: MapRow[] } | { readonly error: string } {
  const { rows, error } = scan(text);
  return error === null ? { rows: [...rows] } : { error };
}

/**
 * The rows that a node goes by when a stored value has faults: none at all, except that a line that is too long only ends the
 * reading (Go's scanner stops, and ident_map.go did not ask it why).
 */
export function rowsInForce(text: string): readonly MapRow[] {
  const { rows, error } = scan(text);
  return error === null || error === tooLong ? rows : [];
}

/**
 * What one row makes of a principal.
 *
 * @returns the substituted text, neither normalised nor checked; null: no match, or nothing left
 */
export function matchRow(row: MapRow, principal: string, options: Matching): string | null {
  const matcher = compile(row, options.caseInsensitive).matcher(principal);
  if (!matcher.find()) return null;
  const at = row.user.indexOf(substitution);
  // Only the first `\1` counts (strings.Index), and what is put in must not be read as a replacement pattern.
  const name = at === -1 ? row.user : row.user.slice(0, at) + (matcher.group(1) ?? '') + row.user.slice(at + substitution.length);
  return name === '' ? null : name;
}

/** Whether any row has this map name. Without one, CockroachDB takes the principal itself as the SQL user. */
export function mapExists(rows: readonly MapRow[], map: string): boolean {
  return rows.some((row) => row.map === map);
}

/**
 * The SQL users that a principal may be, normalised, in the order of the rows that say so. Names that a row repeats come once:
 * compared as written before rows matched regardless of case, as normalised since.
 */
export function mapIdentity(rows: readonly MapRow[], map: string, principal: string, options: Matching): string[] {
  const seen = new Set<string>();
  const names: string[] = [];
  for (const row of rows) {
    const name = row.map === map ? matchRow(row, principal, options) : null;
    if (name === null) continue;
    const key = options.caseInsensitive ? normalizeName(name) : name;
    if (!seen.has(key)) names.push(normalizeName(name));
    seen.add(key);
  }
  return names;
}
