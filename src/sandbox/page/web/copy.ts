import { h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { CheckIcon, CopyIcon } from './icons.ts';

const doneMs = 2000;

/** Code as it is, with a button that copies it whole. */
export function Code(p: { readonly code: string; readonly label: string }): JSX.Element {
  const pre = useRef<HTMLPreElement>(null);
  return h(
    'div',
    { class: 'code' },
    h('pre', { ref: pre }, h('code', null, p.code)),
    h(CopyButton, { text: p.code, label: p.label, otherwise: () => pre.current }),
  );
}

/** @param p.otherwise what is selected, for Ctrl-C, where the browser lets no page write to the clipboard */
export function CopyButton(p: {
  readonly text: string;
  readonly label: string;
  readonly otherwise: () => HTMLElement | null;
}): JSX.Element {
  const [state, setState] = useState<'ready' | 'copied' | 'selected'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), doneMs);
    return () => clearTimeout(timer);
  }, [state]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(p.text);
      setState('copied');
    } catch {
      const element = p.otherwise();
      if (element !== null) getSelection()?.selectAllChildren(element);
      setState('selected');
    }
  }
  const words = { ready: 'Copy', copied: 'Copied', selected: 'Press Ctrl-C' }[state];
  return h(
    'button',
    { type: 'button', class: 'copy', onClick: () => void copy(), 'aria-label': `${words}: ${p.label}` },
    h(state === 'copied' ? CheckIcon : CopyIcon, null),
    h('span', { 'aria-live': 'polite' }, words),
  );
}
