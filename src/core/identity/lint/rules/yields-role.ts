import type { LintFacts } from '../../../ports.ts';
import { hasRow, type Rule } from '../line.ts';
import { isOwn } from '../mend.ts';
import { strictLine } from '../strict.ts';
import { normalizeName } from '../../sql-username.ts';
import { around, yieldsName } from '../yields.ts';

/**
 * A row that yields a role that the bot grants, or a SQL user or role that exists and is nobody's. A row that names an existing SQL user
 * outright says what it means; one that names a managed role does not.
 */
export const yieldsRole: Rule = (line) => {
  if (!hasRow(line)) return null;
  const { facts, row } = line;
  const fixed = around(row.user) === null ? normalizeName(row.user) : null;
  const asked = fixed === null ? [...facts.managed, ...nobodys(facts)] : facts.managed.filter((name) => name === fixed);
  const yielded = asked.flatMap((name) => {
    const { kind, ...found } = { principal: '', ...yieldsName(line, name) };
    return kind === 'found' ? [{ name, principal: found.principal }] : [];
  });
  const [first] = yielded;
  if (first === undefined) return null;
  const role = facts.managed.includes(first.name);
  const more = yielded.length === 1 ? '' : `, and ${yielded.length - 1} more in the same way`;
  return {
    // Somebody may have made an existing user for this very person; the bot's own row yields none of them.
    weight: role || isOwn(line) ? 'open' : 'note',
    says: role
      ? `The row makes ${first.principal} ${first.name}, a role that is granted on request${more}.`
      : `The row makes ${first.principal} ${first.name}, which exists on the cluster and is tied to nobody${more}.`,
    witness: { principal: first.principal, becomes: first.name },
    corrected: strictLine(line),
  };
};

function nobodys({ bound, names, managed }: LintFacts): readonly string[] {
  const known = new Set([...bound.map((one) => one.sqlUsername), ...managed, 'admin', 'root']);
  return names.filter((name) => !known.has(name));
}
