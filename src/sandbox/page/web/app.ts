import { h, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Platform } from '../feed.ts';
import { Audit } from './audit.ts';
import { ByHand } from './by-hand.ts';
import { Chats } from './chats.ts';
import { Cluster } from './cluster.ts';
import { toComposer } from './composer.ts';
import { useDrafts } from './drafts.ts';
import { Faults } from './faults.ts';
import { News, useNews } from './flash.ts';
import { Header } from './header.ts';
import { Keys } from './keys.ts';
import { useFeed } from './listen.ts';
import { type Pane, Panes } from './panes.ts';
import { People } from './people.ts';
import { Steps } from './steps.ts';
import { useUnread } from './unread.ts';
import { useVisible } from './visible.ts';

/** Who somebody is, and where, stays in the address, so that a reload or a second window begins there. */
function inAddress(): { readonly as: string; readonly platform: Platform } {
  const [as = '', platform] = decodeURIComponent(location.hash.slice(1)).split('/', 2);
  return { as: as || 'alice', platform: platform === 'teams' ? platform : 'slack' };
}

export function App(): JSX.Element {
  const [{ as, platform }, setPlace] = useState(inAddress());
  const [pane, setPane] = useState<Pane>(platform);
  const drafts = useDrafts();
  const { about, world, connected, ...screens } = useFeed(as);
  const isNews = useNews(world !== null && world.cluster.users.length > 0);
  const visible = useVisible(platform);
  const unread = useUnread(world, as, visible);
  const person = about?.people.find(({ key }) => key === as);

  useEffect(() => {
    const follow = (): void => setPlace(inAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);

  function go(who: string, where: Platform): void {
    location.hash = `${who}/${where}`;
    setPlace({ as: who, platform: where });
    setPane(where);
  }
  const show = (to: Pane): void => (to === 'slack' || to === 'teams' ? go(as, to) : setPane(to));

  function begin(who: string, draft: string): void {
    go(who, platform);
    if (draft !== '') drafts.put(who, platform, { text: draft, isSuggested: true });
    setTimeout(() => document.getElementById(`composer-${platform}`)?.focus(), 150);
  }

  return h(
    News.Provider,
    { value: isNews },
    h('a', { class: 'skip', href: location.hash, onClick: (event: Event) => skip(event) }, 'Skip to the conversation'),
    h(Header, { connected }),
    world === null || about === null ? null : h(Steps, { done: world.steps, shell: about.shell, begin }),
    h(
      'div',
      { class: `work show-${pane}` },
      h(
        'div',
        { class: 'pane people-pane' },
        about === null ? null : h(People, { people: about.people, as, platform, unread, go }),
        about === null || world === null
          ? null
          : h(
              'div',
              { class: 'break' },
              h(Faults, { targets: about.targets, faults: world.faults, paused: world.paused }),
              h(ByHand, { mistakes: world.mistakes }),
              h(Keys, { keys: world.keys }),
            ),
      ),
      h(
        'main',
        { class: 'pane chat-pane' },
        about === null
          ? h('p', { class: 'empty' }, connected ? 'One moment.' : '')
          : person === undefined
            ? h('p', { class: 'empty' }, `Nobody here is called “${as}”. Choose somebody on the left.`)
            : h(Chats, {
                key: as,
                about,
                person,
                visible,
                screens,
                draft: (on) => drafts.of(as, on),
                type: (on, text) => drafts.put(as, on, { text, isSuggested: false }),
              }),
      ),
      h(
        'aside',
        { class: 'pane facts-pane', 'aria-label': 'Cluster and audit' },
        world === null
          ? null
          : [h(Cluster, { cluster: world.cluster }), h(Audit, { audit: world.audit, fault: world.auditFault })],
      ),
    ),
    h(Panes, { pane, choose: show }),
  );
}

function skip(event: Event): void {
  event.preventDefault();
  toComposer();
}
