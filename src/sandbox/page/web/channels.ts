import { h, type JSX } from 'preact';
import type { Screen } from '../../slack/screen.ts';
import { LockIcon } from './icons.ts';

type Channel = Screen['channels'][number];

/** As people call it. */
export const nameOf = (channel: Channel): string => (channel.kind === 'direct' ? channel.name : `#${channel.name}`);

export function Channels(p: {
  readonly channels: readonly Channel[];
  readonly open: string;
  readonly unread: (channel: string) => number;
  readonly choose: (channel: string) => void;
}): JSX.Element {
  const item = (channel: Channel): JSX.Element => {
    const unread = channel.id === p.open ? 0 : p.unread(channel.id);
    return h(
      'li',
      { key: channel.id },
      h(
        'button',
        {
          type: 'button',
          class: unread > 0 ? 'channel new' : 'channel',
          'aria-current': channel.id === p.open ? 'true' : undefined,
          onClick: () => p.choose(channel.id),
        },
        h(
          'span',
          { class: 'sign', 'aria-hidden': 'true' },
          channel.kind === 'private' ? h(LockIcon, null) : channel.kind === 'direct' ? '>_' : '#',
        ),
        h('span', { class: 'name' }, channel.name),
        channel.kind === 'private' ? h('span', { class: 'unseen' }, ' (private)') : null,
        channel.archived ? h('span', { class: 'note' }, 'archived') : null,
        unread === 0 ? null : h('span', { class: 'badge' }, unread, h('span', { class: 'unseen' }, ' new')),
      ),
    );
  };
  return h(
    'nav',
    { class: 'channels', 'aria-label': 'Conversations' },
    h('h3', null, 'Apps'),
    h('ul', null, p.channels.filter((channel) => channel.kind === 'direct').map(item)),
    h('h3', null, 'Channels'),
    h('ul', null, p.channels.filter((channel) => channel.kind !== 'direct').map(item)),
  );
}
