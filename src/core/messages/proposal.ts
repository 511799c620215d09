import type { Proposal, Word } from '../ports.ts';
import { pressable } from '../request/buttons.ts';
import type { Finding } from '../request/request.ts';
import { answer } from './answers.ts';
import type { Block, Card, Text } from './card.ts';
import { said } from './word.ts';

/** What a finding is called on the card, by its rule; in this order. */
const labels: Readonly<Record<string, string>> = {
  'sql-user': 'SQL user',
  roles: 'Member of',
  options: 'Options',
  abilities: 'Can do',
  bearer: 'Mind',
};

/** The admins' card of a proposal, in whatever state it is: buttons only while they would do something. */
export function proposalCard(proposal: Proposal): Card {
  const { person, sqlUsername, cluster } = proposal;
  const facts: { readonly label: string; readonly text: Text }[] = [
    { label: 'Whose it becomes', text: [{ strong: person.displayName }, ' · ', { code: person.upn }] },
    ...known(proposal.findings),
    { label: 'Filed', text: [`by ${proposal.filedBy}, at the command line, `, { at: proposal.filedAt, style: 'date' }] },
    ...(proposal.state === 'open' ? [{ label: 'Confirm by', text: [{ at: proposal.deadline, style: 'date' } as const] }] : []),
  ];
  const blocks: Block[] = [
    { kind: 'facts', facts },
    { kind: 'text', text: outcome(proposal) },
    ...against(proposal),
    ...(proposal.state === 'open' ? [asks, buttons(proposal.id)] : []),
    { kind: 'note', text: ['Proposal ', { code: proposal.id }] },
  ];
  return {
    title: [
      'Tie the SQL user ',
      { strong: sqlUsername },
      ' on ',
      { strong: cluster },
      ' to ',
      { strong: person.displayName },
      proposal.state === 'open' ? '?' : `: ${states[proposal.state]}`,
    ],
    blocks,
  };
}

const states: { readonly [S in Proposal['state']]: string } = {
  open: 'waiting for two admins',
  adopted: 'adopted',
  declined: 'declined',
  lapsed: 'lapsed',
};

const asks: Block = {
  kind: 'text',
  text: [
    'It is for good: nobody else can get this SQL user then, and the person logs in as it with all that it can do. Two different admins have to confirm; the person themself does not count.',
  ],
};

const buttons = (id: string): Block => ({
  kind: 'buttons',
  buttons: [
    { id: 'confirm', label: pressable.confirm.label, look: 'primary', about: id },
    { id: 'decline', label: pressable.decline.label, look: 'danger', about: id },
  ],
});

function known(findings: readonly Finding[]): { readonly label: string; readonly text: Text }[] {
  return Object.entries(labels).flatMap(([rule, label]) =>
    findings.filter((f) => f.ok && f.rule === rule).map((f) => ({ label, text: [f.says] })),
  );
}

function outcome(p: Proposal): Text {
  const confirmed = p.confirmed.flatMap((word) => said('Confirmed', word));
  switch (p.state) {
    case 'open':
      return p.confirmed.length === 0 ? ['Nobody has confirmed yet.'] : [...confirmed, 'One more admin has to.'];
    case 'declined':
      return p.declined === null ? ['Declined.'] : [...said('Declined', p.declined), 'Nothing was changed.'];
    case 'lapsed':
      return [
        p.findings.some((f) => !f.ok)
          ? 'It no longer holds, so nothing was changed.'
          : 'It was not confirmed in time, so nothing was changed.',
      ];
    case 'adopted':
      return [
        ...confirmed,
        'It is theirs now. ',
        p.appliedAt === null ? 'The identity map of the cluster is being brought up to it.' : mapText(p.findings),
        ...(p.appliedAt === null ? [] : [' They can ask for access now.']),
      ];
  }
}

/** What may have become of the identity map once it was looked at. */
export const mapSaysSo = 'The identity map of the cluster says so, and was read back.';
export const mapComes = 'The identity map of the cluster has no rows of this bot yet: the first grant writes them.';

const mapText = (findings: readonly Finding[]): string => findings.find((f) => f.rule === 'map')?.says ?? '';

const against = (p: Proposal): Block[] =>
  p.findings.filter((f) => !f.ok).map((f) => ({ kind: 'text', text: [p.state === 'adopted' ? 'Waiting for: ' : '', f.says] }));

// ── answers to whoever pressed ───────────────────────────────────────────────────────────────────────────────────────────────

/** It is over, and how it ended. */
export function closed(p: Proposal): Card {
  if (p.state === 'open')
    return answer(
      ['Too late: the time to confirm ended at ', { at: p.deadline, style: 'date' }, '.'],
      'Nothing was changed. It can be filed anew at the command line.',
    );
  return answer([`Nothing was decided: this proposal is ${states[p.state]} already. `, ...outcome(p)]);
}

export function confirmedBefore(p: Proposal, { at }: Word): Card {
  return answer(
    ['You confirmed this at ', { at, style: 'time' }, ' already, and you count once.'],
    `Another admin has to confirm that ${p.sqlUsername} becomes ${p.person.displayName}'s.`,
  );
}

export function clusterSilent(p: Proposal, says: string): Card {
  return answer([`The cluster ${p.cluster} did not answer, so nothing was decided. Press again in a minute.`], says);
}

/** It no longer holds: found at this very click. */
export function lapsedNow(p: Proposal): Card {
  return answer(['Nothing was adopted: this no longer holds.'], ...p.findings.filter((f) => !f.ok).map((f) => f.says));
}

/** What the card said has changed: whoever confirmed before has seen something else. */
export function looksDifferent(p: Proposal): Card {
  return answer(
    ['Your click was not counted yet: what is known of ', { strong: p.sqlUsername }, ' has changed since the card was written.'],
    'The card shows it as it is now, and earlier confirmations count no more. Read it again, then press once more.',
  );
}
