import { useRef } from 'preact/hooks';
import type { Platform, World } from '../feed.ts';

export type Unread = (key: string, on: Platform) => number;

/** How many messages each person got that this page has not shown as theirs. What was there when it was opened counts as shown. */
export function useUnread(world: World | null, as: string, visible: readonly Platform[]): Unread {
  const shown = useRef(new Map<string, number>());
  const now = (key: string, on: Platform): number => world?.messages[key]?.[on] ?? 0;
  for (const [key, counts] of Object.entries(world?.messages ?? {})) {
    for (const on of Object.keys(counts) as Platform[]) {
      const name = `${key}/${on}`;
      if (!shown.current.has(name) || (key === as && visible.includes(on))) shown.current.set(name, now(key, on));
    }
  }
  return (key, on) => Math.max(0, now(key, on) - (shown.current.get(`${key}/${on}`) ?? 0));
}
