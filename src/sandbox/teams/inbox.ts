import { codeOf, type Pressable, pressables, words } from './cards.ts';
import { marked } from './markdown.ts';
import type { TeamsMessage } from './screen.ts';

/** A message as words: what somebody who can't see it would be read. */
export interface InboxItem {
  /** For good. */
  readonly id: string;
  readonly channel: string;
  /** The message that begins its thread; null: this one does, or there are no threads there. */
  readonly thread: string | null;
  readonly from: string;
  /** Every word of it and its cards, in reading order. */
  readonly text: string;
  readonly code: readonly string[];
  /** What can be pressed at first sight. `value` tells actions of one name apart: `about` in their data. */
  readonly buttons: readonly { readonly id: string; readonly label: string; readonly value: string }[];
  /** What the bot answered this person's last press of it with; empty: nothing. */
  readonly said: string;
  /** Teams has no messages that one member of a conversation sees alone. */
  readonly ephemeral: false;
  readonly at: string;
}

export function inboxItem({ id, channel, thread, from, text, format, cards, said, at }: TeamsMessage): InboxItem {
  const own = format === 'markdown' ? marked(text) : text;
  return {
    id,
    channel,
    thread,
    from,
    text: [own, ...cards.map(words)].filter((part) => part !== '').join('\n'),
    code: [...fenced(format === 'markdown' ? text : ''), ...cards.flatMap(codeOf)],
    buttons: buttonsOf(cards.flatMap((card) => pressables(card))),
    said,
    ephemeral: false,
    at,
  };
}

export function buttonsOf(all: readonly Pressable[]): InboxItem['buttons'] {
  return all.filter(({ behind }) => behind === null).map(({ id, label, value }) => ({ id, label, value }));
}

function fenced(text: string): string[] {
  return [...text.matchAll(/```\n?([\s\S]*?)\n?```/g)].map((match) => match[1] ?? '');
}
