import { hasRow, type Rule } from '../line.ts';
import { strictLine } from '../strict.ts';
import { normalizeName } from '../../sql-username.ts';
import { around, yieldsToOthers } from '../yields.ts';

/** A row that gives a person's SQL user to somebody else. */
export const yieldsOther: Rule = (line) => {
  if (!hasRow(line)) return null;
  const { row, facts } = line;
  const fixed = around(row.user) === null ? normalizeName(row.user) : null;
  const given = facts.bound
    .filter((owner) => fixed === null || owner.sqlUsername === fixed)
    .flatMap((owner) => {
      const found = yieldsToOthers(line, owner);
      return found.kind === 'found' ? [{ owner, principal: found.principal }] : [];
    });
  const [first] = given;
  if (first === undefined) return null;
  const { owner, principal } = first;
  const more = given.length === 1 ? '' : `, and ${given.length - 1} more in the same way`;
  return {
    weight: 'open',
    says: `The row makes ${principal} ${owner.sqlUsername}, the SQL user of ${owner.upn}${more}.`,
    witness: { principal, becomes: owner.sqlUsername },
    corrected: strictLine(line),
  };
};
