/** The rows of an identity map that a principal can meet at all, found without trying each: for many people on a map of many rows. */

import type { MapRow } from './identity-map.ts';
import { onlyPrincipal } from './only-principal.ts';
import { normalizeName } from './sql-username.ts';

/** In file order: every row that may match this principal. One that is left out does not. */
export type RowsNear = (principal: string) => readonly MapRow[];

/**
 * Rows that are one principal's alone (literal ones, and patterns without wildcards) are kept by it, case aside; all others are near
 * everybody. Only ASCII principals are looked up: beyond it `(?i)` folds what lower case does not (U+212A with k).
 */
export function rowsNear(rows: readonly MapRow[]): RowsNear {
  const ofOne = new Map<string, MapRow[]>();
  const ofMany: MapRow[] = [];
  for (const row of rows) {
    const only = row.pattern ? onlyPrincipal(row.identity.slice(1)) : row.identity;
    if (only === null) ofMany.push(row);
    else ofOne.set(normalizeName(only), [...(ofOne.get(normalizeName(only)) ?? []), row]);
  }
  return (principal) => {
    if (!/^[\0-\x7F]*$/.test(principal)) return rows;
    const own = ofOne.get(normalizeName(principal)) ?? [];
    return own.length === 0 ? ofMany : [...ofMany, ...own].sort((a, b) => a.line - b.line);
  };
}
