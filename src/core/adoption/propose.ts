import type { Proposal, World } from '../ports.ts';
import type { Asked, Looked } from './adoptable.ts';
import { plainPlan } from './plan.ts';

/** How long the admins have to confirm it: over a weekend. */
const hours = 72;

/**
 * Files a proposal that was found to hold. It changes nothing: two admins do, in chat.
 *
 * @param filedBy who ran the command, as their machine names them
 * @returns `filed: false` with the proposal that is open already for this SQL user or this person
 * @throws Fault when the store does not answer
 */
export async function propose(
  world: World,
  asked: Asked & { readonly person: NonNullable<Asked['person']> },
  looked: Looked,
  filedBy: string,
): Promise<{ readonly filed: boolean; readonly proposal: Proposal }> {
  const { oid, upn, displayName } = asked.person;
  const filedAt = await world.store.now();
  const id = world.newRequestId();
  const made = {
    id,
    cluster: asked.policy.name,
    sqlUsername: asked.sqlUsername,
    exists: looked.exists,
    person: { oid, upn, displayName },
    filedBy,
    filedAt,
    deadline: new Date(filedAt.getTime() + hours * 3_600_000),
    findings: looked.findings,
  };
  const { cluster, sqlUsername, person, findings } = made;
  const done = await world.store.proposals.file(made, [
    {
      event: 'proposal.filed',
      requestId: id,
      actor: null,
      details: { cluster, sqlUsername, person, filedBy, findings, plan: plainPlan(made), policyHash: world.policy.hash },
    },
  ]);
  // A hint: whoever runs the bot finds it by itself.
  if (done.filed) await world.jobs.add({ kind: 'proposal', id }).catch(() => undefined);
  return done;
}
