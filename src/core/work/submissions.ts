import { decide, tooLate } from '../approval/decide.ts';
import { submit } from '../command/submit.ts';
import { nothingChosen } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { fields } from '../messages/forms.ts';
import { plainReason } from '../messages/plain-reason.ts';
import type { StoredInteraction, SubmittedForm, World } from '../ports.ts';
import type { FormId } from '../request/buttons.ts';
import { applyPlan } from '../settings/apply.ts';
import { withPerson } from './person.ts';

type Sent = StoredInteraction & SubmittedForm;
type Step = (world: World, sent: Sent) => Promise<Card | null>;

const nothing: Step = async () => null;

/** What each form does when it is sent. */
const steps: { readonly [F in FormId]: Step } = {
  request: (world, sent) => {
    const entitlement = sent.values[fields.entitlement] ?? '';
    if (entitlement === '') return Promise.resolve(nothingChosen());
    const asked = { entitlement, reason: sent.values[fields.reason] ?? '' };
    return withPerson(world, sent, (person) => submit(world, sent, asked, person));
  },
  deny: async (world, sent) => {
    const reason = plainReason(sent.values[fields.reason] ?? '');
    const choice = {
      id: sent.id,
      kind: 'deny' as const,
      about: sent.about,
      place: sent.place,
      ...(reason === '' ? {} : { reason }),
    };
    return (await tooLate(world, choice)) ?? (await withPerson(world, sent, (person) => decide(world, choice, person)));
  },
  plan: (world, sent) => withPerson(world, sent, (person) => applyPlan(world, sent, person)),
  // Are only read.
  details: nothing,
  checks: nothing,
};

/** Works a form that somebody filled in and sent. */
export async function submission(world: World, sent: Sent): Promise<Card | null> {
  return await steps[sent.form](world, sent);
}
