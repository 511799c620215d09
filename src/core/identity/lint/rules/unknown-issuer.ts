import { hasRow, type Rule, withFields } from '../line.ts';

/** Spellings of one issuer that are mistaken for each other; CockroachDB compares byte for byte. */
const plain = (issuer: string): string =>
  issuer
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^sts\.windows\.net\//, 'login.microsoftonline.com/')
    .replace(/\/+$/, '')
    .replace(/\/v2\.0$/, '');

/** A row for an issuer that the cluster does not list. Names that are no URL may be host-based authentication's and are left alone. */
export const unknownIssuer: Rule = (line) => {
  const { issuers } = line.facts;
  if (!hasRow(line) || issuers === null || issuers.includes(line.row.map)) return null;
  const meant = issuers.find((issuer) => plain(issuer) === plain(line.row.map));
  if (meant === undefined && !line.row.map.includes('://')) return null;
  const listed =
    issuers.length === 0 ? 'lists none' : `lists ${issuers.slice(0, 3).join(', ')}${issuers.length > 3 ? ' and others' : ''}`;
  return {
    weight: meant === undefined ? 'note' : 'shut',
    says:
      meant === undefined
        ? `No token has the issuer ${line.row.map}: the cluster ${listed}. The row does nothing.`
        : `The issuer is compared byte for byte, and the cluster has it as ${meant}: the row does nothing.`,
    witness: null,
    corrected: meant === undefined ? null : withFields(line, { map: meant }),
  };
};
