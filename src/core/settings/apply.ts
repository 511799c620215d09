import type { Card } from '../messages/card.ts';
import type { DirectoryUser, PressedButton, SubmittedForm, World } from '../ports.ts';

/**
 * Applies the plan that an admin has before their eyes: at once when nobody loses a login, else when a second admin confirms it.
 *
 * @param sent.about what the form carried: the cluster, and which plan it was
 */
export async function applyPlan(_world: World, sent: SubmittedForm, _person: DirectoryUser): Promise<Card | null> {
  return { title: [sent.about], blocks: [] };
}

/** An admin's word on a change that waits for one. */
export async function decideChange(_world: World, click: PressedButton, _person: DirectoryUser): Promise<Card | null> {
  return { title: [click.about], blocks: [] };
}
