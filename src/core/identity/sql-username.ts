/**
 * From a UPN to the SQL user name that CockroachDB makes of it, or why there is none.
 * Source: cockroachdb/cockroach pkg/security/username/username.go and pkg/sql/lexbase/normalize.go.
 */

import { utf8Length } from './go-text.ts';

export type NameProblem = {
  readonly code: 'empty' | 'too_long' | 'invalid' | 'reserved';
  /** For people: what is wrong, what is allowed, what to do. */
  readonly says: string;
};

/** CockroachDB counts bytes, not characters (username.go, maxUsernameLength). */
const maxBytes = 63;
const valid = /^[\p{Ll}0-9_][-\p{Ll}0-9_.]*$/u;
const allowed = 'CockroachDB allows lower-case letters, digits, `_`, and after the first character also `-` and `.`';
const askAdmin = 'An admin can tie you to another name.';

const ascii = /^[\0-\x7F]*$/;
const lowerRune = (char: string) => (char === '\u0130' || char === '\u0131' ? 'i' : char.toLowerCase());

/**
 * The form in which CockroachDB keeps and compares SQL user names (lexbase.NormalizeName): lower-cased rune by rune, then NFC.
 * JavaScript's own `toLowerCase` differs: Go folds `İ` and `ı` to `i`, and a final `Σ` to `σ` like any other.
 */
export function normalizeName(s: string): string {
  // Nearly all are: thousands of names are compared at each look at a cluster.
  if (ascii.test(s)) return s.toLowerCase();
  return [...s].map(lowerRune).join('').normalize('NFC');
}

const reservedNames: ReadonlySet<string> = new Set(['root', 'node', 'public', 'none']);
const reservedPrefixes = ['pg_', 'crdb_internal_'];

/**
 * Whether a JWT login as this name is refused as reserved (username.go, IsRootUser and IsReserved). `admin` is not among them, so
 * a token may well become the superuser role: that has to be stopped before.
 *
 * @param name normalised
 */
export function isReserved(name: string): boolean {
  return reservedNames.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));
}

/**
 * Why nobody can be given this name as a SQL user of their own.
 *
 * @param name normalised
 * @returns null: it can be one
 */
export function checkName(name: string): NameProblem | null {
  if (name === '') {
    return { code: 'empty', says: `There is nothing before the \`@\` that could be a SQL user name. ${askAdmin}` };
  }
  if (utf8Length(name) > maxBytes) {
    return {
      code: 'too_long',
      says: `\`${name}\` can't be a SQL user name: it has ${utf8Length(name)} bytes and CockroachDB allows ${maxBytes}. ${askAdmin}`,
    };
  }
  if (!valid.test(name)) {
    return { code: 'invalid', says: `\`${name}\` can't be a SQL user name: ${allowed}. ${askAdmin}` };
  }
  if (name === 'admin' || isReserved(name)) {
    return { code: 'reserved', says: `\`${name}\` can't be your SQL user name: CockroachDB keeps it for itself. ${askAdmin}` };
  }
  return null;
}

const guest = /#ext#/i;

/**
 * The SQL user name of a person: the UPN without its domain (cut at the last `@`), normalised.
 *
 * @param upn as the directory has it
 * @returns the name, or what speaks against it together with the name that it would have been
 */
export function sqlUsername(
  upn: string,
): { readonly name: string } | { readonly problem: NameProblem & { readonly name: string } } {
  const at = upn.lastIndexOf('@');
  const name = normalizeName(at === -1 ? upn : upn.slice(0, at));
  const refuse = (says: string) => ({ problem: { code: 'invalid' as const, says, name } });
  if (at === -1 || at === upn.length - 1) {
    return refuse(
      `\`${upn}\` is not a UPN: a UPN is a name, an \`@\` and a domain, such as \`alice@contoso.com\`. Ask Identity to correct it.`,
    );
  }
  if (guest.test(upn)) {
    return refuse(
      `\`${upn}\` is a guest account. Guests have no UPN of this tenant's own to make a SQL user name of; ask with a member account, or ask Identity to make you a member.`,
    );
  }
  const problem = checkName(name);
  return problem === null ? { name } : { problem: { ...problem, name } };
}
