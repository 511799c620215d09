import { decideProposal } from '../adoption/decide.ts';
import { decide, tooLate } from '../approval/decide.ts';
import { cancel } from '../command/cancel.ts';
import { connectTo, ways } from '../command/connect.ts';
import type { Card } from '../messages/card.ts';
import type { PressedButton, StoredInteraction, World } from '../ports.ts';
import type { ButtonId } from '../request/buttons.ts';
import { openAskForm, openDenyForm, openDetails } from './open-form.ts';
import { withPerson } from './person.ts';

type Press = StoredInteraction & PressedButton;
type Step = (world: World, click: Press) => Promise<Card | null>;

const onProposal: Step = (world, click) => withPerson(world, click, (person) => decideProposal(world, click, person));

/** What each button does. */
const steps: { readonly [B in ButtonId]: Step } = {
  approve: async (world, click) => {
    const choice = { ...click, kind: 'approve' as const };
    return (await tooLate(world, choice)) ?? (await withPerson(world, click, (person) => decide(world, choice, person)));
  },
  deny: openDenyForm,
  details: openDetails,
  cancel: (world, click) => withPerson(world, click, (person) => cancel(world, click, click.about, person)),
  connect: (world, click) => withPerson(world, click, (person) => connectTo(world, click.about, person)),
  ways: (world, click) => withPerson(world, click, (person) => ways(world, click.about, person)),
  ask: (world, click) => openAskForm(world, click, click.about),
  confirm: onProposal,
  decline: onProposal,
};

/** Works what somebody pressed. */
export async function press(world: World, click: Press): Promise<Card | null> {
  return await steps[click.button](world, click);
}
