import { h, type JSX } from 'preact';
import type { TeamsMessage } from '../../../teams/screen.ts';
import { get, post } from '../call.ts';
import { Frame } from '../frame.ts';
import type { Choice } from '../listbox.ts';
import { Card } from './card.ts';
import { Markdown } from './markdown.ts';

const platform = 'teams';

export function Message(p: { readonly as: string; readonly message: TeamsMessage; readonly isReply: boolean }): JSX.Element {
  const { as, message } = p;
  const { id, from, isBot, at, edited, text, said } = message;
  return h(
    Frame,
    { id: `teams-${id}`, from, isBot, at, edited, kind: p.isReply ? 'reply' : '' },
    text === '' ? null : message.format === 'markdown' ? h(Markdown, { text }) : h('p', { class: 'words' }, text),
    message.cards.map((card, i) =>
      h(Card, {
        key: i,
        id: `${id}/${i}`,
        card,
        press: ({ button, value, input }) =>
          post('press', {
            platform,
            as,
            message: id,
            button,
            ...(value === '' ? {} : { value }),
            ...(input === null ? {} : { input }),
          }),
        suggest: (field, typed) => get<readonly Choice[]>('suggest', { platform, as, message: id, field, typed }),
      }),
    ),
    h('p', { class: 'said', role: 'status', hidden: said === '' }, said),
  );
}
