import { formToAsk, nothingFor } from '../command/ask.ts';
import { mayChoose, standsOpen, tooLate } from '../approval/decide.ts';
import { Fault } from '../errors.ts';
import { stranger, tooLateForForm } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import { denyForm, notToDeny, nothingToAsk } from '../messages/forms.ts';
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

/** So long the directory is waited for before a form has to be open: whoever pressed the button has three seconds, and we are not alone. */
const soonSeconds = 1.5;

/**
 * Asks for the reason of a denial; whoever may not deny hears it at the click. Where the directory is slow, the form opens first and says
 * it then: whoever sends it is looked up once more.
 */
export async function openDenyForm(world: World, click: Press): Promise<Card | null> {
  const choice = { kind: 'deny' as const, about: click.about, place: click.place };
  const late = await tooLate(world, choice);
  if (late !== null) return late;
  const looking = personAt(world, click.door).then(async (who) =>
    'person' in who ? await mayChoose(world, choice, who.person) : { says: stranger(who.says) },
  );
  const looked = (await soon(world, looking)) ?? (await standsOpen(world, choice));
  if ('says' in looked) return looked.says;
  const { request } = looked;
  const open = await openIt(world, click, denyForm(request));
  if (open === null) return tooLateForForm(['Nothing was decided. Press ', { strong: 'Deny' }, ' again.']);
  await afterwards(world, click, async () => {
    const found = await looking;
    if ('says' in found) await open.change(notToDeny(request, found.says));
  });
  return null;
}

/** What work comes to while a form can still be opened; null: it goes on. */
async function soon<T>(world: World, work: Promise<T>): Promise<T | null> {
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  try {
    return await world.clock.within(soonSeconds, 'the directory (Microsoft Graph)', watched);
  } catch (fault) {
    if (isOver || !(fault instanceof Fault)) throw fault;
    return null;
  }
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
