import { rolesOf } from '../cluster/cluster.ts';
import { ledgerFindings } from '../identity/ledger-rules.ts';
import { sqlUserOf } from '../identity/sql-user.ts';
import type { Card } from '../messages/card.ts';
import { type OnOneCluster, why as answer } from '../messages/why.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { glance } from './glance.ts';
import { loginWords, userWords } from './login-words.ts';
import { wouldLogIn } from './would-log-in.ts';

/** How many clusters one answer looks at. */
const most = 8;

/** About whoever asks: who they are here, their SQL user on each cluster, and whether a login would be accepted now. */
export async function why(world: World, person: DirectoryUser): Promise<Card> {
  const names = [...world.policy.clusters.keys()];
  const looked = await Promise.all(names.slice(0, most).map((name) => onCluster(world, name, person)));
  return answer(person, looked, names.slice(most));
}

async function onCluster(world: World, cluster: string, person: DirectoryUser): Promise<OnOneCluster> {
  const ledger = await world.store.ledger.rows(cluster);
  const user = sqlUserOf(ledger, cluster, person);
  if ('problem' in user) {
    return { cluster, sqlUser: { problem: user.problem.says }, exists: null, roles: [], login: { kind: 'none-yet' } };
  }
  const { name, bound } = user;
  const against = ledgerFindings(ledger, name, person)
    .map((finding) => finding.says)
    .join(' ');
  // Somebody else's SQL user: what it has and may do is theirs to know.
  if (against !== '' && bound === null) {
    return { cluster, sqlUser: { problem: against }, exists: null, roles: [], login: { kind: 'none-yet' } };
  }
  const state = await glance(world, cluster);
  const exists = state === null ? null : state.users.some((one) => one.name === name);
  const seen = {
    cluster,
    sqlUser: { name, says: against === '' ? null : against },
    exists,
    roles: state === null ? [] : [...rolesOf(state.users, name)].sort(),
  };
  // One that was there and is gone comes back with no first grant: the cluster's own words, and an admin.
  if (exists === false && bound?.state !== 'created') return { ...seen, login: { kind: 'none-yet' } };
  const foreseen = await wouldLogIn(world, cluster, state, person, name);
  if ('unknown' in foreseen) return { ...seen, login: { kind: 'unknown', says: foreseen.unknown } };
  if (foreseen.ok) return { ...seen, login: { kind: 'accepted' } };
  const { step, error } = foreseen;
  const { says, fix } = step === 'user' ? userWords(exists === true) : loginWords[step];
  return {
    ...seen,
    login: { kind: 'refused', step, says, fix: fix({ cluster, admins: world.policy.admins }), error },
  };
}
