import type { RequestFacts, Rule } from '../facts.ts';

/**
 * The person has a SQL user on the cluster by the ledger, or the name in front of the UPN's @ is one that CockroachDB takes as a SQL
 * user and that is nobody's by nature (`admin`).
 */
export const sqlName: Rule<RequestFacts> = ({ sqlUser }) => {
  if ('problem' in sqlUser) {
    const { code, name, says } = sqlUser.problem;
    return { rule: 'sql-name', ok: false, says: code === 'reserved' ? `\`${name}\` is reserved. ${says}` : says };
  }
  const how = sqlUser.bound?.adopted === true ? ', tied to them by two admins' : '';
  return { rule: 'sql-name', ok: true, says: `SQL user name ${sqlUser.name}${how}` };
};
