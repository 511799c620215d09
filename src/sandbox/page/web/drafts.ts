import { useState } from 'preact/hooks';
import type { Platform } from '../feed.ts';

/** What stands in a composer, not sent yet. */
export interface Draft {
  readonly text: string;
  /** A suggested step put it there, and nobody has typed since. */
  readonly isSuggested: boolean;
}

const none: Draft = { text: '', isSuggested: false };

/** The drafts of everybody on both platforms: whoever comes back finds theirs. */
export function useDrafts(): {
  readonly of: (who: string, on: Platform) => Draft;
  readonly put: (who: string, on: Platform, draft: Draft) => void;
} {
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  return {
    of: (who, on) => drafts[`${who}/${on}`] ?? none,
    put: (who, on, draft) => setDrafts((was) => ({ ...was, [`${who}/${on}`]: draft })),
  };
}
