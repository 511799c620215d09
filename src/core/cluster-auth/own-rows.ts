/** Which rows of the identity map are ours to write, rebuilt each time from the ledger, the cluster's users and the directory. */

import type { SqlUser } from '../cluster/cluster.ts';
import { denyRow, isMappable, literalRow, longestPatternRow, patternRow } from '../identity/map-row.ts';
import { gives } from '../identity/sql-user.ts';
import { checkName, normalizeName, sqlUsername } from '../identity/sql-username.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { DirectoryUser, LedgerRow } from '../ports.ts';

/** A SQL user and the person that it is bound to, or is about to be. */
export type Bound = Pick<LedgerRow, 'sqlUsername' | 'oid' | 'upn'>;

export interface OwnRowsInput {
  readonly issuer: string;
  readonly domains: ClusterPolicy['domains'];
  readonly mode: ClusterPolicy['map'];
  /** Every SQL user and role of the cluster. */
  readonly users: readonly Pick<SqlUser, 'name'>[];
  /** The ledger of this cluster. */
  readonly ledger: readonly Bound[];
  /** The people of the ledger and the one being granted, as the directory has them now; those that are gone are missing. */
  readonly people: ReadonlyMap<string, Pick<DirectoryUser, 'upn' | 'enabled' | 'kind'>>;
  /** The person being granted now, whether or not the ledger has them yet. */
  readonly granting: Bound | null;
}

export interface OwnRows {
  /** Physical lines, sorted; never empty. */
  readonly rows: readonly string[];
  /** `people` although the policy says `pattern`: the pattern row would have been too long. */
  readonly form: ClusterPolicy['map'];
}

const domainOf = (upn: string): string => upn.slice(upn.lastIndexOf('@') + 1).toLowerCase();

/**
 * The rows that the map must have for our issuer: they yield every bound SQL user to its own person and to nobody else, and no
 * other SQL user or role of the cluster to anybody.
 */
export function ownRows(input: OwnRowsInput): OwnRows {
  const bound = allBound(input);
  const entitled = bound.filter((one) => isTheirs(one, input));
  const pattern = input.mode === 'pattern' ? primaryPattern(input, bound, entitled) : null;
  const literal = pattern === null ? entitled : entitled.filter((one) => !byPattern(one, input));
  const rows = literal.map((one) => literalRow({ issuer: input.issuer, upn: one.upn, user: one.sqlUsername })).sort();
  if (pattern !== null) return { rows: [pattern, ...rows], form: 'pattern' };
  return { rows: rows.length === 0 ? [denyRow(input.issuer)] : rows, form: 'people' };
}

/** The ledger, and the person being granted unless the name or the person has a row already: the ledger's word stands. */
function allBound({ ledger, granting }: OwnRowsInput): readonly Bound[] {
  const isNew = granting !== null && !ledger.some((row) => row.sqlUsername === granting.sqlUsername || row.oid === granting.oid);
  return isNew ? [...ledger, granting] : ledger;
}

/**
 * Whether the person of this SQL user is still the one it was given to, so that a row may say so. A SQL user that the UPN does not give
 * by itself (adopted, or kept through a change of the UPN) is theirs by the ledger's word alone, never because it is asked for now.
 */
function isTheirs(one: Bound, { people, domains, ledger }: OwnRowsInput): boolean {
  const person = people.get(one.oid);
  if (person === undefined || !person.enabled || person.kind !== 'member') return false;
  if (!isMappable(person.upn) || normalizeName(person.upn) !== normalizeName(one.upn)) return false;
  const verified = [domains.primary, ...domains.others].map((domain) => domain.toLowerCase());
  if (!verified.includes(domainOf(person.upn))) return false;
  return gives(person.upn, one.sqlUsername) || (ledger.includes(one) && isName(one.sqlUsername));
}

const isName = (name: string): boolean => normalizeName(name) === name && checkName(name) === null;

/** Whether the pattern row yields it to its person: the name in front of the primary domain. */
function byPattern({ upn, sqlUsername: name }: Bound, { domains }: OwnRowsInput): boolean {
  return domainOf(upn) === domains.primary.toLowerCase() && gives(upn, name);
}

/**
 * Null: longer than is written. Everything that exists is forbidden, except what belongs to the person who would be given it. So is
 * the name that a bound person's UPN would give beside their own: every row that matches yields a SQL user (identmap.go, `Map`), and
 * theirs is one.
 */
function primaryPattern(input: OwnRowsInput, bound: readonly Bound[], entitled: readonly Bound[]): string | null {
  const primary = input.domains.primary.toLowerCase();
  const own = new Set(entitled.filter((one) => byPattern(one, input)).map((one) => one.sqlUsername));
  const all = [
    ...input.users.map((user) => normalizeName(user.name)),
    ...bound.map((one) => one.sqlUsername),
    ...entitled.filter((one) => domainOf(one.upn) === primary && !byPattern(one, input)).flatMap((one) => given(one.upn)),
  ];
  const forbidden = new Set(all.filter((name) => !own.has(name)));
  const row = patternRow({ issuer: input.issuer, primaryDomain: primary, forbidden });
  return row.length > longestPatternRow ? null : row;
}

function given(upn: string): readonly string[] {
  const derived = sqlUsername(upn);
  return 'name' in derived ? [derived.name] : [];
}
