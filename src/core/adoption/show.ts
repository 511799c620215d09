import { Fault } from '../errors.ts';
import { proposalCard } from '../messages/proposal.ts';
import type { Proposal, World } from '../ports.ts';

/**
 * Brings the card of a proposal up to what is stored: posted to the admins on the first platform of the policy that is served, or
 * replaced where it stands.
 *
 * @returns as it is stored then; null: it has changed meanwhile, and owes its card anew
 * @throws Fault when the platform does not do its part, or none is served
 */
export async function showProposal(world: World, proposal: Proposal): Promise<Proposal | null> {
  const tag = { requestId: proposal.id, kind: 'proposal' };
  const shows = proposal.version + 1;
  if (proposal.posted !== null) {
    const [place] = proposal.posted.places;
    if (place === undefined) return null;
    const chat = world.chats.get(place.platform);
    if (chat === undefined)
      throw new Fault('not_yet', 'later', `the card of proposal ${proposal.id} is on a platform that this bot does not serve`);
    await chat.update(place, proposalCard(proposal), tag);
    return world.store.proposals.save({ ...proposal, posted: { places: [place], shows } }, []);
  }
  const [first] = Object.entries(world.policy.admins.channels).filter(([platform]) => world.chats.has(platform));
  const chat = first && world.chats.get(first[0]);
  if (first === undefined || chat === undefined) {
    throw new Fault('not_yet', 'later', 'no channel of the admins is on a platform that this bot serves');
  }
  // Its history is always looked into first: a proposal is rare, and two cards of one would be two places to press.
  const place = await chat.post({ channel: first[1] }, proposalCard(proposal), tag, true);
  return world.store.proposals.save({ ...proposal, posted: { places: [place], shows } }, [
    { event: 'proposal.asked', requestId: proposal.id, actor: null, details: { place } },
  ]);
}
