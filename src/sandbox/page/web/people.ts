import { h, type JSX } from 'preact';
import type { Resident } from '../feed.ts';

/** Two letters on a colour of the person's own. */
export function Avatar(p: { readonly name: string; readonly bot?: boolean }): JSX.Element {
  const letters = p.bot === true ? '>_' : initials(p.name);
  return h('span', { class: `avatar ${p.bot === true ? 'bot' : `hue-${hue(p.name)}`}`, 'aria-hidden': 'true' }, letters);
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();

const hues = 6;
const hue = (name: string): number =>
  [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % hues;

export function People(p: {
  readonly people: readonly Resident[];
  readonly as: string;
  /** Messages that each has not seen on this page yet. */
  readonly unread: (key: string) => number;
  readonly be: (key: string) => void;
}): JSX.Element {
  return h(
    'nav',
    { class: 'people', 'aria-labelledby': 'people-title' },
    h('h2', { id: 'people-title' }, 'Be somebody'),
    h(
      'ul',
      null,
      p.people.map((person) => {
        const unread = p.unread(person.key);
        return h(
          'li',
          { key: person.key },
          h(
            'button',
            {
              type: 'button',
              class: 'person',
              title: `${person.upn}: ${person.may.join(', ')}`,
              'aria-current': person.key === p.as ? 'true' : undefined,
              onClick: () => p.be(person.key),
            },
            h(Avatar, { name: person.name }),
            h(
              'span',
              { class: 'who' },
              h('span', { class: 'name' }, person.name),
              h('span', { class: 'may' }, person.may.join(', ')),
              h('span', { class: 'upn' }, person.upn),
            ),
            unread === 0 ? null : h('span', { class: 'badge' }, unread, h('span', { class: 'unseen' }, ' new')),
          ),
        );
      }),
    ),
  );
}
