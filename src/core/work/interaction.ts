import { decide, tooLate } from '../approval/decide.ts';
import { commandName, words } from '../command/grammar.ts';
import { parseCommand } from '../command/parse.ts';
import { submit } from '../command/submit.ts';
import { Fault } from '../errors.ts';
import { whoIs } from '../identity/who-is.ts';
import { identityChanged } from '../messages/alert.ts';
import { directoryRefused, directoryUnavailable, failed, stranger, unclear } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { help } from '../messages/help.ts';
import type { DirectoryUser, StoredInteraction, World } from '../ports.ts';

/** How often an interaction is tried that fails in a way which time does not mend, before that is said and it is let go. */
const tries = 6;

/** Works one received interaction, once, and answers whoever it came from. */
export async function workInteraction(world: World, id: string): Promise<void> {
  await world.store.interactions.hold(id, async (interaction) => {
    const card = await answerTo(world, interaction).catch((fault: unknown) => lastWord(world, interaction, fault));
    if (card !== null) await say(world, interaction, card);
    if (interaction.kind === 'press') await world.jobs.add({ kind: 'request', id: interaction.about }).catch(() => undefined);
  });
}

async function answerTo(world: World, interaction: StoredInteraction): Promise<Card | null> {
  try {
    if (interaction.kind === 'press') return await press(world, interaction);
    return interaction.kind === 'command' ? await command(world, interaction) : null;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ interaction: interaction.id, fault: fault.code, says: fault.message }, 'an interaction could not be worked');
    if (fault.code === 'directory_unavailable') return directoryUnavailable(interaction.kind === 'press' ? 'decide' : 'ask');
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

async function press(world: World, click: StoredInteraction & { readonly kind: 'press' }): Promise<Card | null> {
  if (click.button !== 'approve' && click.button !== 'deny') return null;
  const choice = { ...click, kind: click.button };
  return (await tooLate(world, choice)) ?? withPerson(world, click, (person) => decide(world, choice, person));
}

async function command(world: World, typed: StoredInteraction & { readonly kind: 'command' }): Promise<Card | null> {
  const asked = parseCommand(typed.text);
  if (asked.kind === 'help') return help(commandName, words, world.policy.entitlements.values());
  if (asked.kind === 'unclear') return unclear(asked.why, null);
  return withPerson(world, typed, (person) => submit(world, typed, asked, person));
}

async function withPerson(
  world: World,
  interaction: StoredInteraction,
  then: (person: DirectoryUser) => Promise<Card | null>,
): Promise<Card | null> {
  const who = await whoIs(world, interaction.door);
  if ('person' in who) return then(who.person);
  if (who.tellAdmins !== undefined) {
    const { platform, team, user } = interaction.door;
    await world.store.alerts.raise({
      key: `identity:${platform}:${team}:${user}`,
      requestId: null,
      card: identityChanged(who.tellAdmins),
    });
  }
  return stranger(who.says);
}

/** An answer that can't be given is logged, not tried for ever: what it says is stored with the request, or nothing happened. */
async function say(world: World, interaction: StoredInteraction, card: Card): Promise<void> {
  try {
    await world.chats.get(interaction.door.platform)?.answer({ door: interaction.door, token: interaction.reply }, card);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    if (fault.retry !== 'never' && interaction.attempts < 5) throw fault;
    world.log.error({ interaction: interaction.id, fault: fault.code, says: fault.message }, 'an answer could not be given');
  }
}
