import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MistakeNow } from '../feed.ts';
import { post } from './call.ts';

/** What an admin of the cluster may get wrong by hand, with the SQL of what stands and of what takes it back. */
export function ByHand(p: { readonly mistakes: readonly MistakeNow[] }): JSX.Element {
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  async function run(way: 'do' | 'undo', { name, says }: MistakeNow): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const { ok, error } = await post('by-hand', { [way]: name });
    setBusy(false);
    setSaid(ok ? `${way === 'do' ? 'Done' : 'Taken back'}: ${says}.` : (error ?? 'It did not work.'));
  }
  const standing = p.mistakes.filter(({ run: sql }) => sql.length > 0).length;
  return h(
    'details',
    { class: 'hand' },
    h(
      'summary',
      null,
      h('span', null, 'By hand on the cluster'),
      standing === 0 ? null : h('span', { class: 'state bad' }, standing, h('span', { class: 'unseen' }, ' done')),
    ),
    h('p', { class: 'note', role: 'status' }, said || 'As root, with no word to the bot.'),
    h(
      'ul',
      null,
      p.mistakes.map((mistake) => h(Mistake, { key: mistake.name, mistake, isBusy, run: (way) => void run(way, mistake) })),
    ),
  );
}

function Mistake(p: {
  readonly mistake: MistakeNow;
  readonly isBusy: boolean;
  readonly run: (way: 'do' | 'undo') => void;
}): JSX.Element {
  const { says, run, undo } = p.mistake;
  const stands = run.length > 0;
  return h(
    'li',
    { class: stands ? 'stands' : '' },
    h(
      'button',
      {
        type: 'button',
        class: 'press',
        'aria-disabled': p.isBusy,
        ...(stands ? { 'aria-label': `Undo: ${says}` } : {}),
        onClick: () => p.run(stands ? 'undo' : 'do'),
      },
      stands ? 'Undo' : says,
    ),
    stands ? h('span', { class: 'says' }, says) : null,
    stands ? h(Sql, { label: 'Ran', sql: run }) : null,
    stands ? h(Sql, { label: 'Undo runs', sql: undo }) : null,
  );
}

/** Settings may hold thousands of characters: what is cut is there for whoever points at it. */
function Sql(p: { readonly label: string; readonly sql: readonly string[] }): JSX.Element {
  const sql = p.sql.join('; ');
  return h(
    'span',
    { class: 'sql' },
    h('span', { class: 'note' }, `${p.label} `),
    h('code', { title: sql.slice(0, longestTitle) }, sql.length > longest ? `${sql.slice(0, longest)}…` : sql),
  );
}

const longest = 160;
const longestTitle = 4000;
