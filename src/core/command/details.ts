import { rolesOf } from '../cluster/cluster.ts';
import { notForYou, unknown } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { details as form, type OnCluster } from '../messages/details.ts';
import type { Form } from '../messages/form.ts';
import type { Criterion } from '../policy/policy.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { abilitiesOf, glance } from './glance.ts';

/** How many earlier requests are shown. */
const earlier = 12;

/** Everything about a request, in two parts: what the store has, at once, and the same with what the cluster says. */
export interface Details {
  readonly atOnce: Form;
  readonly whole: () => Promise<Form>;
}

/**
 * For the approvers of a request, its requester and the admins: nobody else learns what is in it.
 *
 * @returns the form; or what to say instead
 * @throws Fault when the directory does not answer
 */
export async function details(world: World, id: string, person: DirectoryUser): Promise<Details | { readonly says: Card }> {
  const request = await world.store.requests.get(id);
  if (request === null) return { says: unknown('request', id) };
  if (!(await maySee(world, request, person))) return { says: notForYou(request.id) };
  const [all, steps] = await Promise.all([
    world.store.requests.ofPerson(request.requester.oid, earlier),
    world.store.audit.read({ requestId: id }),
  ]);
  const before = all.filter((one) => one.id !== id);
  return {
    atOnce: form(request, before, steps, null),
    whole: async () => form(request, before, steps, await onCluster(world, request)),
  };
}

async function maySee(world: World, request: AccessRequest, person: DirectoryUser): Promise<boolean> {
  if (request.requester.oid === person.oid) return true;
  if (!person.enabled) return false;
  const approvers = world.policy.entitlements.get(request.entitlement)?.approval?.by;
  const criteria: readonly Criterion[] = [world.policy.admins.are, ...(approvers === undefined ? [] : [approvers])];
  return (await world.directory.held(person.oid, criteria)).size > 0;
}

async function onCluster(world: World, request: AccessRequest): Promise<OnCluster> {
  const [abilities, state] = await Promise.all([
    abilitiesOf(world, request.cluster, request.roles, request.database),
    glance(world, request.cluster),
  ]);
  const user = state?.users.find((one) => one.name === request.sqlUsername);
  if (state === null) return { abilities, roles: null };
  return { abilities, roles: user === undefined ? 'no such user' : [...rolesOf(state.users, user.name)].sort() };
}
