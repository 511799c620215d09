import { becomes, type Found, hasRow, readLine, type Rule, type RowLine, withFields } from '../line.ts';
import { anchored, dotsAs, isOwn, withPattern, withoutSlash } from '../mend.ts';
import { principalOf } from '../witness.ts';
import { type MapRow, matchRow } from '../../identity-map.ts';
import { normalizeName } from '../../sql-username.ts';

const sensitive = { caseInsensitive: false };
const insensitive = { caseInsensitive: true };

/** Up to v25.3 rows match in the case in which they are written, from v26.1 on in any (PR 155531). */
export const caseMatters: Rule = (line) => {
  if (!hasRow(line) || isOwn(line)) return null;
  return line.matching.caseInsensitive ? matchesMore(line) : matchesLess(line);
};

/** Object ids: Entra writes them in lower case. */
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function matchesLess(line: RowLine): Found | null {
  const { row } = line;
  if (!row.pattern && guid.test(row.identity)) return null;
  const base = row.pattern ? principalOf(line) : row.identity;
  const other = base === null ? undefined : spellings(base).find((one) => onlyInAnyCase(line, one));
  if (other === undefined) return null;
  return {
    weight: 'note',
    says: `Case matters here before v26.1: ${base} is let in, ${other} is not. Entra writes a UPN as it was typed in the directory.`,
    witness: { principal: other, becomes: null },
    corrected: inAnyCase(line),
  };
}

const onlyInAnyCase = ({ row }: RowLine, principal: string): boolean =>
  matchRow(row, principal, sensitive) === null && matchRow(row, principal, insensitive) !== null;

function spellings(principal: string): readonly string[] {
  const first = principal.charAt(0).toUpperCase() + principal.slice(1);
  return [
    first.replace(/@(.)/, (_, letter: string) => `@${letter.toUpperCase()}`),
    principal.toUpperCase(),
    principal.toLowerCase(),
  ];
}

function inAnyCase(line: RowLine): string {
  const { pattern, identity } = line.row;
  const body = pattern ? identity.slice(1) : `^${identity.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')}$`;
  return withPattern(line, `(?i)${anchored(dotsAs(withoutSlash(body), '\\.'))}`);
}

/** What was told apart by case is so no more: a row beside it that differs in case alone, or a pattern of capitals. */
function matchesMore(line: RowLine): Found | null {
  const twin = line.row.pattern ? undefined : twinOf(line);
  if (twin !== undefined)
    return {
      weight: 'open',
      says: `From v26.1 on case does not matter: ${twin.identity} (line ${twin.line}) is matched by this row too and may be ${line.row.user} as well as ${twin.user}.`,
      witness: { principal: twin.identity, becomes: becomes(line, twin.identity) },
      corrected: null,
    };
  const base = line.row.pattern ? asWritten(line) : null;
  if (base === null || base.toLowerCase() === base || !onlyInAnyCase(line, base.toLowerCase())) return null;
  const principal = base.toLowerCase();
  return {
    weight: 'note',
    says: `From v26.1 on case does not matter: the pattern asks for capitals and matches ${principal} as well.`,
    witness: { principal, becomes: becomes(line, principal) },
    corrected: withFields(line, { identity: `/(?-i)${line.row.identity.slice(1)}` }),
  };
}

/** Whom the pattern would let in if its case counted. */
function asWritten(line: RowLine): string | null {
  const before = readLine(line.text, line.number, { ...line, facts: { ...line.facts, version: 'v25.3.0' } });
  return before !== null && hasRow(before) ? principalOf(before) : null;
}

/** A row beside it, of a literal that differs in case alone, for another SQL user. */
function twinOf({ row, rows }: RowLine): MapRow | undefined {
  return literalsOf(rows)
    .get(row.identity.toLowerCase())
    ?.find(
      (other) =>
        other.map === row.map && other.identity !== row.identity && normalizeName(other.user) !== normalizeName(row.user),
    );
}

/** By map, since every line of it asks. */
const literals = new WeakMap<readonly MapRow[], ReadonlyMap<string, readonly MapRow[]>>();

function literalsOf(rows: readonly MapRow[]): ReadonlyMap<string, readonly MapRow[]> {
  const known = literals.get(rows);
  if (known !== undefined) return known;
  const by = new Map<string, MapRow[]>();
  for (const row of rows) {
    const key = row.identity.toLowerCase();
    if (!row.pattern) by.set(key, [...(by.get(key) ?? []), row]);
  }
  literals.set(rows, by);
  return by;
}
