import { type ComponentChild, h, type JSX } from 'preact';

/** A conversation as the list of them shows it. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly sign: ComponentChild;
  /** Said to whoever can't see the sign; empty: nothing. */
  readonly unseen: string;
  /** Small print beside the name; empty: none. */
  readonly note: string;
}

/** The conversations that somebody is in, by kind. */
export function Rail(p: {
  readonly groups: readonly { readonly title: string; readonly conversations: readonly Listed[] }[];
  readonly open: string;
  readonly unread: (id: string) => number;
  readonly choose: (id: string) => void;
}): JSX.Element {
  const item = ({ id, name, sign, unseen, note }: Listed): JSX.Element => {
    const unread = id === p.open ? 0 : p.unread(id);
    return h(
      'li',
      { key: id },
      h(
        'button',
        {
          type: 'button',
          class: unread > 0 ? 'channel new' : 'channel',
          'aria-current': id === p.open ? 'true' : undefined,
          onClick: () => p.choose(id),
        },
        h('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
        h('span', { class: 'name' }, name),
        unseen === '' ? null : h('span', { class: 'unseen' }, ` ${unseen}`),
        note === '' ? null : h('span', { class: 'note' }, note),
        unread === 0 ? null : h('span', { class: 'badge' }, unread, h('span', { class: 'unseen' }, ' new')),
      ),
    );
  };
  return h(
    'nav',
    { class: 'channels', 'aria-label': 'Conversations' },
    p.groups
      .filter(({ conversations }) => conversations.length > 0)
      .map(({ title, conversations }) => [h('h3', { key: title }, title), h('ul', null, conversations.map(item))]),
  );
}
