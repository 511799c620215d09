import { h, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import type { Offered, Resident } from '../feed.ts';
import { Channels, nameOf } from './channels.ts';
import { Composer } from './composer.ts';
import { Conversation } from './conversation.ts';
import { Home } from './home.ts';
import { Modal } from './modal.ts';

const opened = new Date().toISOString();

/** One person's Slack. Mounted anew for another person. */
export function Slack(p: {
  readonly person: Resident;
  readonly screen: Screen;
  readonly commands: readonly Offered[];
  readonly draft: string;
  readonly setDraft: (draft: string) => void;
}): JSX.Element {
  const { person, screen } = p;
  const newest = screen.messages.at(-1)?.channel;
  const [chosen, setChosen] = useState(newest ?? '');
  const [isHome, setHome] = useState(false);
  const [seen, setSeen] = useState<Readonly<Record<string, string>>>({});
  const channel = screen.channels.find((one) => one.id === chosen) ?? screen.channels[0];
  const id = channel?.id ?? '';
  const messages = screen.messages.filter((message) => message.channel === id);
  const last = messages.at(-1)?.at ?? '';

  useEffect(() => setSeen((was) => ({ ...was, [id]: last })), [id, last]);
  const unread = (of: string): number =>
    screen.messages.filter((message) => message.channel === of && message.at > (seen[of] ?? opened)).length;

  // What a suggested step put into the composer belongs to the messages with the bot.
  useEffect(() => {
    if (p.draft === '' || screen.channels[0] === undefined) return;
    setHome(false);
    if (p.draft.startsWith('/') && channel?.kind !== 'direct' && chosen === newest) setChosen(screen.channels[0].id);
  }, [p.draft === '']);

  return h(
    'div',
    { class: 'slack' },
    h(Channels, {
      channels: screen.channels,
      open: id,
      unread,
      choose: (to) => {
        setChosen(to);
        setHome(false);
      },
    }),
    channel === undefined
      ? null
      : h(
          'div',
          { class: 'conversation' },
          h(
            'header',
            null,
            h('h2', null, nameOf(channel)),
            h(
              'span',
              { class: 'note' },
              channel.kind === 'direct' ? `${person.name}’s Slack` : `${person.name}’s Slack · ${channel.members} members`,
            ),
            channel.kind === 'direct'
              ? h(
                  'div',
                  { class: 'switch', role: 'group', 'aria-label': 'The bot' },
                  h('button', { type: 'button', 'aria-pressed': isHome, onClick: () => setHome(true) }, 'Home'),
                  h('button', { type: 'button', 'aria-pressed': !isHome, onClick: () => setHome(false) }, 'Messages'),
                )
              : null,
          ),
          isHome && channel.kind === 'direct'
            ? h(Home, { as: person.key, home: screen.home })
            : [
                h(Conversation, { key: id, as: person.key, channel, messages }),
                h(Composer, {
                  as: person.key,
                  name: person.name,
                  channel: id,
                  where: nameOf(channel),
                  commands: p.commands,
                  draft: p.draft,
                  setDraft: p.setDraft,
                }),
              ],
        ),
    screen.modal === null ? null : h(Modal, { key: screen.modal.id, as: person.key, modal: screen.modal }),
  );
}
