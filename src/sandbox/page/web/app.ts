import { h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { World } from '../feed.ts';
import { Audit } from './audit.ts';
import { Cluster } from './cluster.ts';
import { composerId } from './composer.ts';
import { Faults } from './faults.ts';
import { News, useNews } from './flash.ts';
import { Header } from './header.ts';
import { useFeed } from './listen.ts';
import { type Pane, Panes } from './panes.ts';
import { People } from './people.ts';
import { Slack } from './slack.ts';
import { Steps } from './steps.ts';

const first = 'alice';
/** Who somebody is stays in the address, so that a reload or a second window begins there. */
const inAddress = (): string => decodeURIComponent(location.hash.slice(1)) || first;

export function App(): JSX.Element {
  const [as, setAs] = useState(inAddress());
  const [pane, setPane] = useState<Pane>('slack');
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const { about, world, screen, connected } = useFeed(as);
  const isNews = useNews(world !== null && world.cluster.users.length > 0);
  const unread = useUnread(world, as);
  const person = about?.people.find(({ key }) => key === as);

  useEffect(() => {
    const follow = (): void => setAs(inAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);

  function be(key: string): void {
    location.hash = key;
    setAs(key);
    setPane('slack');
  }

  function begin(who: string, draft: string): void {
    be(who);
    if (draft !== '') setDrafts((was) => ({ ...was, [who]: draft }));
    setTimeout(() => document.getElementById(composerId)?.focus(), 150);
  }

  return h(
    News.Provider,
    { value: isNews },
    h('a', { class: 'skip', href: `#${as}`, onClick: (event: Event) => skip(event) }, 'Skip to the conversation'),
    h(Header, { connected }),
    world === null || about === null ? null : h(Steps, { done: world.steps, shell: about.shell, begin }),
    h(
      'div',
      { class: `work show-${pane}` },
      h(
        'div',
        { class: 'pane people-pane' },
        about === null ? null : h(People, { people: about.people, as, unread, be }),
        about === null || world === null ? null : h(Faults, { targets: about.targets, faults: world.faults }),
      ),
      h(
        'main',
        { class: 'pane slack-pane', id: 'slack' },
        about === null || screen === null
          ? h('p', { class: 'empty' }, connected ? 'One moment.' : '')
          : person === undefined
            ? h('p', { class: 'empty' }, `Nobody here is called “${as}”. Choose somebody on the left.`)
            : h(Slack, {
                key: as,
                person,
                screen,
                commands: about.commands,
                draft: drafts[as] ?? '',
                setDraft: (draft) => setDrafts((was) => ({ ...was, [as]: draft })),
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
    h(Panes, { pane, choose: setPane }),
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById(composerId)?.focus();
}

/** How many messages each person got that this page has not shown as theirs. What was there when it was opened counts as shown. */
function useUnread(world: World | null, as: string): (key: string) => number {
  const shown = useRef<Record<string, number>>({});
  for (const [key, count] of Object.entries(world?.messages ?? {})) {
    if (key === as || shown.current[key] === undefined) shown.current[key] = count;
  }
  return (key) => Math.max(0, (world?.messages[key] ?? 0) - (shown.current[key] ?? 0));
}
