import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { About, World } from '../feed.ts';
import { post } from './call.ts';
import { When } from './when.ts';

const targetWords: Readonly<Record<string, string>> = {
  graph: 'Graph',
  slack: 'Slack',
  teams: 'Teams',
  cockroach: 'CockroachDB',
  queue: 'Queue',
  watcher: 'Watch',
  bot: 'Bot',
};

const faultWords: Readonly<Record<string, string>> = {
  none: 'works',
  '429': 'says 429, try later',
  down: 'is down',
  hang: 'hangs',
  slow: 'answers slowly',
  'archive-approvers': 'has the approvers’ channel archived',
  flush: 'loses all jobs now',
  kill: 'is killed now (-9)',
};

/** Where a fault is called otherwise. */
const ownWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  watcher: { none: 'runs', down: 'is paused' },
};
const wordsOf = (target: string, fault: string): string => ownWords[target]?.[fault] ?? faultWords[fault] ?? fault;

/** What can be broken, with what is broken at the moment. */
export function Faults(p: {
  readonly targets: About['targets'];
  readonly faults: Readonly<Record<string, string>>;
  readonly paused: World['paused'];
}): JSX.Element {
  const [said, setSaid] = useState('');
  async function choose(target: string, fault: string): Promise<void> {
    const { ok, error } = await post('chaos', { target, fault });
    setSaid(ok ? `${targetWords[target] ?? target} ${wordsOf(target, fault)}.` : `It did not work: ${error}`);
  }
  return h(
    'section',
    { class: 'faults', 'aria-labelledby': 'faults-title' },
    h('h2', { id: 'faults-title' }, 'Break something'),
    p.targets.map(({ target, faults }) => {
      const present = p.faults[target] ?? 'none';
      return h(
        'label',
        { key: target, class: present === 'none' ? '' : 'broken' },
        h('span', null, targetWords[target] ?? target),
        h(
          'select',
          { value: present, onChange: (event: Event) => void choose(target, (event.currentTarget as HTMLSelectElement).value) },
          ['none', ...faults.filter((fault) => fault !== 'none')].map((fault) =>
            h('option', { key: fault, value: fault, selected: fault === present }, wordsOf(target, fault)),
          ),
        ),
      );
    }),
    p.paused === null ? null : h('p', { class: 'note' }, `${p.paused.by} paused the watch at `, h(When, { at: p.paused.since })),
    h('p', { class: 'note', role: 'status' }, said),
  );
}
