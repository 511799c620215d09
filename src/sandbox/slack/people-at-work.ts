/** What the workspace's people do: type commands, press buttons, read. */

import type { SandboxPerson } from '../people.ts';
import type { Json } from './checks.ts';
import { type Acked, acked, type Outlet, unsent } from './deliver.ts';
import { messagePress, viewPress } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { timeOf, writerOf } from './screen-of.ts';
import { buttonCalled, type Pressable, pressables, type Shown, shown } from './source.ts';
import { typing } from './typed.ts';
import type { View } from './views.ts';
import { type Channel, directChannel, type Message, type Workspace } from './workspace.ts';

export type { Acked };

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

/** What a press is about: a message, or a view of this person's own. */
type Found = { readonly pressed: Pressable } & ({ readonly message: Message } | { readonly view: View });

export function peopleAt(o: {
  readonly workspace: Workspace;
  readonly responseUrls: ResponseUrls;
  readonly origin: string;
  readonly send: Outlet;
}): PeopleAtWork {
  const { workspace, send } = o;
  const typed = typing(o);
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
      return await typed(person, channel, text);
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
}
