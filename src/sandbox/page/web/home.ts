import { h, type JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import { Blocks } from './blocks.ts';
import { get, post } from './call.ts';
import { wordOf } from './json.ts';

/** The bot's App Home: opening it tells the bot, which publishes it anew. */
export function Home(p: { readonly as: string; readonly home: Screen['home'] }): JSX.Element {
  useEffect(() => {
    // A bot that does not publish one is seen by what stands here.
    void get('home', { as: p.as }).catch(() => undefined);
  }, [p.as]);
  return h(
    'div',
    { class: 'log home', tabIndex: 0, role: 'region', 'aria-label': 'App Home' },
    p.home === null
      ? h('p', { class: 'empty' }, 'Waiting for the bot to publish your home.')
      : h(Blocks, {
          blocks: p.home.blocks,
          press: (element) =>
            post('press', {
              as: p.as,
              message: 'home',
              button: wordOf(element['action_id']),
              ...(element['value'] === undefined ? {} : { value: element['value'] }),
            }),
        }),
  );
}
