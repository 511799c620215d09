import { useEffect, useState } from 'preact/hooks';
import type { Platform } from '../feed.ts';

/** From this width on, somebody's Slack and Teams stand side by side (css/chat.css counts on it). */
const wide = matchMedia('(min-width: 1720px)');
const both: readonly Platform[] = ['slack', 'teams'];

/** What is shown of somebody's conversations now. */
export function useVisible(chosen: Platform): readonly Platform[] {
  const [isWide, setWide] = useState(wide.matches);
  useEffect(() => {
    const follow = (): void => setWide(wide.matches);
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, []);
  return isWide ? both : [chosen];
}
