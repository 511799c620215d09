import { h, type JSX } from 'preact';
import type { Platform, Resident } from '../feed.ts';
import type { Unread } from './unread.ts';

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
  readonly platform: Platform;
  /** Messages that each has not seen on this page yet. */
  readonly unread: Unread;
  readonly go: (key: string, where: Platform) => void;
}): JSX.Element {
  return h(
    'nav',
    { class: 'people', 'aria-labelledby': 'people-title' },
    h('h2', { id: 'people-title' }, 'Be somebody'),
    h(
      'ul',
      null,
      p.people.map((person) => {
        const unread = p.unread(person.key, 'slack') + p.unread(person.key, 'teams');
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
              onClick: () => p.go(person.key, p.platform),
            },
            h(Avatar, { name: person.name }),
            h(
              'span',
              { class: 'who' },
              h('span', { class: 'name' }, person.name),
              h('span', { class: 'may' }, person.may.join(', ')),
              h('span', { class: 'upn' }, person.upn),
            ),
            h(New, { count: unread }),
          ),
          person.key === p.as ? h(Where, { ...p, person }) : null,
        );
      }),
    ),
  );
}

const places: readonly (readonly [Platform, string])[] = [
  ['slack', 'Slack'],
  ['teams', 'Teams'],
];

/** Where one is who one is: on a screen that holds both, both are there. */
function Where(p: {
  readonly person: Resident;
  readonly platform: Platform;
  readonly unread: Unread;
  readonly go: (key: string, where: Platform) => void;
}): JSX.Element {
  const { key, name } = p.person;
  return h(
    'div',
    { class: 'switch where', role: 'group', 'aria-label': `Where ${name} is` },
    places.map(([on, words]) =>
      h(
        'button',
        { key: on, type: 'button', 'aria-pressed': on === p.platform, onClick: () => p.go(key, on) },
        words,
        h(New, { count: p.unread(key, on) }),
      ),
    ),
  );
}

function New(p: { readonly count: number }): JSX.Element | null {
  return p.count === 0 ? null : h('span', { class: 'badge' }, p.count, h('span', { class: 'unseen' }, ' new'));
}
