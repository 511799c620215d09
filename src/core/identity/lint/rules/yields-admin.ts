import { type Found, hasRow, type Rule, type RowLine } from '../line.ts';
import { strictLine } from '../strict.ts';
import { isReserved, normalizeName } from '../../sql-username.ts';
import { around, yieldsName } from '../yields.ts';

/** Names that JWT login refuses; `admin`, the superuser's role, is not among them. */
const refused = ['root', 'node', 'public', 'none'];

/** A row that makes somebody `admin`, or a user whom CockroachDB refuses. */
export const yieldsAdmin: Rule = (line) => {
  if (!hasRow(line)) return null;
  const admin = yieldsName(line, 'admin');
  if (admin.kind === 'found')
    return found(line, admin.principal, 'admin', 'open', 'admin, and JWT login lets admin in as the superuser.');
  if (admin.kind === 'maybe') return undecided;
  const fixed = around(line.row.user) === null ? normalizeName(line.row.user) : null;
  if (fixed !== null && !isReserved(fixed)) return null;
  for (const name of fixed === null ? refused : [fixed]) {
    const reserved = yieldsName(line, name);
    const weight = fixed === null ? 'note' : 'shut';
    if (reserved.kind === 'found')
      return found(
        line,
        reserved.principal,
        name,
        weight,
        `${name}, a name that CockroachDB keeps for itself and refuses at JWT login.`,
      );
  }
  return null;
};

const found = (line: RowLine, principal: string, name: string, weight: Found['weight'], what: string): Found => ({
  weight,
  says: `The row makes ${principal} ${what}`,
  witness: { principal, becomes: name },
  corrected: strictLine(line),
});

const undecided: Found = {
  weight: 'note',
  says: 'Whether the pattern can yield admin is not decided: no principal was found that becomes admin, and no proof that there is none. A simpler pattern can be decided.',
  witness: null,
  corrected: null,
};
