/** Whether a row can yield a SQL user, and to whom: a principal that shows it, a proof that there is none, or neither. */

import { couldYieldToOthers, type Owner } from '../could-yield.ts';
import { normalizeName } from '../sql-username.ts';
import { becomes, type RowLine } from './line.ts';
import { type Automaton, anyText, namesBetween, normalisesTo, otherThan } from './pattern/automata.ts';
import { type Search, search } from './pattern/search.ts';
import { hasWays, tokensOf } from './pattern/tokens.ts';

const substitution = '\\1';
const ascii = /^[\0-\x7f]*$/;

/** A domain that is nobody's (RFC 2606). */
export const strangeDomain = 'evil.example';

/** Texts before and after `\1`; null: it does not stand there, and the SQL user is the same for everybody. */
export function around(user: string): readonly [before: string, after: string] | null {
  const at = user.indexOf(substitution);
  return at === -1 ? null : [normalizeName(user.slice(0, at)), normalizeName(user.slice(at + substitution.length))];
}

/** Whether the pattern ends with its domain and lets nothing follow, on whichever way through. */
export function endsWithDomain(pattern: string): boolean {
  const tokens = tokensOf(pattern);
  const at = tokens.findLastIndex((token) => token.kind === 'char' && token.char === '@');
  const domain = tokens.slice(at + 1, -1);
  const last = tokens.at(-1);
  const isEnd = last?.kind === 'assert' && last.what === 'end';
  return at >= 0 && isEnd && domain.every((token) => token.kind === 'char') && !hasWays(tokens);
}

/** The domain that ends a pattern, when it stands there in plain letters. */
export function domainIn(identity: string): string | null {
  const found = /@((?:[A-Za-z0-9-]|\\?\.)+)(?:\$|\\z)?\)*(?:\$|\\z)?$/.exec(identity)?.[1];
  return found === undefined ? null : found.replaceAll('\\', '').toLowerCase();
}

/** Whether the row yields this SQL user (normalised) to anybody. */
export function yieldsName(line: RowLine, name: string): Search {
  return asked(line, name, anyText, (principal) => becomes(line, principal) === name, natural(line, name));
}

/** Whether the row yields the owner's SQL user to anybody but the owner. */
export function yieldsToOthers(line: RowLine, owner: Owner): Search {
  if (!couldYieldToOthers(line.row, owner)) return { kind: 'never' };
  const own = normalizeName(owner.upn);
  const is = (principal: string): boolean => normalizeName(principal) !== own && becomes(line, principal) === owner.sqlUsername;
  const near = [`${owner.upn}.${strangeDomain}`, `x.${owner.upn}`, `x-${owner.upn}`];
  const whole = ascii.test(own) ? otherThan(own) : null;
  return asked(line, owner.sqlUsername, whole, is, [...natural(line, owner.sqlUsername), ...near]);
}

/** @param plain principals that are tried for what people read, and where nothing is decided */
function asked(
  line: RowLine,
  name: string,
  whole: Automaton | null,
  is: (principal: string) => boolean,
  plain: Iterable<string>,
): Search {
  const group = groupFor(line.row.user, name);
  if (group === 'never') return { kind: 'never' };
  const found = decided(line, group, whole, is);
  if (found.kind === 'never' || line.patience.left <= 0) return found;
  const shown = [...plain].find(is);
  return shown === undefined ? found : { kind: 'found', principal: shown };
}

/** A principal that the row makes some SQL user of that there can be; `never`: whatever it yields is no SQL user's name. */
export function yieldsSome(line: RowLine, whole: Automaton, is: (principal: string) => boolean): Search {
  const parts = around(line.row.user);
  const [before, after] = parts ?? ['', ''];
  if (!ascii.test(before + after)) return { kind: 'maybe' };
  return decided(line, parts === null ? anyText : namesBetween(before, after), whole, is);
}

/** What group 1 has to be; `never`: the texts beside it do not fit the name. */
function groupFor(user: string, name: string): Automaton | 'never' | null {
  const parts = around(user);
  if (parts === null) return normalizeName(user) === name ? anyText : 'never';
  if (!ascii.test(name)) return null;
  const [before, after] = parts;
  if (name.length < before.length + after.length || !name.startsWith(before) || !name.endsWith(after)) return 'never';
  return normalisesTo(name.slice(before.length, name.length - after.length));
}

function decided(line: RowLine, group: Automaton | null, whole: Automaton | null, is: (principal: string) => boolean): Search {
  if (!line.row.pattern) return is(line.row.identity) ? { kind: 'found', principal: line.row.identity } : { kind: 'never' };
  const machine = group === null || whole === null || line.patience.left <= 0 ? null : line.machine();
  return machine === null || group === null || whole === null
    ? { kind: 'maybe' }
    : search(machine, { group, whole }, line.patience, is);
}

/** Principals as people would have them: what is read in a finding should look like one. */
function natural({ row, facts }: RowLine, name: string): ReadonlySet<string> {
  const [before, after] = around(row.user) ?? ['', ''];
  const local = name.slice(before.length, name.length - after.length) || 'x';
  const domains = [domainIn(row.identity), ...facts.domains, strangeDomain].flatMap((domain) => domain ?? []);
  return new Set([...domains.map((domain) => `${local}@${domain}`), local]);
}
