import { meaningOf } from '../cluster-auth/meaning.ts';
import { approvalRequest } from '../messages/approval-request.ts';
import type { Card } from '../messages/card.ts';
import { proposalCard } from '../messages/proposal.ts';
import { changeCard } from '../messages/setting-change.ts';
import type { Present, Proposal, World } from '../ports.ts';
import { type Place, samePlace } from '../request/request.ts';

/**
 * The card that stands at a place, as it is now. Whoever sees it there may, and gets nothing but what is or will be written there
 * anyway; an id alone, of a card that stands elsewhere, shows nothing.
 */
export function presenter(world: World): Present {
  return async (_door, about, place) =>
    (await ofRequest(world, about, place)) ?? (await ofProposal(world, about, place)) ?? (await ofChange(world, about, place));
}

async function ofRequest({ store }: World, id: string, place: Place): Promise<Card | null> {
  const request = await store.requests.get(id);
  if (request === null) return null;
  const posted = await store.requests.posted(id);
  return posted.some((card) => card.kind === 'approval' && samePlace(card.place, place)) ? approvalRequest(request) : null;
}

async function ofProposal({ store }: World, id: string, place: Place): Promise<Card | null> {
  const proposal = await store.proposals.get(id);
  return proposal !== null && standsAt(proposal, place) ? proposalCard(proposal) : null;
}

async function ofChange({ store }: World, id: string, place: Place): Promise<Card | null> {
  const change = await store.settingChanges.get(id);
  return change !== null && standsAt(change, place) ? changeCard(change, change.steps.map(meaningOf)) : null;
}

const standsAt = ({ posted }: Pick<Proposal, 'posted'>, place: Place): boolean =>
  posted?.places.some((one) => samePlace(one, place)) ?? false;
