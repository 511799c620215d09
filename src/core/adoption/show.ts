import { each, Fault } from '../errors.ts';
import { proposalCard } from '../messages/proposal.ts';
import type { AuditEntry, Chat, Proposal, World } from '../ports.ts';
import type { Place } from '../request/request.ts';

/**
 * Brings the cards of a proposal up to what is stored: one to the admins on every platform of the policy that is served, replaced where
 * it stands. Where one does not answer, the others have theirs.
 *
 * @returns as it is stored then; null: it has changed meanwhile, and owes its cards anew
 * @throws Fault when a platform does not do its part, or none is served; the places of those that did are kept
 */
export async function showProposal(world: World, proposal: Proposal): Promise<Proposal | null> {
  const card = proposalCard(proposal);
  const tag = { requestId: proposal.id, kind: 'proposal' };
  const before = proposal.posted?.places ?? [];
  const channels = Object.entries(world.policy.admins.channels).filter(([platform]) => world.chats.has(platform));
  if (before.length === 0 && channels.length === 0) {
    throw new Fault('not_yet', 'later', 'no channel of the admins is on a platform that this bot serves');
  }
  // One that is over is posted nowhere any more.
  const missing = proposal.state === 'open' || before.length === 0 ? channels : [];
  const added: Place[] = [];
  const update = async (place: Place): Promise<void> => chatFor(world, proposal, place).update(place, card, tag);
  const post = async ([platform, channel]: readonly [string, string]): Promise<void> => {
    // What was posted is always looked for first: a proposal is rare, and two cards of one would be two places to press.
    const place = await world.chats.get(platform)?.post({ channel }, card, tag, true);
    if (place !== undefined) added.push(place);
  };
  const failed = await each(
    [
      ...before.map((place) => () => update(place)),
      ...missing.filter(([platform]) => !before.some((place) => place.platform === platform)).map((to) => () => post(to)),
    ],
    (work) => work(),
  ).then(
    () => null,
    (fault: unknown) => ({ fault }),
  );
  const places = [...before, ...added];
  const shows = failed === null ? proposal.version + 1 : (proposal.posted?.shows ?? 0);
  if (failed !== null && added.length === 0) throw failed.fault;
  const saved = await world.store.proposals.save({ ...proposal, posted: { places, shows } }, asked(proposal.id, added));
  if (failed !== null) throw failed.fault;
  return saved;
}

function asked(id: string, places: readonly Place[]): readonly AuditEntry[] {
  return places.map((place) => ({ event: 'proposal.asked', requestId: id, actor: null, details: { place } }));
}

function chatFor(world: World, { id }: Proposal, { platform }: Place): Chat {
  const chat = world.chats.get(platform);
  if (chat !== undefined) return chat;
  throw new Fault('not_yet', 'later', `the card of proposal ${id} is on a platform that this bot does not serve (${platform})`);
}
