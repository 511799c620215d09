import { becomes, type Found, hasRow, type Rule, type RowLine, tenantIssuer } from '../line.ts';
import { ofDomain, withoutDomain } from '../pattern/automata.ts';
import { strictLine } from '../strict.ts';
import { checkName } from '../../sql-username.ts';
import { principalOf } from '../witness.ts';
import { domainIn, endsWithDomain, strangeDomain, yieldsSome } from '../yields.ts';

/** A row that lets in people of any domain, or of one that is not the tenant's. */
export const catchAllDomain: Rule = (line) => {
  if (!hasRow(line)) return null;
  const open = line.row.pattern && !endsWithDomain(line.row.identity.slice(1));
  return (open ? anyDomain(line) : null) ?? otherDomain(line);
};

function anyDomain(line: RowLine): Found | null {
  const ofStrangers = [`alice@${strangeDomain}`, `alice@x.${strangeDomain}`].find((one) => isUser(line, one));
  const found = ofStrangers ?? searched(line) ?? withoutAny(line);
  if (found === null) return null;
  return {
    weight: 'open',
    says: found.includes('@')
      ? 'The pattern takes people of any domain, so whoever the issuer signs a token for is let in.'
      : 'The pattern takes whatever stands in the claim, whoever it is.',
    witness: { principal: found, becomes: becomes(line, found) },
    corrected: strictLine(line),
  };
}

function searched(line: RowLine): string | null {
  const found = yieldsSome(line, ofDomain(strangeDomain), (one) => isUser(line, one));
  return found.kind === 'found' ? found.principal : null;
}

/** Names as people have them, of which a pattern for ids or for services takes none. */
const anybody = ['alice', 'zoe', 'bob'];

function withoutAny(line: RowLine): string | null {
  if (!anybody.every((name) => becomes(line, name) !== null && isUser(line, name))) return null;
  const found = yieldsSome(line, withoutDomain, (one) => isUser(line, one));
  return found.kind === 'never' ? null : (anybody[0] ?? null);
}

const isUser = (line: RowLine, principal: string): boolean => {
  const name = becomes(line, principal);
  return name !== null && checkName(name)?.code !== 'invalid' && checkName(name)?.code !== 'empty';
};

function otherDomain(line: RowLine): Found | null {
  const { row, facts } = line;
  if (facts.domains.length === 0 || row.map !== tenantIssuer(facts)) return null;
  const domain = row.pattern ? domainIn(row.identity) : (/@([^@]+)$/.exec(row.identity)?.[1]?.toLowerCase() ?? null);
  if (domain === null || facts.domains.some((one) => one.toLowerCase() === domain)) return null;
  const principal = row.pattern ? principalOf(line) : row.identity;
  const name = principal === null ? null : becomes(line, principal);
  return {
    weight: 'note',
    says: `${domain} is no domain of this tenant (${facts.domains.join(', ')}): nobody has such a UPN now, and whoever gets one is let in.`,
    witness: principal === null || name === null ? null : { principal, becomes: name },
    corrected: null,
  };
}
