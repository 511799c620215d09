import { type ComponentChildren, h, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const nearPixels = 120;

/**
 * The messages of one conversation. It stays at its end while new ones come, unless the reader has gone up; but whoever pressed something
 * sees what comes of it. Of a new message that is taller than the log the beginning is shown: its first line says what matters.
 */
export function Log(p: {
  /** Said while there are none. */
  readonly empty: string;
  readonly messages: readonly unknown[];
  readonly children?: ComponentChildren;
}): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const isNew = useRef(false);
  const hasPressed = useRef(false);
  const width = useRef(0);
  const place = useRef(-1);
  const count = useRef(p.messages.length);

  function follow(element: HTMLElement): void {
    const last = element.lastElementChild;
    const isTall = last instanceof HTMLElement && last.clientHeight > element.clientHeight;
    element.scrollTop = isNew.current && isTall ? last.offsetTop : element.scrollHeight;
    place.current = element.scrollTop;
  }

  useLayoutEffect(() => {
    const element = log.current;
    if (p.messages.length > count.current) {
      isAtEnd.current ||= hasPressed.current;
      isNew.current = true;
      hasPressed.current = false;
    }
    count.current = p.messages.length;
    if (element !== null && isAtEnd.current) follow(element);
  }, [p.messages]);
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return;
    const resized = new ResizeObserver(() => {
      width.current = element.clientWidth;
      if (isAtEnd.current) follow(element);
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
      onClick: (event: Event) => {
        hasPressed.current = event.target instanceof Element && event.target.closest('button') !== null;
      },
      onScroll: () => {
        const element = log.current;
        // A text that is laid out anew scrolls by itself: that was not the reader.
        if (element === null || element.clientWidth !== width.current || element.scrollTop === place.current) return;
        isNew.current = false;
        place.current = -1;
        isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels;
      },
    },
    p.messages.length === 0 ? h('p', { class: 'empty' }, p.empty) : null,
    p.children,
  );
}
