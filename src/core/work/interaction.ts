import { Fault } from '../errors.ts';
import { directoryRefused, directoryUnavailable, failed } from '../messages/answers.ts';
import { type Card, plainText } from '../messages/card.ts';
import { closedHome } from '../messages/home.ts';
import type { StoredInteraction, World } from '../ports.ts';
import { type ButtonId, type FormId, pressable } from '../request/buttons.ts';
import { command } from './commands.ts';
import { press } from './presses.ts';
import { openHome } from './person.ts';
import { submission } from './submissions.ts';

/** How often an interaction is tried that fails in a way which time does not mend, before that is said and it is let go. */
const tries = 6;

type Kind = StoredInteraction['kind'];
type Of<K extends Kind> = StoredInteraction & { readonly kind: K };

/** How each kind is worked. Null: nothing is to be said, or it is said elsewhere. */
const workers: { readonly [K in Kind]: (world: World, interaction: Of<K>) => Promise<Card | null> } = {
  command,
  press,
  submit: submission,
  home: async (world, { door }) => {
    await openHome(world, door);
    return null;
  },
};

/** Works one received interaction, once, and answers whoever it came from. */
export async function workInteraction(world: World, id: string): Promise<void> {
  await world.store.interactions.hold(id, async (interaction) => {
    const card = await answerTo(world, interaction).catch((fault: unknown) => lastWord(world, interaction, fault));
    if (card !== null) await say(world, interaction, card);
    if (interaction.kind !== 'press' && interaction.kind !== 'submit') return;
    if (isAboutRequest(interaction)) await world.jobs.add({ kind: 'request', id: interaction.about }).catch(() => undefined);
    if (interaction.place === null && changes(interaction)) await refreshHome(world, interaction);
  });
}

/** What is about a cluster, a proposal or a change of settings has its own work; an entitlement that is taken for a request is not found. */
function isAboutRequest(interaction: Of<'press' | 'submit'>): boolean {
  const of: ButtonId | FormId = interaction.kind === 'press' ? interaction.button : interaction.form;
  return interaction.about !== '' && !ofOthers.includes(of);
}

const ofOthers: readonly (ButtonId | FormId)[] = ['confirm', 'decline', 'checks', 'plan', 'confirm_change', 'decline_change'];

/** A button that only opens a form has changed nothing yet. */
function changes(interaction: Of<'press' | 'submit'>): boolean {
  return interaction.kind === 'submit' || pressable[interaction.button].opens === null;
}

async function answerTo(world: World, interaction: StoredInteraction): Promise<Card | null> {
  try {
    return await (workers[interaction.kind] as (world: World, interaction: StoredInteraction) => Promise<Card | null>)(
      world,
      interaction,
    );
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ interaction: interaction.id, fault: fault.code, says: fault.message }, 'an interaction could not be worked');
    if (fault.code === 'directory_unavailable') return directoryUnavailable(interaction.kind);
    if (fault.code === 'directory_refused') return directoryRefused(fault.message);
    throw fault;
  }
}

/** An outage is waited for, however long. Whatever else keeps failing is not tried for ever, and not dropped in silence. */
function lastWord(world: World, interaction: StoredInteraction, fault: unknown): Card {
  const passes = fault instanceof Fault && fault.retry !== 'never';
  if (passes || interaction.attempts < tries) throw fault;
  world.log.error(
    { interaction: interaction.id, attempts: interaction.attempts, says: String(fault) },
    'an interaction was given up',
  );
  return failed(interaction.id);
}

/**
 * How often an answer is tried, by what is known of the last try. Where nothing was said it is tried for ten minutes or so (the store puts it
 * off for 30 s at the most): a platform that throttles for longer takes no answer to something so old. Where it may have been said, a few
 * times.
 */
const answerTries = { never: 1, unknown: 5, later: 24 } as const;

/** An answer that can't be given is logged, not tried for ever: what it says is stored with the request, or nothing happened. */
async function say(world: World, interaction: StoredInteraction, card: Card): Promise<void> {
  const chat = world.chats.get(interaction.door.platform);
  try {
    // Whoever looks at the bot's own page typed nothing: what there is to say stands on the page.
    if (interaction.kind === 'home') await chat?.home(interaction.door, closedHome(plainText(card, chat.calledBy)));
    else await chat?.answer({ door: interaction.door, token: interaction.reply }, card);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    if (interaction.attempts < answerTries[fault.retry]) throw fault;
    world.log.error({ interaction: interaction.id, fault: fault.code, says: fault.message }, 'an answer could not be given');
  }
}

/**
 * What was pressed on the bot's own page changed what it shows. If it can't be shown anew now, it is when it is opened again: what was
 * done must not be done a second time for that.
 */
async function refreshHome(world: World, { id, door }: StoredInteraction): Promise<void> {
  try {
    await openHome(world, door);
  } catch (fault) {
    const code = fault instanceof Fault ? fault.code : 'unexpected';
    world.log.warn({ interaction: id, fault: code, says: String(fault) }, 'a home page was not shown anew');
  }
}
