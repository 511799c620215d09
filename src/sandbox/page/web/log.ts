import { type ComponentChildren, h, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const nearPixels = 120;

/** The messages of one conversation. It stays at its end while new ones come, unless the reader has gone up. */
export function Log(p: {
  /** Said while there are none. */
  readonly empty: string;
  readonly messages: readonly unknown[];
  readonly children?: ComponentChildren;
}): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const width = useRef(0);
  useLayoutEffect(() => {
    const element = log.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [p.messages]);
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    const resized = new ResizeObserver(() => {
      width.current = element.clientWidth;
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return h(
    'div',
    {
      class: 'log',
      role: 'log',
      'aria-label': 'Messages',
      'aria-live': 'polite',
      tabIndex: 0,
      ref: log,
      onScroll: () => {
        const element = log.current;
        // A text that is laid out anew scrolls by itself: that was not the reader.
        if (element === null || element.clientWidth !== width.current) return;
        isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels;
      },
    },
    p.messages.length === 0 ? h('p', { class: 'empty' }, p.empty) : null,
    p.children,
  );
}
