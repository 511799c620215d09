import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { TeamsScreen } from '../../../teams/screen.ts';
import type { Offered, Resident } from '../../feed.ts';
import { post } from '../call.ts';
import { Composer, toComposer } from '../composer.ts';
import { CloseIcon, PeopleIcon } from '../icons.ts';
import { Log } from '../log.ts';
import { behind, offeredAfter } from '../offers.ts';
import { useOpen } from '../open.ts';
import type { Draft } from '../drafts.ts';
import { type Listed, Rail } from '../rail.ts';
import { Message } from './message.ts';
import { type Thread, threadsOf } from './threads.ts';

type Channel = TeamsScreen['channels'][number];

const platform = 'teams';
const signs = { personal: '>_', group: h(PeopleIcon, null), channel: '#' };

/** One person's Teams. Mounted anew for another person. */
export function Teams(p: {
  readonly person: Resident;
  readonly screen: TeamsScreen;
  readonly commands: readonly Offered[];
  readonly draft: Draft;
  readonly type: (text: string) => void;
}): JSX.Element {
  const { person, screen } = p;
  const { channel, choose, unread } = useOpen(`${person.key}/teams`, screen, p.draft.isSuggested);
  const [thread, setThread] = useState<Thread | null>(null);
  const open = channel?.id ?? '';
  const messages = screen.messages.filter((message) => message.channel === open);
  return h(
    'section',
    { class: 'chat teams', 'aria-label': `${person.name}’s Teams` },
    h(Rail, {
      groups: groupsOf(screen.channels),
      open,
      unread,
      choose: (id) => {
        choose(id);
        setThread(null);
      },
    }),
    channel === undefined
      ? null
      : h(
          'div',
          { class: 'conversation' },
          h(Head, { person, channel }),
          h(
            Log,
            { key: open, messages: screen.messages, empty: emptyWords[channel.kind] },
            threadsOf(messages).map((one) =>
              h(Post, { key: one.root.id, as: person.key, thread: one, reply: channel.kind === 'channel' ? setThread : null }),
            ),
          ),
          h(Heard, { screen, open, unread, choose }),
          thread === null
            ? null
            : h(
                'p',
                { class: 'replying' },
                `A reply to ${thread.root.from}`,
                h(
                  'button',
                  { type: 'button', class: 'quiet', 'aria-label': 'Begin a new post instead', onClick: () => setThread(null) },
                  h(CloseIcon, null),
                ),
              ),
          h(Composer, {
            id: 'composer-teams',
            label: `Write as ${person.name} in ${channel.name}`,
            hint: hints[channel.kind](person.name),
            offered: (draft) =>
              channel.kind === 'personal'
                ? offeredAfter(p.commands, [], draft)
                : offeredAfter(behind(mention, p.commands), [mention], draft),
            draft: p.draft.text,
            type: p.type,
            send: (text) =>
              post('say', {
                platform,
                as: person.key,
                channel: channel.id,
                text,
                ...(thread === null ? {} : { thread: thread.root.id }),
              }),
          }),
        ),
  );
}

const mention = '@crdb-access';
const emptyWords = {
  personal: 'Your chat with the bot. Type / below to see what it understands.',
  group: 'Nothing has been said here.',
  channel: 'Nothing has been posted here.',
};
const mentioned = (name: string): string => `Write as ${name}; @ begins with the bot’s name`;
const hints = {
  personal: (name: string): string => `Write as ${name}, or type / for commands`,
  group: mentioned,
  channel: mentioned,
};

function Head(p: { readonly person: Resident; readonly channel: Channel }): JSX.Element {
  const { person, channel } = p;
  const whose = `${person.name}’s Teams`;
  return h(
    'header',
    null,
    h('h2', null, channel.name),
    h('span', { class: 'note' }, channel.kind === 'personal' ? whose : `${whose} · ${channel.members} members`),
    channel.hasBot || channel.kind !== 'personal'
      ? null
      : h(
          'button',
          { type: 'button', class: 'press', onClick: () => void post('install', { platform, as: person.key }) },
          'Install the app',
        ),
  );
}

function Post(p: {
  readonly as: string;
  readonly thread: Thread;
  /** Begins a reply; null: there are no threads here. */
  readonly reply: ((thread: Thread) => void) | null;
}): JSX.Element {
  const { as, thread, reply } = p;
  const { root, replies } = thread;
  return h(
    'div',
    { class: reply === null ? '' : 'post' },
    h(Message, { as, message: root, isReply: false }),
    replies.map((message) => h(Message, { key: message.id, as, message, isReply: true })),
    reply === null
      ? null
      : h(
          'button',
          {
            type: 'button',
            class: 'reply',
            onClick: (event: Event) => {
              reply(thread);
              toComposer(event.currentTarget as HTMLElement);
            },
          },
          'Reply',
          h('span', { class: 'unseen' }, ` to ${root.from}`),
        ),
  );
}

/** What the bot said in somebody's own chat while they look elsewhere, as Teams announces it. */
function Heard(p: {
  readonly screen: TeamsScreen;
  readonly open: string;
  readonly unread: (id: string) => number;
  readonly choose: (id: string) => void;
}): JSX.Element {
  const own = p.screen.channels.find(({ kind }) => kind === 'personal')?.id ?? '';
  const isNew = own !== p.open && p.unread(own) > 0;
  const newest = isNew ? p.screen.messages.findLast(({ channel, isBot }) => isBot && channel === own) : undefined;
  const [words = ''] = (newest?.summary || newest?.text || '').split('\n', 1);
  return h(
    'div',
    { role: 'status' },
    newest === undefined
      ? null
      : h(
          'button',
          { type: 'button', class: 'heard', onClick: () => p.choose(own) },
          h('strong', null, newest.from),
          ` ${words}`,
        ),
  );
}

/** Chats first, then each team with its channels. */
function groupsOf(
  channels: readonly Channel[],
): readonly { readonly title: string; readonly conversations: readonly Listed[] }[] {
  const titles = [...new Set(channels.map(titleOf))];
  return titles.map((title) => ({ title, conversations: channels.filter((one) => titleOf(one) === title).map(listed) }));
}

const titleOf = ({ team }: Channel): string => team ?? 'Chat';
const listed = ({ id, name, kind }: Channel): Listed => ({
  id,
  name,
  sign: signs[kind],
  unseen: kind === 'group' ? '(group chat)' : '',
  note: '',
});
