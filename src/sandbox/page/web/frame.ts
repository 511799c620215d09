import { type ComponentChildren, h, type JSX } from 'preact';
import { EyeIcon } from './icons.ts';
import { Avatar } from './people.ts';
import { When } from './when.ts';

/** Who said something, and when; what was said stands in it. */
export function Frame(p: {
  /** Told apart from all others on the page. */
  readonly id: string;
  readonly from: string;
  readonly isBot: boolean;
  readonly at: string;
  readonly edited: boolean;
  readonly isForOne?: boolean;
  readonly kind?: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const writer = `from-${p.id}`;
  return h(
    'article',
    { class: `message ${p.kind ?? ''}`, 'aria-labelledby': writer },
    h(Avatar, { name: p.from, bot: p.isBot }),
    h(
      'div',
      { class: 'body' },
      h(
        'header',
        { id: writer },
        h('strong', null, p.from),
        p.isBot ? h('span', { class: 'app' }, 'APP') : null,
        h('span', { class: 'note' }, h(When, { at: p.at })),
        p.edited ? h('span', { class: 'note' }, '(edited)') : null,
        p.isForOne === true ? h('span', { class: 'only' }, h(EyeIcon, null), 'Only visible to you') : null,
      ),
      p.children,
    ),
  );
}
