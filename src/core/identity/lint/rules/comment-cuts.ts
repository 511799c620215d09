import { becomes, hasRow, type Line, type Rule } from '../line.ts';
import { mended, reread } from '../mend.ts';
import { principalOf } from '../witness.ts';

/** `#` begins a comment wherever it stands (ident_map.go): within a field it cuts the field off, and what follows with it. */
export const commentCuts: Rule = (line) => {
  const at = line.text.indexOf('#');
  if (at < 1 || /^[\t\n\f\r ]*$/.test(line.text.slice(0, at)) || /[\t\n\f\r ]/.test(line.text.charAt(at - 1))) return null;
  const fields = line.text.trim().split(/[\t\n\f\r ]+/);
  const cut = fields.findIndex((field) => field.includes('#'));
  const whole = hasRow(line);
  return {
    weight: whole && cut === 2 ? 'note' : 'shut',
    says: whole
      ? `The # cuts the line off: what CockroachDB reads of it is ${[line.row.map, line.row.identity, line.row.user].join(' ')}`
      : 'The # cuts the line off in the middle of it; in a pattern it is written \\x23.',
    witness: whole ? null : shown(line, corrected(fields, cut)),
    corrected: corrected(fields, cut),
  };
};

function corrected(fields: readonly string[], cut: number): string | null {
  const [map = '', identity = '', user = ''] = fields;
  if (cut === 2) return fields.length === 3 ? `${map} ${identity} ${user.replace('#', ' #')}` : null;
  if (fields.length !== 3 || cut !== 1) return null;
  if (!identity.startsWith('/')) return `${map} /^${quoted(identity)}$ ${user}`;
  return `${map} /${mended(identity.slice(1).replaceAll(/\\?#/g, '\\x23'))} ${user}`;
}

/** What the whole line would let in. */
function shown(line: Line, text: string | null): { readonly principal: string; readonly becomes: null } | null {
  const whole = text === null ? null : reread(line, text);
  const principal =
    whole !== null && hasRow(whole) ? principalOf(whole, (one) => one.includes('#') && becomes(whole, one) !== null) : null;
  return principal === null ? null : { principal, becomes: null };
}

const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&').replaceAll('#', '\\x23');
