/** The admins' card of a change of cluster settings that takes somebody's login, and what is answered to whoever presses on it. */

import type { SettingChange, Word } from '../ports.ts';
import { pressable } from '../request/buttons.ts';
import { answer } from './answers.ts';
import type { Block, Card, Text } from './card.ts';
import { changeFacts, effectFacts, type Told } from './setting-words.ts';
import { said } from './word.ts';

const states: { readonly [S in SettingChange['state']]: string } = {
  open: 'waiting for two admins',
  applied: 'applied',
  declined: 'declined',
  lapsed: 'lapsed',
  undone: 'applied, and taken back since',
};

const doing: { readonly [K in SettingChange['kind']]: string } = { apply: 'Change', rollback: 'Roll back' };

/** The card in whatever state it is: buttons only while they would do something. */
export function changeCard(change: SettingChange, told: readonly Told[]): Card {
  const { cluster, kind, state, steps, id } = change;
  const isOpen = state === 'open' && change.confirmed.length < change.needs;
  return {
    title: [
      `${doing[kind]} ${steps.length} ${steps.length === 1 ? 'setting' : 'settings'} of `,
      { strong: cluster },
      state === 'open' ? '? It takes a login away' : `: ${states[state]}`,
    ],
    blocks: [
      ...changeFacts(told),
      ...effectFacts(change),
      { kind: 'facts', facts: asked(change, isOpen) },
      { kind: 'text', text: outcome(change) },
      ...(change.says === null ? [] : [{ kind: 'text' as const, text: [change.says] }]),
      ...(isOpen ? [asks(change), buttons(id)] : []),
      { kind: 'note', text: ['Change ', { code: id }] },
    ],
  };
}

function asked({ askedBy, filedBy, filedAt, deadline }: SettingChange, isOpen: boolean): { label: string; text: Text }[] {
  const at = { at: filedAt, style: 'date' } as const;
  return [
    askedBy === null
      ? { label: 'Filed', text: [`by ${filedBy ?? 'somebody'}, at the command line, `, at] }
      : { label: 'Asked for', text: ['by ', { strong: askedBy.displayName }, ' · ', { code: askedBy.upn }, ', ', at] },
    ...(isOpen ? [{ label: 'Confirm by', text: [{ at: deadline, style: 'date' } as const] }] : []),
  ];
}

const asks = ({ askedBy }: SettingChange): Block => ({
  kind: 'text',
  text: [
    askedBy === null
      ? 'Two different admins have to confirm it; whoever ran the command does not count by that. Nothing is written before.'
      : 'Two different admins have to want it, and whoever asked is one of them. Nothing is written before.',
  ],
});

const buttons = (id: string): Block => ({
  kind: 'buttons',
  buttons: [
    { id: 'confirm_change', label: pressable.confirm_change.label, look: 'danger', about: id },
    { id: 'decline_change', label: pressable.decline_change.label, about: id },
  ],
});

function outcome(c: SettingChange): Text {
  const confirmed = c.confirmed.flatMap((word) => said(word.by.oid === c.askedBy?.oid ? 'Asked for' : 'Confirmed', word));
  const missing = c.needs - c.confirmed.length;
  const says: { readonly [S in SettingChange['state']]: Text } = {
    open:
      missing > 0
        ? [...confirmed, missing === 1 ? 'One more admin has to.' : 'Nobody has confirmed yet.']
        : [...confirmed, 'It is being written.'],
    applied: [...confirmed, 'Written, and read back from the cluster.'],
    undone: [...confirmed, 'It was written, and a rollback has taken it back since.'],
    declined: [...(c.declined === null ? ['Declined. '] : said('Declined', c.declined)), 'Nothing was written.'],
    lapsed: [c.says === null ? 'It was not confirmed in time, so nothing was written.' : 'It no longer holds.'],
  };
  return says[c.state];
}

// ── answers to whoever pressed ───────────────────────────────────────────────────────────────────────────────────────────────

/** It is over, or decided already, and how. */
export function closedChange(c: SettingChange): Card {
  if (c.state !== 'open') return answer([`Nothing was decided: this change is ${states[c.state]} already. `, ...outcome(c)]);
  if (c.confirmed.length >= c.needs) return answer(['Nothing was decided: this change is being written already.']);
  return answer(
    ['Too late: the time to confirm ended at ', { at: c.deadline, style: 'date' }, '.'],
    'Nothing was written. Open the plan again to ask for it anew.',
  );
}

export function confirmedChangeBefore(c: SettingChange, { at, by }: Word): Card {
  const did = by.oid === c.askedBy?.oid ? 'You asked for this' : 'You confirmed this';
  return answer([`${did} at `, { at, style: 'time' }, ' already, and you count once.'], 'Another admin has to confirm it.');
}
