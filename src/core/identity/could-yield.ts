/**
 * Whether a row that we did not write could give a SQL user to somebody it does not belong to. A "no" is a proof, anything that is
 * not proven is a "yes": the row is an operator's text and may be any RE2 there is.
 */

import { RE2JS } from 're2js';
import type { MapRow } from './identity-map.ts';
import { onlyPrincipal } from './only-principal.ts';
import { isAsciiName } from './regex-complement.ts';
import { normalizeName } from './sql-username.ts';

const substitution = '\\1';

/** The person that the SQL user belongs to. */
export interface Owner {
  /** Normalised. */
  readonly sqlUsername: string;
  readonly upn: string;
}

/**
 * Whether `row` could yield `owner.sqlUsername` for a principal that is not `owner.upn`, on any version of CockroachDB.
 *
 * @param row a row of our issuer, as parseIdentityMap gives it
 */
export function couldYieldToOthers(row: MapRow, owner: Owner): boolean {
  return yieldingToOthers(row)(owner);
}

/** The same, to be asked about many owners: what is dear about the row is done once. */
export function yieldingToOthers(row: MapRow): (owner: Owner) => boolean {
  const only = row.pattern ? onlyPrincipal(row.identity.slice(1)) : row.identity;
  const group = row.pattern && only === null ? judged(row.identity.slice(1)) : null;
  return (owner) => {
    const text = captured(row.user, owner.sqlUsername);
    if (text === null) return false;
    if (only !== null) return normalizeName(only) !== normalizeName(owner.upn);
    return text === undefined || group === null || group.matcher(text).find();
  };
}

/** The owners that a row can be about at all: a row that yields the same name to everybody is about the owner of that name. */
export function ownersNear(owners: readonly Owner[]): (row: MapRow) => readonly Owner[] {
  const byName = new Map<string, Owner[]>();
  for (const owner of owners) byName.set(owner.sqlUsername, [...(byName.get(owner.sqlUsername) ?? []), owner]);
  return ({ user }) => (user.includes(substitution) ? owners : (byName.get(normalizeName(user)) ?? []));
}

/**
 * What group 1 must be for the row to yield this name: undefined when it yields it whatever the group is, null when it never does.
 * Comparing the ends is sound because normalising an ASCII result works character by character.
 */
function captured(user: string, name: string): string | undefined | null {
  const at = user.indexOf(substitution);
  if (at === -1) return normalizeName(user) === name ? undefined : null;
  if (!isAsciiName(name)) return undefined;
  const before = normalizeName(user.slice(0, at));
  const after = normalizeName(user.slice(at + substitution.length));
  if (name.length < before.length + after.length || !name.startsWith(before) || !name.endsWith(after)) return null;
  // An empty group is also what a group that takes no part leaves behind.
  return name.slice(before.length, name.length - after.length) || undefined;
}

/**
 * The part of RE2 in which a group can be judged alone: plain text, then group 1 of characters, `.`, `\d \w`, positive classes,
 * repetition and alternatives. There `(?is)` only makes the group's language larger, so "does not match then" holds whatever flags
 * stand around it; and what follows the group can't give it another text.
 */
const judgedGroup =
  /^(?:\(\?i\))?\^?(?:[A-Za-z0-9@_'~-]|\\[.@-])*\((?!\?)((?:[A-Za-z0-9_@,'!~-]|\\[-.+*?()|[\]{}^$@_]|\\[dw]|\.|\[(?:[A-Za-z0-9_.@+-]|\\[-.dw])+\]|[*+?|]|\{\d{1,3}(?:,\d{0,3})?\})+)\)/;

/**
 * One spelling is enough to ask about. Other spellings that normalise to `text` differ in case or have U+212A for k, which `(?i)`
 * folds, or `İ` or `ı` for i, which nothing of the above matches but `.`, and that matches i as well.
 */
function judged(pattern: string): RE2JS | null {
  const group = judgedGroup.exec(pattern)?.[1];
  return group === undefined ? null : RE2JS.compile(`(?is)^(?:${group})$`);
}
