import type { RefObject } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Whether what appears now is news: it is not, while a list is drawn for the first time. */
export const News = createContext(false);

const name = 'flash';
const togetherMs = 1000;
let scrolledAt = 0;

/**
 * Marks an element for a moment when `of` differs from what it was, or when the element appears among others that were there.
 *
 * @returns what the element takes as its `ref`
 */
export function useFlash<E extends HTMLElement>(of: string): RefObject<E> {
  const ref = useRef<E>(null);
  const isNews = useContext(News);
  const before = useRef(isNews ? null : of);
  useLayoutEffect(() => {
    if (before.current === of) return;
    before.current = of;
    const element = ref.current;
    if (element === null) return;
    element.classList.remove(name);
    void element.offsetWidth; // the animation begins anew
    element.classList.add(name);
    element.addEventListener('animationend', () => element.classList.remove(name), { once: true });
    if (performance.now() - scrolledAt < togetherMs) return; // what changes together is seen from its beginning
    scrolledAt = performance.now();
    element.scrollIntoView({ block: 'nearest' });
  }, [of]);
  return ref;
}

/** False until the first snapshot has been drawn. */
export function useNews(isThere: boolean): boolean {
  const wasThere = useRef(false);
  const before = wasThere.current;
  useEffect(() => {
    wasThere.current ||= isThere;
  }, [isThere]);
  return before;
}
