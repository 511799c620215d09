import { h, type JSX } from 'preact';
import type { ScreenMessage } from '../../slack/screen.ts';
import { Blocks } from './blocks.ts';
import { post } from './call.ts';
import { Frame } from './frame.ts';
import { wordOf } from './json.ts';
import { Mrkdwn } from './mrkdwn.ts';

export function Message(p: { readonly as: string; readonly message: ScreenMessage }): JSX.Element {
  const { id, from, isBot, at, edited, ephemeral, text, blocks } = p.message;
  return h(
    Frame,
    { id, from, isBot, at, edited, isForOne: ephemeral, kind: ephemeral ? 'ephemeral' : '' },
    blocks.length === 0
      ? h('p', null, h(Mrkdwn, { text }))
      : h(Blocks, {
          blocks,
          press: (element) =>
            post('press', {
              as: p.as,
              message: id,
              button: wordOf(element['action_id']),
              ...(element['value'] === undefined ? {} : { value: element['value'] }),
            }),
        }),
  );
}
