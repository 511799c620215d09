import { parseLine } from '../identity-map.ts';
import { longestPatternRow, patternRow } from '../map-row.ts';
import { gives } from '../sql-user.ts';
import { becomes, type RowLine } from './line.ts';
import { isOwn, withPattern } from './mend.ts';
import { domainIn } from './yields.ts';

/**
 * A row that gives the people of one domain their names as this one does, and nobody a name that is taken: the bot's own kind of row
 * (docs/decisions/0003-map-row.md). Null: this row does something else, its domain is not known, or there are too many names.
 */
export function strictLine(line: RowLine): string | null {
  const { row, facts } = line;
  const domain = domainIn(row.identity) ?? facts.domains[0];
  if (
    row.user !== '\\1' ||
    !row.pattern ||
    domain === undefined ||
    !somebody.every((name) => becomes(line, `${name}@${domain}`) === name)
  )
    return null;
  const own = new Set(facts.bound.filter((one) => isUpnOf(one.upn, domain) && gives(one.upn, one.sqlUsername)).map(nameOf));
  const taken = [...facts.names, ...facts.managed, ...facts.bound.map(nameOf)];
  const forbidden = new Set(taken.filter((name) => !own.has(name) || facts.managed.includes(name)));
  const strict = patternRow({ issuer: row.map, primaryDomain: domain, forbidden });
  const written = strict.length > longestPatternRow ? null : parseLine(strict, line.number);
  if (written === null || typeof written === 'string') return null;
  return isOwn(line) ? strict : withPattern(line, written.identity.slice(1));
}

/** Of whom at least one stands for everybody. */
const somebody = ['alice', 'zoe'];

const nameOf = ({ sqlUsername }: { readonly sqlUsername: string }): string => sqlUsername;
const isUpnOf = (upn: string, domain: string): boolean => upn.toLowerCase().endsWith(`@${domain.toLowerCase()}`);
