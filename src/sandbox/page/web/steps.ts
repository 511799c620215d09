import { h, type JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { World } from '../feed.ts';
import { CopyButton } from './copy.ts';
import { CheckIcon, CloseIcon } from './icons.ts';

export const firstCommand = '/crdb-access request analytics';

interface Step {
  readonly who: string;
  readonly title: string;
  readonly what: JSX.Element;
  readonly button: string;
}

/** What a first-time visitor may try, each ticked off when it has been seen to happen, whoever did it and however. */
export function Steps(p: {
  readonly done: World['steps'];
  readonly shell: string;
  readonly begin: (who: string, draft: string) => void;
}): JSX.Element | null {
  const [isHidden, setHidden] = useState(false);
  if (isHidden) return null;
  const now = p.done.indexOf(false);
  const steps: readonly Step[] = [
    { who: 'alice', title: 'Be Alice', what: h('span', null, 'type ', h('code', null, firstCommand)), button: 'Type it' },
    { who: 'bob', title: 'Be Bob', what: h('span', null, 'press ', h('b', null, 'Approve'), ' on the card'), button: 'Go there' },
    {
      who: 'alice',
      title: 'Be Alice again',
      what: h('span', null, 'copy the command, run it in a shell', now === 2 ? ' that has been prepared with' : null),
      button: 'Go there',
    },
  ];
  return h(
    'section',
    { class: 'steps', 'aria-label': 'Three first steps' },
    h(
      'ol',
      null,
      steps.map((step, i) => {
        const state = p.done[i] === true ? 'done' : i === now ? 'now' : 'later';
        return h(
          'li',
          { key: i, class: state, 'aria-current': state === 'now' ? 'step' : undefined },
          h('span', { class: 'mark', 'aria-hidden': 'true' }, state === 'done' ? h(CheckIcon, null) : i + 1),
          h(
            'p',
            null,
            h('strong', null, step.title),
            state === 'done' ? h('span', { class: 'unseen' }, ' (done)') : null,
            state === 'done' ? null : [': ', step.what],
          ),
          i === 2 && state === 'now' ? h(Shell, { line: `${p.shell} SANDBOX_AS=alice` }) : null,
          state === 'now'
            ? h(
                'button',
                { type: 'button', class: 'press', onClick: () => p.begin(step.who, i === 0 ? firstCommand : '') },
                step.button,
              )
            : null,
        );
      }),
    ),
    now === -1 ? h('p', { class: 'next' }, 'Next: be Grace, type ', h('code', null, '/crdb-status'), ', break something.') : null,
    h(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': 'Hide the first steps', onClick: () => setHidden(true) },
      h(CloseIcon, null),
    ),
  );
}

/** The line that puts the sandbox's `az` and `cockroach` first in PATH. */
function Shell(p: { readonly line: string }): JSX.Element {
  const line = useRef<HTMLElement>(null);
  return h(
    'span',
    { class: 'shell' },
    h('code', { ref: line, title: p.line }, p.line),
    h(CopyButton, { text: p.line, label: 'the line that prepares a shell', otherwise: () => line.current }),
  );
}
