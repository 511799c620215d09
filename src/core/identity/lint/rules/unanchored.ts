import { becomes, hasRow, type Rule, type RowLine } from '../line.ts';
import { anchored, mendedLine, openEnds, reread, withoutSlash, withPattern } from '../mend.ts';
import { domainIn, strangeDomain } from '../yields.ts';
import { principalOf } from '../witness.ts';

/** A pattern is searched for anywhere in the principal (Go, `FindStringSubmatch`): without `^` and `$` other text may stand around it. */
export const unanchored: Rule = (line) => {
  if (!hasRow(line) || !line.row.pattern) return null;
  const pattern = withoutSlash(line.row.identity.slice(1));
  const open = openEnds(pattern);
  if (!open.begin && !open.end) return null;
  const closed = reread(line, withPattern(line, anchored(pattern)));
  const witness = closed !== null && hasRow(closed) ? between(line, closed) : null;
  const missing = [open.begin ? '^ in front' : [], open.end ? '$ at the end' : []].flat().join(' and ');
  const where = open.begin && open.end ? 'anywhere in' : open.begin ? 'at the end of' : 'at the beginning of';
  return {
    weight: witness === null ? 'note' : 'open',
    says:
      witness === null
        ? `The pattern has no ${missing}. What it says now matches no more than it would with it, and the next change may.`
        : `The pattern has no ${missing}, so it matches ${where} a principal, whatever else stands there.`,
    witness,
    corrected: mendedLine(line),
  };
};

/** A principal of which the open row makes something else than the closed one. */
function between(line: RowLine, closed: RowLine): { readonly principal: string; readonly becomes: string } | null {
  const domain = domainIn(line.row.identity) ?? line.facts.domains[0] ?? strangeDomain;
  const some = principalOf(closed);
  for (const base of [`alice@${domain}`, 'alice', ...(some === null ? [] : [some])]) {
    for (const principal of [`${base}.${strangeDomain}`, `${base}x`, `evil.${base}`, `x${base}`, `x${base}.${strangeDomain}`]) {
      const name = becomes(line, principal);
      if (name !== null && name !== becomes(closed, principal)) return { principal, becomes: name };
    }
  }
  return null;
}
