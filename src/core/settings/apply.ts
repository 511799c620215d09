import { meaningOf } from '../cluster-auth/meaning.ts';
import { Fault } from '../errors.ts';
import type { Card } from '../messages/card.ts';
import {
  anotherPlan,
  goesOn,
  noCredential,
  noSuchCluster,
  nothingLeft,
  over,
  silent,
  waiting,
} from '../messages/setting-plan.ts';
import type { DirectoryUser, Paused, SubmittedForm, World } from '../ports.ts';
import { apply, type Outcome } from './change.ts';
import { mayNotPlan } from './plan-form.ts';
import { readAbout, targetOf } from './target.ts';

/**
 * Applies the plan that an admin has before their eyes: at once when nobody loses a login, else when a second admin confirms it.
 *
 * @param sent.about what the form carried: the cluster, and which plan it was
 * @throws Fault when the directory does not answer who is an admin
 */
export async function applyPlan(world: World, sent: Pick<SubmittedForm, 'about'>, person: DirectoryUser): Promise<Card | null> {
  const { cluster, fingerprint } = readAbout(sent.about);
  const no = await mayNotPlan(world, cluster, person);
  if (no !== null) return no;
  const target = targetOf(world, cluster);
  if (target === null) return noSuchCluster(cluster, [...world.policy.clusters.keys()]);
  const askedBy = { oid: person.oid, upn: person.upn, displayName: person.displayName };
  try {
    const outcome = await apply(world, target, { askedBy, filedBy: null }, fingerprint);
    return say(outcome, cluster, await world.store.watch.paused());
  } catch (fault) {
    // Of the directory and of the store it is said, or waited for, elsewhere.
    if (!(fault instanceof Fault) || !fault.code.startsWith('cluster_')) throw fault;
    return silent(cluster, fault.message);
  }
}

function say(outcome: Outcome, cluster: string, paused: Paused | null): Card {
  switch (outcome.kind) {
    case 'nothing':
      return nothingLeft(cluster);
    case 'another':
      return anotherPlan(cluster);
    case 'no_credential':
      return noCredential(cluster);
    case 'waits':
      return waiting(outcome.change, outcome.filed);
    case 'goes_on':
      return goesOn(outcome.change, outcome.says);
    case 'over':
      return over(outcome.change, outcome.change.steps.map(meaningOf), paused);
  }
}
