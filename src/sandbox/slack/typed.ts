/** A slash command that somebody types: sent to the bot, and what the bot answers at once (docs.slack.dev/interactivity/implementing-slash-commands). */

import { commandNames } from '../../core/command/grammar.ts';
import type { SandboxPerson } from '../people.ts';
import { answerIn } from './choices.ts';
import { content } from './content.ts';
import { type Acked, acked, type Delivered, type Outlet, unsent } from './deliver.ts';
import { commandForm } from './payloads.ts';
import { Refused } from './refused.ts';
import type { ResponseUrls } from './response-urls.ts';
import { botUser, type Channel, type Workspace } from './workspace.ts';

/** As the app's manifest has them. */
const commands = Object.keys(commandNames);

export function typing(o: {
  readonly workspace: Workspace;
  readonly responseUrls: ResponseUrls;
  readonly origin: string;
  readonly send: Outlet;
}): (person: SandboxPerson, channel: Channel, text: string) => Promise<Acked> {
  const { workspace } = o;

  /** Only the typer sees it, from Slackbot. */
  function slackbot(channel: string, user: string, text: string): void {
    workspace.add({ channel, user: 'USLACKBOT', text, blocks: [], metadata: null, only: user });
  }

  /** The body of an acknowledgment is an answer: text or JSON, seen by the typer alone unless it says `in_channel`. */
  function show(channel: string, user: string, { body, contentType }: Delivered): void {
    if (body === '') return;
    const answer = contentType.includes('application/json') ? (answerIn(body) ?? {}) : { text: body };
    if (answer.text === undefined && answer.blocks === undefined) return;
    const only = answer.response_type === 'in_channel' ? null : user;
    workspace.add({ channel, user: botUser.id, ...content(answer, 40_000), metadata: null, only });
  }

  /** Blocks that Slack refuses in an answer are an error that the typer sees. */
  function showOrSay(channel: string, user: string, name: string, delivered: Delivered): void {
    try {
      show(channel, user, delivered);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      slackbot(channel, user, `${name} failed with the error "${error.message}"`);
    }
  }

  return async (person, channel, text) => {
    const { id } = channel;
    const user = person.slackUserId;
    const [, name = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
    if (!commands.includes(name)) {
      const no = `${name} is not a valid command. In Slack, all messages that start with the "/" are interpreted as commands.`;
      slackbot(id, user, no);
      return unsent('not_a_command');
    }
    const responseUrl = `${o.origin}${o.responseUrls.issue({ channel: id, user, source: null })}`;
    const form = commandForm({ workspace, person, channel, name, text: rest.trim(), responseUrl });
    const delivered = await o.send('slash_commands', form);
    if (delivered.error === undefined) showOrSay(id, user, name, delivered);
    else slackbot(id, user, `${name} failed with the error "${delivered.error}"`);
    return acked(delivered);
  };
}
