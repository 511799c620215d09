import { becomes, hasRow, type Rule, withFields } from '../line.ts';
import { principalOf } from '../witness.ts';

/** What other languages would put a group in for. Here it is `\1`, once (ident_map.go, `strings.Replace` with 1). */
const foreign = /\\[02-9]|\$\d|\$\{\w+\}/;

/** A second `\1`, a `\2` or a `$1` stays in the name as it is written. */
export const secondSubstitution: Rule = (line) => {
  if (!hasRow(line)) return null;
  const { user } = line.row;
  const second = user.split('\\1').length > 2;
  const other = foreign.exec(user)?.[0];
  if (!second && other === undefined) return null;
  const principal = line.row.pattern ? principalOf(line, (one) => becomes(line, one) !== null) : line.row.identity;
  return {
    weight: 'shut',
    says: second
      ? 'Only the first \\1 is put in; the second stays in the name as it is written, and no SQL user can have it.'
      : `Only \\1 is put in; ${other} stays in the name as it is written, and no SQL user can have it.`,
    witness: principal === null ? null : { principal, becomes: becomes(line, principal) },
    corrected: /^\$(?:1|\{1\})$/.test(user) ? withFields(line, { user: '\\1' }) : null,
  };
};
