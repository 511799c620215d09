import { becomes, hasRow, type Rule } from '../line.ts';
import { anyText } from '../pattern/automata.ts';
import { checkName, normalizeName } from '../../sql-username.ts';
import { principalOf } from '../witness.ts';
import { around, yieldsSome } from '../yields.ts';

/** A row whose every name is one that no SQL user can have; CockroachDB does not look at that when the map is set. */
export const neverAUser: Rule = (line) => {
  if (!hasRow(line) || /\\[0-9]|\$\d|\$\{/.test(line.row.user.replace('\\1', ''))) return null;
  const { user, pattern, identity } = line.row;
  const problem = around(user) === null ? checkName(normalizeName(user)) : null;
  const never = around(user) === null ? problem !== null && problem.code !== 'reserved' : yieldsNoName(line);
  if (!never) return null;
  const principal = pattern ? principalOf(line, (one) => becomes(line, one) !== null) : identity;
  const name = principal === null ? null : becomes(line, principal);
  if (principal === null || name === null) return null;
  return {
    weight: 'shut',
    says: `${name} can never be a SQL user: CockroachDB allows lower-case letters, digits, _, and after the first character also - and ., at most 63 bytes.`,
    witness: { principal, becomes: name },
    corrected: null,
  };
};

/** Proven, of patterns that are plain ASCII. */
function yieldsNoName(line: Parameters<typeof yieldsSome>[0]): boolean {
  const { identity, user } = line.row;
  if (/[^\0-\x7f]|\\[pPx]/.test(identity + user)) return false;
  const found = yieldsSome(line, anyText, (one) => checkName(becomes(line, one) ?? '')?.code !== 'invalid');
  return found.kind === 'never';
}
