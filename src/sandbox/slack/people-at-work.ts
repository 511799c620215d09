/** What the workspace's people do: type commands, press buttons, read. */

import { randomBytes } from 'node:crypto';
import type { SandboxPerson } from '../people.ts';
import { type Delivered, deliver } from './deliver.ts';
import { content, messageObject, Refused } from './methods.ts';
import type { ResponseUrls } from './response-urls.ts';
import { type Pressable, pressables, type Shown, shown } from './source.ts';
import type { ScreenWork } from './screen.ts';
import { botUser, type Channel, directChannel, type Json, type Message, team, type Workspace } from './workspace.ts';

export type { ScreenWork };

export interface InboxItem extends Shown {
  /** `<channel>:<ts>`, for good. */
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly ephemeral: boolean;
  readonly at: string;
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
   * @param button its id, or its label regardless of case
   * @param input for a modal that the button opens: nothing opens one yet, so it is not used
   */
  press(as: string, message: string, button: string, input?: unknown): Promise<Acked>;
  /** Everything that this person can see, oldest first. */
  inbox(as: string): InboxItem[];
  /** Types an ordinary message. */
  say(as: string, channel: string, text: string): Promise<Acked>;
  /** The payload that a press would send, for tests to twist; null: nobody could press that. */
  payload(as: string, message: string, button: string): Json | null;
  /** Sends any interaction payload, signed. */
  forge(payload: Json): Promise<Acked>;
}

const commands = ['/crdb-access'];
/** A trigger can be used for three seconds, and once (docs.slack.dev/interactivity/handling-user-interaction). */
const trigger = () => `${Date.now()}.${randomBytes(6).readUIntBE(0, 6)}.${randomBytes(16).toString('hex')}`;
const unsent = (error: string): Acked => ({ ok: false, status: 404, error });

export function peopleAt(o: {
  workspace: Workspace;
  responseUrls: ResponseUrls;
  origin: string;
  botUrl: () => string;
  signingSecret: string;
}): PeopleAtWork {
  const { workspace } = o;
  const send = (form: Readonly<Record<string, string>>) => deliver(o.botUrl(), o.signingSecret, form);
  // The body that acknowledges an interaction is not shown (docs.slack.dev/interactivity/handling-user-interaction).
  const forge = async (payload: Json) => acked(await send({ payload: JSON.stringify(payload) }));
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
  function pressable(person: SandboxPerson, id: string, button: string): { message: Message; pressed: Pressable } | string {
    const [channel = '', ts = ''] = id.split(':');
    const message = workspace.find(channel, ts);
    if (message === undefined || !(workspace.sees(person.slackUserId, message) || isPublished(message))) return 'no_such_message';
    const versions = [message.blocks, ...[...message.earlier].reverse()];
    const wanted = button.toLowerCase();
    for (const blocks of versions) {
      const pressed = pressables(blocks).find((b) => b.id === button || b.label.toLowerCase() === wanted);
      if (pressed !== undefined) return { message, pressed };
    }
    return 'no_such_button';
  }

  function isPublished(message: Message): boolean {
    return !message.deleted && message.only === null && workspace.channels.get(message.channel)?.isDirect === false;
  }

  /** docs.slack.dev/reference/interaction-payloads/block_actions-payload */
  function pressPayload(person: SandboxPerson, { message, pressed }: { message: Message; pressed: Pressable }): Json {
    const channel = workspace.channels.get(message.channel);
    const ephemeral = message.only !== null;
    const responsePath = o.responseUrls.issue({ channel: message.channel, user: person.slackUserId, source: message });
    return {
      type: 'block_actions',
      user: { id: person.slackUserId, username: person.key, name: person.key, team_id: team.id },
      api_app_id: botUser.appId,
      token: 'deprecated',
      container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: ephemeral },
      trigger_id: trigger(),
      team,
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: message.channel, name: channel?.name },
      ...(ephemeral ? {} : { message: messageObject(message, false) }),
      state: { values: {} },
      response_url: `${o.origin}${responsePath}`,
      actions: [
        {
          type: 'button',
          action_id: pressed.id,
          block_id: pressed.blockId,
          text: pressed.element.text,
          ...(pressed.value === '' ? {} : { value: pressed.value }),
          ...(pressed.element.style === undefined ? {} : { style: pressed.element.style }),
          action_ts: workspace.nextTs(),
        },
      ],
    };
  }

  /** docs.slack.dev/interactivity/implementing-slash-commands, "Preparing your app to receive commands" */
  function commandForm(person: SandboxPerson, channel: Channel, name: string, text: string): Record<string, string> {
    const responsePath = o.responseUrls.issue({ channel: channel.id, user: person.slackUserId, source: null });
    return {
      token: 'deprecated',
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.isPrivate ? 'privategroup' : channel.name,
      user_id: person.slackUserId,
      user_name: person.key,
      command: name,
      text,
      api_app_id: botUser.appId,
      is_enterprise_install: 'false',
      response_url: `${o.origin}${responsePath}`,
      trigger_id: trigger(),
    };
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
    const from = message.user === botUser.id ? botUser.name : message.user === 'USLACKBOT' ? 'Slackbot' : nameOf(message.user);
    return {
      id: `${message.channel}:${message.ts}`,
      channel: message.channel,
      from,
      ...shown(message),
      ephemeral: message.only !== null,
      at: new Date(Number(message.ts) * 1000).toISOString(),
    };
  }

  const nameOf = (user: string) => workspace.people.find((person) => person.slackUserId === user)?.name ?? user;

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
      const delivered = await send(commandForm(person, channel, name, rest.trim()));
      if (delivered.error !== undefined)
        slackbot(channel.id, person.slackUserId, `${name} failed with the error "${delivered.error}"`);
      else answerOrSay(channel.id, person.slackUserId, name, delivered);
      return acked(delivered);
    },
    async press(as, id, button) {
      const person = personOf(as);
      if (person === undefined) return unsent('no_such_person');
      const found = pressable(person, id, button);
      return typeof found === 'string' ? unsent(found) : await forge(pressPayload(person, found));
    },
    payload(as, id, button) {
      const person = personOf(as);
      const found = person === undefined ? 'no_such_person' : pressable(person, id, button);
      return person === undefined || typeof found === 'string' ? null : pressPayload(person, found);
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
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}
