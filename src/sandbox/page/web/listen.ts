import { useEffect, useState } from 'preact/hooks';
import type { Screen } from '../../slack/screen.ts';
import type { About, World } from '../feed.ts';

export interface Feed {
  readonly about: About | null;
  readonly world: World | null;
  /** Of the person that was asked for: never of the one before. */
  readonly screen: Screen | null;
  readonly connected: boolean;
}

const events = ['about', 'world', 'screen'] as const;

/** What the sandbox tells this person's page, live. A connection that broke is opened again by the browser. */
export function useFeed(as: string): Feed {
  const [feed, setFeed] = useState<Feed & { readonly of: string }>({
    of: as,
    about: null,
    world: null,
    screen: null,
    connected: true,
  });
  useEffect(() => {
    const source = new EventSource(`/api/live?as=${encodeURIComponent(as)}`);
    source.onopen = () => setFeed((was) => ({ ...was, connected: true }));
    source.onerror = () => setFeed((was) => ({ ...was, connected: false }));
    for (const name of events) {
      source.addEventListener(name, (event) => {
        const data: unknown = JSON.parse((event as MessageEvent<string>).data);
        setFeed((was) => ({ ...was, ...(name === 'screen' ? { of: as } : {}), [name]: data }));
      });
    }
    return () => source.close();
  }, [as]);
  return feed.of === as ? feed : { ...feed, screen: null };
}
