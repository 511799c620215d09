import { h, type JSX } from 'preact';
import type { ScreenMessage } from '../../slack/screen.ts';
import { Blocks } from './blocks.ts';
import { post } from './call.ts';
import { EyeIcon } from './icons.ts';
import { wordOf } from './json.ts';
import { Mrkdwn } from './mrkdwn.ts';
import { Avatar } from './people.ts';
import { When } from './when.ts';

export function Message(p: { readonly as: string; readonly message: ScreenMessage }): JSX.Element {
  const { message } = p;
  const writer = `from-${message.id}`;
  return h(
    'article',
    { class: `message ${message.ephemeral ? 'ephemeral' : ''}`, 'aria-labelledby': writer },
    h(Avatar, { name: message.from, bot: message.isBot }),
    h(
      'div',
      { class: 'body' },
      h(
        'header',
        { id: writer },
        h('strong', null, message.from),
        message.isBot ? h('span', { class: 'app' }, 'APP') : null,
        h('span', { class: 'note' }, h(When, { at: message.at })),
        message.edited ? h('span', { class: 'note' }, '(edited)') : null,
        message.ephemeral ? h('span', { class: 'only' }, h(EyeIcon, null), 'Only visible to you') : null,
      ),
      message.blocks.length === 0
        ? h('p', null, h(Mrkdwn, { text: message.text }))
        : h(Blocks, {
            blocks: message.blocks,
            press: (element) =>
              post('press', {
                as: p.as,
                message: message.id,
                button: wordOf(element['action_id']),
                ...(element['value'] === undefined ? {} : { value: element['value'] }),
              }),
          }),
    ),
  );
}
