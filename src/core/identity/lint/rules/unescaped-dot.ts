import { becomes, hasRow, type Rule, type RowLine } from '../line.ts';
import { dotsAs, mendedLine, reread, withoutSlash, withPattern } from '../mend.ts';
import { principalOf } from '../witness.ts';

/** `.` is any character: `contoso.com` is `contosoxcom` as well. */
export const unescapedDot: Rule = (line) => {
  if (!hasRow(line) || !line.row.pattern) return null;
  const pattern = line.row.identity.slice(1);
  const escaped = dotsAs(pattern, '\\.');
  if (escaped === pattern) return null;
  const witness = through(line, pattern, escaped);
  return {
    weight: witness === null ? 'note' : 'open',
    says: 'A . in the pattern stands for any character; the one that is meant is written \\.',
    witness,
    corrected: mendedLine(line),
  };
};

/** A principal that passes with another character in the dot's place. */
function through(
  line: RowLine,
  pattern: string,
  escaped: string,
): { readonly principal: string; readonly becomes: string } | null {
  const loose = reread(line, withPattern(line, withoutSlash(dotsAs(pattern, 'x'))));
  const right = reread(line, withPattern(line, escaped));
  if (loose === null || !hasRow(loose) || right === null || !hasRow(right)) return null;
  const shows = (principal: string): boolean => becomes(line, principal) !== null && becomes(right, principal) === null;
  const principal = principalOf(loose, shows);
  const name = principal === null ? null : becomes(line, principal);
  return principal === null || name === null ? null : { principal, becomes: name };
}
