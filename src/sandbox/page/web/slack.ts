import { h, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import type { Offered, Resident } from '../feed.ts';
import { type Outcome, post } from './call.ts';
import { Composer } from './composer.ts';
import { Home } from './home.ts';
import { LockIcon } from './icons.ts';
import { Log } from './log.ts';
import { Message } from './message.ts';
import { Modal } from './modal.ts';
import { offeredAfter } from './offers.ts';
import type { Draft } from './drafts.ts';
import { useOpen } from './open.ts';
import { type Listed, Rail } from './rail.ts';

type Channel = Screen['channels'][number];

/** One person's Slack. Mounted anew for another person. */
export function Slack(p: {
  readonly person: Resident;
  readonly screen: Screen;
  readonly commands: readonly Offered[];
  /** What commands begin with. */
  readonly names: readonly string[];
  readonly draft: Draft;
  readonly type: (text: string) => void;
}): JSX.Element {
  const { person, screen } = p;
  const [isHome, setHome] = useState(false);
  const { channel, choose, unread } = useOpen(`${person.key}/slack`, screen, p.draft.isSuggested);
  const open = channel?.id ?? '';
  const messages = screen.messages.filter((message) => message.channel === open);
  const isHomeOpen = isHome && channel?.kind === 'direct';
  useEffect(() => {
    if (p.draft.isSuggested) setHome(false);
  }, [p.draft.isSuggested]);

  return h(
    'section',
    { class: 'chat slack', 'aria-label': `${person.name}’s Slack` },
    h(Rail, {
      groups: groupsOf(screen.channels),
      open,
      unread,
      choose: (id) => {
        choose(id);
        setHome(false);
      },
    }),
    channel === undefined
      ? null
      : h(
          'div',
          { class: 'conversation' },
          h(Head, { person, channel, isHome, setHome }),
          isHomeOpen
            ? h(Home, { as: person.key, home: screen.home })
            : [
                h(
                  Log,
                  { key: open, messages: screen.messages, empty: emptyWords(channel) },
                  messages.map((message) => h(Message, { key: message.id, as: person.key, message })),
                ),
                h(Composer, {
                  id: 'composer-slack',
                  label: `Write as ${person.name} in ${nameOf(channel)}`,
                  hint: `Write as ${person.name}, or type / for commands`,
                  offered: (draft) => offeredAfter(p.commands, p.names, draft),
                  draft: p.draft.text,
                  type: p.type,
                  send: (text) => send(person.key, open, text),
                }),
              ],
        ),
    screen.modal === null ? null : h(Modal, { key: screen.modal.id, as: person.key, modal: screen.modal }),
  );
}

/** What begins with a slash is a command; Slack itself answers one that nobody knows. */
async function send(as: string, channel: string, text: string): Promise<Outcome> {
  const outcome = await post(text.startsWith('/') ? 'command' : 'say', { as, channel, text });
  return outcome.error === 'not_a_command' ? { ok: true } : outcome;
}

function Head(p: {
  readonly person: Resident;
  readonly channel: Channel;
  readonly isHome: boolean;
  readonly setHome: (isHome: boolean) => void;
}): JSX.Element {
  const { channel, isHome, setHome } = p;
  const whose = `${p.person.name}’s Slack`;
  return h(
    'header',
    null,
    h('h2', null, nameOf(channel)),
    h('span', { class: 'note' }, channel.kind === 'direct' ? whose : `${whose} · ${channel.members} members`),
    channel.kind === 'direct'
      ? h(
          'div',
          { class: 'switch', role: 'group', 'aria-label': 'The bot' },
          h('button', { type: 'button', 'aria-pressed': isHome, onClick: () => setHome(true) }, 'Home'),
          h('button', { type: 'button', 'aria-pressed': !isHome, onClick: () => setHome(false) }, 'Messages'),
        )
      : null,
  );
}

/** As people call it. */
const nameOf = ({ kind, name }: Channel): string => (kind === 'direct' ? name : `#${name}`);
const emptyWords = ({ kind }: Channel): string =>
  kind === 'direct' ? 'Your messages with the bot. Type / below to see what it understands.' : 'Nothing has been said here.';

const signs = { direct: '>_', channel: '#', private: h(LockIcon, null) };
const listed = ({ id, name, kind, archived }: Channel): Listed => ({
  id,
  name,
  sign: signs[kind],
  unseen: kind === 'private' ? '(private)' : '',
  note: archived ? 'archived' : '',
});

function groupsOf(
  channels: readonly Channel[],
): readonly { readonly title: string; readonly conversations: readonly Listed[] }[] {
  const direct = channels.filter(({ kind }) => kind === 'direct').map(listed);
  const others = channels.filter(({ kind }) => kind !== 'direct').map(listed);
  return [
    { title: 'Apps', conversations: direct },
    { title: 'Channels', conversations: others },
  ];
}
