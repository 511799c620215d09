import { becomes, hasRow, type Rule } from '../line.ts';
import { mendedLine, reread, withoutSlash, withPattern } from '../mend.ts';
import { principalOf } from '../witness.ts';

/** The map's patterns begin with a slash and have none at the end: one that stands there has to be in the principal. */
export const trailingSlash: Rule = (line) => {
  if (!hasRow(line) || !line.row.pattern) return null;
  const pattern = line.row.identity.slice(1);
  const without = withoutSlash(pattern);
  if (without === pattern) return null;
  const meant = reread(line, withPattern(line, without));
  const principal = meant !== null && hasRow(meant) ? principalOf(meant) : null;
  const after = /(?:\$|\\z)\/[a-z]{0,3}$/.test(pattern);
  return {
    weight: 'shut',
    says: after
      ? 'The slash at the end is part of the pattern and stands after its end, so the row never matches.'
      : 'The slash at the end is part of the pattern, so the row only matches principals with a slash.',
    witness: principal === null ? null : { principal, becomes: becomes(line, principal) },
    corrected: mendedLine(line),
  };
};
