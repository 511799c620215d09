import { formToAsk, nothingFor } from '../command/ask.ts';
import { mayChoose, tooLate } from '../approval/decide.ts';
import { Fault } from '../errors.ts';
import { tooLateForForm } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import { denyForm, nothingToAsk } from '../messages/forms.ts';
import type { DirectoryUser, OpenForm, PressedButton, StoredInteraction, World } from '../ports.ts';
import { type ButtonId, pressable } from '../request/buttons.ts';
import { personAt, withPerson } from './person.ts';

/** Forms have to be opened within seconds of the click. What takes longer comes into a form that stands open already. */

type Press = StoredInteraction & PressedButton;

/** The form to ask with, opened before anything is asked of the directory; then, for whom there is nothing, it says why. */
export async function openAskForm(world: World, from: StoredInteraction, entitlement: string): Promise<Card | null> {
  const open = await openIt(world, from, formToAsk(world, entitlement));
  if (open === null) {
    return tooLateForForm([
      'Try once more, or type it: ',
      { typed: `request ${entitlement === '' ? '<entitlement>' : entitlement} because <reason>` },
      '. What you may ask for: ',
      { typed: 'list' },
      '.',
    ]);
  }
  await afterwards(world, from, async () => {
    const who = await personAt(world, from.door);
    const instead = 'person' in who ? await nothingFor(world, who.person) : nothingToAsk([{ kind: 'text', text: [who.says] }]);
    if (instead !== null) await open.change(instead);
  });
  return null;
}

/** Asks for the reason of a denial; whoever may not deny hears it at the click. */
export async function openDenyForm(world: World, click: Press): Promise<Card | null> {
  const choice = { kind: 'deny' as const, about: click.about, place: click.place };
  const late = await tooLate(world, choice);
  if (late !== null) return late;
  return await withPerson(world, click, async (person) => {
    const looked = await mayChoose(world, choice, person);
    if ('says' in looked) return looked.says;
    const open = await openIt(world, click, denyForm(looked.request));
    return open === null ? tooLateForForm(['Nothing was decided. Press ', { strong: 'Deny' }, ' again.']) : null;
  });
}

/** What a form shows at once, and what it becomes once others have answered. */
export type Reading = { readonly says: Card } | { readonly atOnce: Form; readonly whole: () => Promise<Form> };

/** Opens a form with what is known at once, and shows the rest in it when it comes: a request's details, a cluster's checks. */
export async function openRead(
  world: World,
  click: Press,
  button: ButtonId,
  read: (person: DirectoryUser) => Promise<Reading>,
): Promise<Card | null> {
  return await withPerson(world, click, async (person) => {
    const found = await read(person);
    if ('says' in found) return found.says;
    const open = await openIt(world, click, found.atOnce);
    if (open === null) return tooLateForForm(['Press ', { strong: pressable[button].label }, ' again.']);
    await afterwards(world, click, async () => open.change(await found.whole()));
    return null;
  });
}

async function openIt(world: World, { door, reply }: StoredInteraction, form: Form): Promise<OpenForm | null> {
  return (await world.chats.get(door.platform)?.open({ door, token: reply }, form)) ?? null;
}

/** What comes into an open form later: if it does not come, the form stays as it is. To try again would open a second one. */
async function afterwards(world: World, from: StoredInteraction, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ interaction: from.id, fault: fault.code, says: fault.message }, 'an open form was not completed');
  }
}
