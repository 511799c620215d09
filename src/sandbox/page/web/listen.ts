import { useEffect, useState } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import type { TeamsScreen } from '../../teams/screen.ts';
import type { About, World } from '../feed.ts';

export interface Feed {
  readonly about: About | null;
  readonly world: World | null;
  /** What the person that was asked for sees, never the one before. */
  readonly slack: Screen | null;
  readonly teams: TeamsScreen | null;
  readonly connected: boolean;
}

const events = ['about', 'world', 'slack', 'teams'] as const;
const screens: readonly string[] = ['slack', 'teams'];
const againMs = 1500;

/**
 * What the sandbox tells this person's page, live. A connection that broke is opened again: by the browser, or here where the browser gives up
 * because something else answered (a sandbox that is starting: html.spec.whatwg.org/multipage/server-sent-events.html, "fail the connection").
 */
export function useFeed(as: string): Feed {
  const [feed, setFeed] = useState<Feed & { readonly of: string }>({
    of: as,
    about: null,
    world: null,
    slack: null,
    teams: null,
    connected: true,
  });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const source = new EventSource(`/api/live?as=${encodeURIComponent(as)}`);
    let timer: ReturnType<typeof setTimeout> | undefined;
    source.onopen = () => setFeed((was) => ({ ...was, connected: true }));
    source.onerror = () => {
      setFeed((was) => ({ ...was, connected: false }));
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(() => setTries((n) => n + 1), againMs);
    };
    for (const name of events) {
      source.addEventListener(name, (event) => {
        const data: unknown = JSON.parse((event as MessageEvent<string>).data);
        setFeed((was) => ({ ...(screens.includes(name) ? only(as, was) : was), [name]: data }));
      });
    }
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [as, tries]);
  return only(as, feed);
}

/** What was told of somebody else is forgotten. */
const only = <F extends Feed & { readonly of: string }>(as: string, feed: F): F =>
  feed.of === as ? feed : { ...feed, of: as, slack: null, teams: null };
