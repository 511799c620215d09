import { h, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import { Message } from './message.ts';

const nearPixels = 120;

/** The messages of one conversation. It stays at its end while new ones come, unless the reader has gone up. */
export function Conversation(p: {
  readonly as: string;
  readonly channel: Screen['channels'][number];
  readonly messages: Screen['messages'];
}): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const last = p.messages.at(-1);
  useLayoutEffect(() => {
    const element = log.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [p.messages.length, last?.id, last?.edited, p.messages]);
  const note =
    p.channel.kind === 'direct'
      ? 'Your messages with the bot. Type / below to see what it understands.'
      : 'Nothing has been said here.';
  return h(
    'div',
    {
      class: 'log',
      role: 'log',
      'aria-label': 'Messages',
      'aria-live': 'polite',
      tabIndex: 0,
      ref: log,
      onScroll: () => {
        const element = log.current;
        if (element !== null) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels;
      },
    },
    p.messages.length === 0 ? h('p', { class: 'empty' }, note) : null,
    p.messages.map((message) => h(Message, { key: message.id, as: p.as, message })),
  );
}
