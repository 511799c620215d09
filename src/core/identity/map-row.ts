/**
 * The rows that the bot writes into `server.identity_map.configuration`: one pattern row for the primary domain, literal rows for
 * people. Grammar, shape and reasons: docs/decisions/0003-map-row.md. What they match is ASCII, as Entra's UPNs are: RE2's folding of
 * U+212A and U+017F with k and s is shut out of the part before the @, so no look-alike of a person yields that person's name.
 */

import { everyNameBut, looksLikeEveryNameBut } from './regex-complement.ts';
import { gives } from './sql-user.ts';
import { checkName, normalizeName } from './sql-username.ts';

/** Names that exist on every cluster or that JWT login treats apart; nobody's person is ever tied to one of them. */
export const reservedNames = ['root', 'admin', 'node', 'public', 'none'] as const;
export const reservedPrefixes = ['pg_', 'crdb_internal_'] as const;

/** Longer pattern rows are not written: literal rows take their place. CockroachDB itself reads lines up to 64 KiB. */
export const longestPatternRow = 16 * 1024;

const patternHead = '/(?i)^((?-i)';
const literalHead = '/(?i)^';
const boundHead = '(?:';
const boundTail = ')';

/** Go's regexp.QuoteMeta, plus `#`, which would begin a comment wherever it stands in the map. */
const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&').replaceAll('#', '\\x23');

/**
 * The complement of a word list over SQL user names as one map row: group 1 yields every ASCII SQL user name except `forbidden`,
 * the reserved names and what begins with a reserved prefix, in any case.
 */
export function patternRow(input: {
  readonly issuer: string;
  readonly primaryDomain: string;
  readonly forbidden: Iterable<string>;
}): string {
  const names = everyNameBut([...reservedNames, ...input.forbidden], reservedPrefixes);
  return `${input.issuer} ${patternHead}${names}${domainTail(input.primaryDomain)} \\1`;
}

/** The domain may fold: a domain name is compared after IDNA mapping, which takes U+212A and U+017F to k and s as well. */
const domainTail = (domain: string): string => `)@${quoted(domain.toLowerCase())}$`;

/** Whether a UPN can be written into a map: printable ASCII without spaces, with something on both sides of its last @. */
export function isMappable(upn: string): boolean {
  return /^[!-~]+@[!-?A-~]+$/.test(upn);
}

/**
 * One person's row: `<issuer> /(?i)^alice@fabrikam\.com$ alice`. Before a k or an s of the local part stands `\B` or `\b`, whichever
 * the ASCII letter satisfies and its look-alike (no ASCII word character) does not. Where the UPN does not give the SQL user by itself
 * (adopted, or kept through a change of the UPN) it stands in a group of its own, `(?:…)`: a spelling that tells the bot's rows from
 * those of operators, who write such rows too.
 * @throws Error when the UPN can't be written into a map (isMappable)
 */
export function literalRow(input: { readonly issuer: string; readonly upn: string; readonly user: string }): string {
  if (!isMappable(input.upn)) throw new Error('this UPN cannot be written into an identity map');
  const upn = input.upn.toLowerCase();
  const at = upn.lastIndexOf('@');
  const text = `${asciiOnly(upn.slice(0, at))}${quoted(upn.slice(at))}`;
  return `${input.issuer} ${literalHead}${gives(upn, input.user) ? text : `${boundHead}${text}${boundTail}`}$ ${input.user}`;
}

function asciiOnly(local: string): string {
  const guard = (at: number): string => (!/[ks]/.test(local.charAt(at)) ? '' : /\w/.test(local.charAt(at - 1)) ? '\\B' : '\\b');
  return [...local].map((character, at) => guard(at) + quoted(character)).join('');
}

/**
 * A row that matches nobody. It keeps an issuer without people at "refuse": with no row at all CockroachDB would let the claim
 * itself pass as the SQL user's name (pkg/sql/pgwire/identmap, `MapExists`).
 */
export function denyRow(issuer: string): string {
  return `${issuer} /^\\b\\B$ none`;
}

/** The parts of a map row that recognition looks at; a MapRow is one. */
interface Fields {
  readonly map: string;
  readonly identity: string;
  readonly user: string;
}

/**
 * Whether a row of `issuer` is one that this file could have written for one of these domains. Such a row is ours to replace;
 * spacing and comments do not matter. Every other row belongs to the operators.
 */
export function isOwnRow(row: Fields, issuer: string, domains: readonly string[]): boolean {
  if (row.map !== issuer) return false;
  const text = `${row.map} ${row.identity} ${row.user}`;
  return text === denyRow(issuer) || isOwnPattern(row, domains) || isOwnLiteral(row, text, issuer, domains);
}

function isOwnPattern(row: Fields, domains: readonly string[]): boolean {
  if (row.user !== '\\1' || !row.identity.startsWith(patternHead)) return false;
  const tail = domains.map(domainTail).find((t) => row.identity.endsWith(t));
  return tail !== undefined && looksLikeEveryNameBut(row.identity.slice(patternHead.length, -tail.length));
}

function isOwnLiteral(row: Fields, text: string, issuer: string, domains: readonly string[]): boolean {
  if (!row.identity.startsWith(literalHead) || !row.identity.endsWith('$')) return false;
  const body = row.identity.slice(literalHead.length, -1);
  const isBound = body.startsWith(boundHead) && body.endsWith(boundTail);
  const upn = (isBound ? body.slice(boundHead.length, -boundTail.length) : body)
    .replace(/\\[bB]/g, '')
    .replaceAll('\\x23', '#')
    .replace(/\\(.)/g, '$1');
  if (!isMappable(upn) || !domains.some((domain) => upn.endsWith(`@${domain.toLowerCase()}`))) return false;
  const isName = normalizeName(row.user) === row.user && checkName(row.user) === null;
  // Which of the two spellings it is follows from the UPN and the name: the other one is not ours.
  return isName && literalRow({ issuer, upn, user: row.user }) === text;
}
