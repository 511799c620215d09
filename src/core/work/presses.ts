import { decideProposal } from '../adoption/decide.ts';
import { decide, tooLate } from '../approval/decide.ts';
import { cancel } from '../command/cancel.ts';
import { connectTo, ways } from '../command/connect.ts';
import { details } from '../command/details.ts';
import type { Card } from '../messages/card.ts';
import type { PressedButton, StoredInteraction, World } from '../ports.ts';
import type { ButtonId } from '../request/buttons.ts';
import { decideChange } from '../settings/decide.ts';
import { planForm } from '../settings/plan-form.ts';
import { checksForm } from '../status/answer.ts';
import { openAskForm, openDenyForm, openRead } from './open-form.ts';
import { withPerson } from './person.ts';

type Press = StoredInteraction & PressedButton;
type Step = (world: World, click: Press) => Promise<Card | null>;

const onProposal: Step = (world, click) => withPerson(world, click, (person) => decideProposal(world, click, person));

const onChange: Step = (world, click) => withPerson(world, click, (person) => decideChange(world, click, person));

/** What each button does. */
const steps: { readonly [B in ButtonId]: Step } = {
  approve: async (world, click) => {
    const choice = { ...click, kind: 'approve' as const };
    return (await tooLate(world, choice)) ?? (await withPerson(world, click, (person) => decide(world, choice, person)));
  },
  deny: openDenyForm,
  details: (world, click) => openRead(world, click, 'details', (person) => details(world, click.about, person)),
  cancel: (world, click) => withPerson(world, click, (person) => cancel(world, click, click.about, person)),
  connect: (world, click) => withPerson(world, click, (person) => connectTo(world, click.about, person)),
  ways: (world, click) => withPerson(world, click, (person) => ways(world, click.about, person)),
  ask: (world, click) => openAskForm(world, click, click.about),
  confirm: onProposal,
  decline: onProposal,
  checks: (world, click) => openRead(world, click, 'checks', (person) => checksForm(world, click.about, person)),
  plan: (world, click) => openRead(world, click, 'plan', (person) => planForm(world, click.about, person)),
  confirm_change: onChange,
  decline_change: onChange,
};

/** Works what somebody pressed. */
export async function press(world: World, click: Press): Promise<Card | null> {
  return await steps[click.button](world, click);
}
