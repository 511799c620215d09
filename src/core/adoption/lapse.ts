import type { Proposal, World } from '../ports.ts';

/** Ends a proposal that was not confirmed in time; one that is over already, or has time yet, stays as it is. */
export async function lapse(world: World, proposal: Proposal): Promise<Proposal | null> {
  if (proposal.state !== 'open' || (await world.store.now()) < proposal.deadline) return proposal;
  const { id, cluster, sqlUsername, person, deadline } = proposal;
  return world.store.proposals.save({ ...proposal, state: 'lapsed' }, [
    {
      event: 'proposal.lapsed',
      requestId: id,
      actor: null,
      details: { cluster, sqlUsername, person, deadline, policyHash: world.policy.hash },
    },
  ]);
}
