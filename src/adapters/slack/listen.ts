/** Bolt's listeners: each makes what came durable and acknowledges it; nobody is left without an answer. */

import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import { commandName, commandNames } from '../../core/command/grammar.ts';
import type { Card } from '../../core/messages/card.ts';
import type { Chat, Log, Recorder, Suggest } from '../../core/ports.ts';
import { modal, optionObjects } from './form.ts';
import { door, pressedButton, pressReply, question, submittedForm, typedCommand } from './inbound.ts';
import { render } from './render.ts';

const told = {
  failed: 'This could not be recorded, so nothing was done. Try again in a minute.',
  slow: 'Recording this takes unusually long. If you hear nothing more within a minute, try again.',
  foreignCommand: `This bot answers to ${Object.keys(commandNames).join(' and ')}. Type ${commandName} help to see what it can do.`,
  foreignButton: 'This button belongs to nothing that the bot knows. Nothing was done.',
  foreignForm: 'This form belongs to nothing that the bot knows, perhaps to an earlier version of it. Nothing was done.',
};
type Told = keyof typeof told;

const say = (what: Told): Card => ({ title: [told[what]], blocks: [] });

export function listen(app: App, o: { chat: Chat; log: Log; record: Recorder; suggest: Suggest }): void {
  app.command(/^/, async ({ command, ack }) => {
    const typed = typedCommand(command);
    const outcome = typed === null ? 'foreignCommand' : await o.record(typed);
    if (outcome === 'kept') await ack();
    else await ack({ response_type: 'ephemeral', ...render(say(outcome)) });
  });

  app.action<BlockAction>(/^/, async ({ body, ack }) => {
    const pressed = pressedButton(body);
    const outcome = pressed === null ? 'foreignButton' : await o.record(pressed);
    await ack();
    // The answer to a click is not shown: it takes the response URL to say something.
    if (outcome !== 'kept') await o.chat.answer({ door: door(body), token: pressReply(body) }, say(outcome));
  });

  app.view<ViewSubmitAction>({ callback_id: /^/, type: 'view_submission' }, async ({ body, ack }) => {
    const sent = submittedForm(body);
    const outcome = sent === null ? 'foreignForm' : await o.record(sent);
    if (outcome === 'kept') return await ack();
    // Beside its first field, and the form stays open (docs.slack.dev/surfaces/modals, "Displaying errors in views").
    const field = body.view.blocks.find((block) => block.type === 'input')?.block_id;
    if (sent !== null && field !== undefined) await ack({ response_action: 'errors', errors: { [field]: told[outcome] } });
    else await ack({ response_action: sent === null ? 'update' : 'push', view: sentence(outcome) });
  });

  app.options<'block_suggestion'>(/^/, async ({ body, ack }) => {
    const { door: who, field, typed } = question(body);
    await ack({ options: optionObjects(await o.suggest(who, field, typed)) });
  });

  app.error((error) => {
    o.log.error({ error: error.message }, 'an interaction from Slack could not be answered');
    return Promise.resolve();
  });
}

/** A form that only says something. */
function sentence(what: Told) {
  const blocks = [{ kind: 'text', text: [told[what]] }] as const;
  return modal({ id: 'details', title: 'crdb-access', blocks, fields: [], submit: null, about: '' }, '');
}
