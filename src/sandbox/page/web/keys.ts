import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { World } from '../feed.ts';
import { post } from './call.ts';
import { useFlash } from './flash.ts';

type Key = World['keys'][number];

/** In the order of a rollover. */
const phases: readonly { readonly name: string; readonly label: string; readonly done: string }[] = [
  { name: 'publish', label: 'Publish a new key', done: 'A new key is published; nothing is signed with it yet.' },
  { name: 'sign', label: 'Sign with it', done: 'The newest key signs from now on.' },
  { name: 'withdraw', label: 'Withdraw the old one', done: 'The key that signed before is published no more.' },
];

/** Entra's signing keys, and the three phases in which they roll over. */
export function Keys(p: { readonly keys: World['keys'] }): JSX.Element {
  const [said, setSaid] = useState('');
  async function run({ name, done }: (typeof phases)[number]): Promise<void> {
    const { ok, error } = await post('keys', { do: name });
    setSaid(ok ? done : (error ?? 'It did not work.'));
  }
  return h(
    'details',
    { class: 'hand' },
    h('summary', null, 'Entra ID’s signing keys'),
    h('p', { class: 'note', role: 'status' }, said || 'A rollover, one phase at a time.'),
    h(
      'ul',
      null,
      phases.map((phase) =>
        h(
          'li',
          { key: phase.name },
          h('button', { type: 'button', class: 'press', onClick: () => void run(phase) }, phase.label),
        ),
      ),
    ),
    h(
      'ul',
      { class: 'kids', 'aria-label': 'Published keys' },
      p.keys.map((key) => h(Kid, { key: key.kid, signs: key.signs, kid: key.kid })),
    ),
  );
}

function Kid(p: Key): JSX.Element {
  const ref = useFlash<HTMLLIElement>(String(p.signs));
  return h('li', { ref }, h('code', null, p.kid), p.signs ? h('span', { class: 'state good' }, 'signs') : null);
}
