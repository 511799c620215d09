import { sqlUsername } from '../../identity/sql-username.ts';
import type { RequestFacts, Rule } from '../facts.ts';

/** The name in front of the UPN's @ has to be one that CockroachDB takes as a SQL user, and that is nobody's by nature (`admin`). */
export const sqlName: Rule<RequestFacts> = ({ person }) => {
  const derived = sqlUsername(person.upn);
  if ('name' in derived) return { rule: 'sql-name', ok: true, says: `SQL user name ${derived.name}` };
  const { code, name, says } = derived.problem;
  return { rule: 'sql-name', ok: false, says: code === 'reserved' ? `\`${name}\` is reserved. ${says}` : says };
};
