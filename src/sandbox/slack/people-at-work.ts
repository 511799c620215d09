/** What the workspace's people do: type commands, press buttons, read. */

import type { SandboxPerson } from '../people.ts';
import { isObject, type Json } from './checks.ts';
import { content } from './content.ts';
import type { Delivered, Outlet } from './deliver.ts';
import { commandForm, messagePress, viewPress } from './payloads.ts';
import { Refused } from './refused.ts';
import type { ResponseUrls } from './response-urls.ts';
import { timeOf, writerOf } from './screen-of.ts';
import { buttonCalled, type Pressable, pressables, type Shown, shown } from './source.ts';
import type { View } from './views.ts';
import { botUser, type Channel, directChannel, type Message, type Workspace } from './workspace.ts';

export interface InboxItem extends Shown {
  /** `<channel>:<ts>`, for good. */
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly ephemeral: boolean;
  readonly at: string;
  /** `value` tells buttons of one name apart: what its press carries. */
  readonly buttons: readonly { readonly id: string; readonly label: string; readonly value: string }[];
}

/** What came of something that a person did. `status`: the bot's answer; 404 when Slack itself would not have sent it. */
export interface Acked {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: string;
}

export interface PeopleAtWork {
  /**
   * Types a slash command, in the person's direct messages with the bot unless told a channel (id or name).
   *
   * @param as the person's key
   * @param text with the slash
   */
  command(as: string, text: string, channel?: string): Promise<Acked>;
  /**
   * Presses a button of a message that the person can see, or could see before they left the channel. A button that has vanished is
   * sent all the same, as from a stale screen.
   *
   * @param message its id; `home`: the bot's App Home; `modal`: the form that stands open
   * @param button its id, or its label regardless of case, dots at its end aside
   * @param value picks among several buttons of the same id or label
   */
  press(as: string, message: string, button: string, value?: string): Promise<Acked>;
  /** Everything that this person can see, oldest first. */
  inbox(as: string): InboxItem[];
  /** Types an ordinary message. */
  say(as: string, channel: string, text: string): Promise<Acked>;
  /** The id of the button that such a press would find; null: none. */
  buttonIn(as: string, message: string, button: string, value?: string): string | null;
  /** The payload that a press would send, for tests to twist; null: nobody could press that. */
  payload(as: string, message: string, button: string, value?: string): Json | null;
  /** Sends any interaction payload, signed. */
  forge(payload: Json): Promise<Acked>;
}

const commands = ['/crdb-access'];
const unsent = (error: string): Acked => ({ ok: false, status: 404, error });

/** What a press is about: a message, or a view of this person's own. */
type Found = { readonly pressed: Pressable } & ({ readonly message: Message } | { readonly view: View });

export function peopleAt(o: {
  readonly workspace: Workspace;
  readonly responseUrls: ResponseUrls;
  readonly origin: string;
  readonly send: Outlet;
}): PeopleAtWork {
  const { workspace, send } = o;
  // The body that acknowledges a press is not shown (docs.slack.dev/interactivity/handling-user-interaction).
  const forge = async (payload: Json) => acked(await send('interactive', payload));
  const personOf = (as: string) => workspace.people.find((person) => person.key === as);

  /** A channel that this person is in. */
  function channelFor(person: SandboxPerson, channel: string | undefined): Channel | undefined {
    const wanted = channel ?? directChannel(person.slackUserId);
    const found = [...workspace.channels.values()].find(
      (c) => c.id === wanted || (!c.isDirect && c.name === wanted.replace(/^#/, '')),
    );
    return found?.members.includes(person.slackUserId) === true ? found : undefined;
  }

  /**
   * A message, and one of its buttons, present or past. What stands in a channel can be pressed by anybody: a screen that was open
   * when its owner left the channel still sends, and a bot must not take the channel's members for those who may.
   */
  function inMessage(person: SandboxPerson, id: string, button: string, value?: string): Found | string {
    const [channel = '', ts = ''] = id.split(':');
    const message = workspace.find(channel, ts);
    if (message === undefined || !(workspace.sees(person.slackUserId, message) || isPublished(message))) return 'no_such_message';
    for (const blocks of [message.blocks, ...[...message.earlier].reverse()]) {
      const pressed = buttonCalled(blocks, button, value);
      if (pressed !== undefined) return { message, pressed };
    }
    return 'no_such_button';
  }

  function isPublished(message: Message): boolean {
    return !message.deleted && message.only === null && workspace.channels.get(message.channel)?.isDirect === false;
  }

  function pressable(person: SandboxPerson, where: string, button: string, value?: string): Found | string {
    const { views } = workspace;
    if (where !== 'home' && where !== 'modal') return inMessage(person, where, button, value);
    const view = where === 'home' ? views.home(person.slackUserId) : views.top(person.slackUserId);
    if (view === undefined) return where === 'home' ? 'no_home' : 'no_form_open';
    const pressed = buttonCalled(view.blocks, button, value);
    return pressed === undefined ? 'no_such_button' : { view, pressed };
  }

  function pressPayload(person: SandboxPerson, found: Found): Json {
    if ('view' in found) return viewPress({ workspace, person, ...found });
    const { message } = found;
    const path = o.responseUrls.issue({ channel: message.channel, user: person.slackUserId, source: message });
    return messagePress({ workspace, person, ...found, responseUrl: `${o.origin}${path}` });
  }

  /** Only the typer sees it, from Slackbot. */
  function slackbot(channel: string, user: string, text: string): void {
    workspace.add({ channel, user: 'USLACKBOT', text, blocks: [], metadata: null, only: user });
  }

  /** The body of an acknowledgment is an answer: text or JSON, seen by the typer alone unless it says `in_channel`. */
  function commandAnswer(channel: string, user: string, { body, contentType }: Delivered): void {
    if (body === '') return;
    const answer = contentType.includes('application/json') ? jsonOf(body) : { text: body };
    if (answer.text === undefined && answer.blocks === undefined) return;
    workspace.add({
      channel,
      user: botUser.id,
      ...content(answer, 40_000),
      metadata: null,
      only: answer.response_type === 'in_channel' ? null : user,
    });
  }

  function item(message: Message): InboxItem {
    return {
      id: `${message.channel}:${message.ts}`,
      channel: message.channel,
      from: writerOf(workspace, message),
      ...shown(message),
      buttons: pressables(message.blocks).map(({ id, label, value }) => ({ id, label, value })),
      ephemeral: message.only !== null,
      at: timeOf(message),
    };
  }

  return {
    async command(as, text, where) {
      const person = personOf(as);
      if (person === undefined) return unsent('no_such_person');
      const channel = channelFor(person, where);
      if (channel === undefined) return unsent('no_such_channel');
      const [, name = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
      if (!commands.includes(name)) {
        slackbot(
          channel.id,
          person.slackUserId,
          `${name} is not a valid command. In Slack, all messages that start with the "/" are interpreted as commands.`,
        );
        return unsent('not_a_command');
      }
      const path = o.responseUrls.issue({ channel: channel.id, user: person.slackUserId, source: null });
      const responseUrl = `${o.origin}${path}`;
      const typed = commandForm({ workspace, person, channel, name, text: rest.trim(), responseUrl });
      const delivered = await send('slash_commands', typed);
      if (delivered.error !== undefined)
        slackbot(channel.id, person.slackUserId, `${name} failed with the error "${delivered.error}"`);
      else answerOrSay(channel.id, person.slackUserId, name, delivered);
      return acked(delivered);
    },
    async press(as, id, button, value) {
      const person = personOf(as);
      if (person === undefined) return unsent('no_such_person');
      const found = pressable(person, id, button, value);
      return typeof found === 'string' ? unsent(found) : await forge(pressPayload(person, found));
    },
    payload(as, id, button, value) {
      const person = personOf(as);
      const found = person === undefined ? 'no_such_person' : pressable(person, id, button, value);
      return person === undefined || typeof found === 'string' ? null : pressPayload(person, found);
    },
    buttonIn(as, id, button, value) {
      const person = personOf(as);
      const found = person === undefined ? 'no_such_person' : pressable(person, id, button, value);
      return typeof found === 'string' ? null : found.pressed.id;
    },
    forge,
    say(as, where, text) {
      const person = personOf(as);
      const channel = person === undefined ? undefined : channelFor(person, where);
      if (person === undefined || channel === undefined) return Promise.resolve(unsent('no_such_channel'));
      workspace.add({ channel: channel.id, user: person.slackUserId, text, blocks: [], metadata: null, only: null });
      return Promise.resolve({ ok: true, status: 200 });
    },
    inbox(as) {
      const person = personOf(as);
      return person === undefined ? [] : workspace.seenBy(person.slackUserId).map(item);
    },
  };

  /** Blocks that Slack refuses in an answer are an error that the typer sees. */
  function answerOrSay(channel: string, user: string, name: string, delivered: Delivered): void {
    try {
      commandAnswer(channel, user, delivered);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      slackbot(channel, user, `${name} failed with the error "${error.message}"`);
    }
  }
}

function acked({ status, error }: Delivered): Acked {
  return error === undefined ? { ok: true, status } : { ok: false, status, error };
}

function jsonOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
