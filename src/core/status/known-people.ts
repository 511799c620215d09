import type { Survey } from '../cluster/cluster.ts';
import type { ForeseenFor, KnownPerson } from '../cluster-auth/logins.ts';
import { foreseeLogins } from '../cluster-auth/logins.ts';
import { normalizeName } from '../identity/sql-username.ts';
import type { LedgerRow, World } from '../ports.ts';
import { type Facts, kept, type Told, told } from './facts.ts';

/** Everybody whose SQL user the bot keeps: who could log in now, and whom nothing can be said of by settings alone. */
export interface Foreseen {
  readonly logins: readonly ForeseenFor[];
  /** Their account is disabled, gone, a guest's, or has another UPN than was granted. */
  readonly away: readonly LedgerRow[];
  /** Their SQL user is gone or may not log in. */
  readonly withoutUser: readonly LedgerRow[];
}

/**
 * Decides the login of everybody whom the ledger knows, on the settings just read.
 *
 * @param hidden a setting that logins depend on can't be made out: nothing can be foreseen
 */
export async function foresee(
  { clock }: Pick<World, 'clock'>,
  facts: Facts,
  survey: Survey,
  hidden: string | undefined,
): Promise<Told<Foreseen>> {
  const { ledger, people, published, policy, now } = facts;
  if ('silent' in ledger) return ledger;
  if ('silent' in people) return people;
  if ('silent' in published) return published;
  if (hidden !== undefined) return { silent: `${hidden} is not shown to the bot`, code: 'cluster_refused' };
  const users = new Map(survey.users.map((user) => [user.name, user]));
  const known: KnownPerson[] = [];
  const away: LedgerRow[] = [];
  const withoutUser: LedgerRow[] = [];
  for (const row of kept(facts)) {
    const person = people.is.get(row.oid);
    const isHere = person?.enabled === true && person.kind === 'member' && normalizeName(person.upn) === normalizeName(row.upn);
    if (!isHere) away.push(row);
    else if (users.get(row.sqlUsername)?.canLogin !== true) withoutUser.push(row);
    else known.push({ person, sqlUsername: row.sqlUsername });
  }
  const logins = await foreseeLogins({ state: survey, policy, published: published.is, people: known, now, rest: clock.rest });
  return told({ logins, away, withoutUser });
}
