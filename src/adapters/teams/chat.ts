/** The Chat port on the Bot Connector. */

import type { Card } from '../../core/messages/card.ts';
import type { Form } from '../../core/messages/form.ts';
import type { Chat, Log, Tag } from '../../core/ports.ts';
import type { Place } from '../../core/request/request.ts';
import { withoutThread } from './activity.ts';
import { call, isUnreachable, refused } from './call.ts';
import type { Connector } from './connector.ts';
import { pacing } from './pace.ts';
import type { People } from './people.ts';
import { reaching } from './reach.ts';
import { type Carried, render, renderForm, type TeamsMessage } from './render.ts';
import { calledBy, platform, type ReplyAddress, replyAddress } from './reply.ts';

/** Said where somebody spoke whom the bot can't write to: nothing of what it had to say, for everybody reads it there. */
const notInstalled: Card = {
  title: ['What I have to say is for you alone, and I can not write to you'],
  blocks: [
    {
      kind: 'text',
      text: [
        'Add the app ',
        { strong: 'crdb-access' },
        ' for yourself in Teams (Apps), then type it again in your chat with it.',
      ],
    },
  ],
};

/** Kinds of messages that whoever looks at them later wants to see as they are then. */
const live = new Set(['approval', 'proposal', 'setting_change']);

/** Messages that are remembered after they were posted. */
const rememberedPosts = 2000;

export function chat(o: { readonly connector: Connector; readonly people: People; readonly log: Log }): Chat {
  const { connector, people, log } = o;
  const pace = pacing();
  const reach = reaching((conversation) =>
    call('a look at a conversation', 'repeatable', () => connector.look(people.serviceUrl(), conversation)),
  );
  /** Teams lets a bot search no history: this process knows what it posted, the store what was recorded (docs/decisions/0011). */
  const posted = new Map<string, string>();

  /** @param who what the message is about, by which it is known when it was sent away and comes again; null: it has no name */
  const send = (conversation: string, message: TeamsMessage, who: string | null): Promise<string> =>
    pace.turn('post', withoutThread(conversation), who, (counted) =>
      call('a message', 'once', () => counted(() => connector.send(people.serviceUrl(), conversation, message))),
    );

  /** Into somebody's own chat. One that was heard of may be gone: then it is opened anew, once. */
  async function sendTo(
    oid: string,
    message: TeamsMessage,
    who: string | null,
  ): Promise<{ readonly channel: string; readonly message: string }> {
    const known = await people.personalChat(oid);
    try {
      return { channel: known, message: await send(known, message, who) };
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      people.lost(oid);
      const channel = await people.personalChat(oid);
      return { channel, message: await send(channel, message, who) };
    }
  }

  /** @returns null: this person can't be written to, and was told so where they spoke */
  async function sendPrivately(
    to: ReplyAddress,
    message: TeamsMessage,
  ): Promise<{ readonly channel: string; readonly message: string } | null> {
    try {
      return await sendTo(to.oid, message, null);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      log.warn({ person: to.oid, says: String(error) }, 'a person can not be written to in Teams');
      if (to.isPersonal) throw error;
      await send(to.conversation, render(notInstalled, null), null);
      return null;
    }
  }

  async function change(place: Pick<Place, 'channel' | 'message'>, message: TeamsMessage): Promise<void> {
    try {
      await pace.turn('update', place.channel, null, (counted) =>
        call('a change of a message', 'repeatable', () =>
          counted(() => connector.update(people.serviceUrl(), threadOf(place), place.message, message)),
        ),
      );
    } catch (error) {
      // Somebody deleted it, or took the bot away: trying again would change nothing, for ever.
      if (!isUnreachable(error) && refused(error)?.status !== 404) throw error;
      log.warn({ channel: place.channel, says: String(error) }, 'a message can no longer be changed');
    }
  }

  function keepPosted(key: string, id: string): void {
    posted.set(key, id);
    for (const oldest of posted.keys()) {
      if (posted.size <= rememberedPosts) break;
      posted.delete(oldest);
    }
  }

  return {
    platform,
    calledBy,
    whoIs: (door) => Promise.resolve(people.whoIs(door)),
    async post(to, card, tag, mayBeThere): Promise<Place> {
      const channel = 'channel' in to ? withoutThread(to.channel) : await people.personalChat(to.door.user);
      const key = JSON.stringify([channel, tag.requestId, tag.kind]);
      const before = mayBeThere ? posted.get(key) : undefined;
      if (before !== undefined) return { platform, channel, message: before };
      const message = render(card, aboutOf(tag));
      const at =
        'channel' in to ? { channel, message: await send(channel, message, key) } : await sendTo(to.door.user, message, key);
      keepPosted(key, at.message);
      return { platform, ...at };
    },
    update: (place, card, tag) => change(place, render(card, aboutOf(tag))),
    async answer(to, card) {
      await sendPrivately(replyAddress(to.token), render(card, null));
    },
    async open(to, form) {
      const reply = replyAddress(to.token);
      const carried = carriedBy(reply);
      const at = await sendPrivately(reply, renderForm(form, { about: form.about, ...carried }));
      // They were told what to do about it: that nothing was opened is no second message.
      if (at === null) return { change: () => Promise.resolve() };
      return { change: (next: Form) => change(at, renderForm(next, { about: next.about, ...carried })) };
    },
    /** A personal chat has no page of its own beside it: what stands there is said when somebody asks (`mine`). */
    home: () => Promise.resolve(),
    reach: (channel) => reach(withoutThread(channel)),
  };
}

/**
 * What is posted to a channel begins a thread of it, and is changed as a message of that thread: the conversation that activities from
 * there name (learn.microsoft.com, "channel-and-group-conversations"). Chats have no threads.
 */
function threadOf({ channel, message }: Pick<Place, 'channel' | 'message'>): string {
  return /@thread\.(tacv2|skype)$/.test(channel) ? `${channel};messageid=${message}` : channel;
}

const aboutOf = (tag: Tag): string | null => (live.has(tag.kind) ? tag.requestId : null);

/** Where the button stood that opens a form; a form that was asked for with words was opened by none. */
function carriedBy({ conversation, message }: ReplyAddress): Pick<Carried, 'place'> {
  return { place: message === null ? null : { channel: withoutThread(conversation), message } };
}
