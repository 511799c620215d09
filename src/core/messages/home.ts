import { decisionsFor, pressable } from '../request/buttons.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Block, Card } from './card.ts';
import { access, type Standing, waiting } from './mine.ts';

/** How much of each part the page shows: with everything it stays below fifty blocks, and within what a platform takes. */
const most = { granted: 6, waiting: 5, toDecide: 5 };

/**
 * The bot's own page, as one person sees it.
 *
 * @param toDecide requests of others that wait for a decision which this person may make, oldest first
 */
export function home(has: Standing, toDecide: readonly AccessRequest[]): Card {
  return {
    title: ['Access to CockroachDB, with your Entra account'],
    blocks: [
      { kind: 'buttons', buttons: [{ id: 'ask', label: pressable.ask.label, look: 'primary', about: '' }] },
      ...part('Waits for your decision', decide(toDecide), null),
      ...part('Your access', access(has.granted, most.granted), 'Nothing yet.'),
      ...part('Your requests', waiting(has.waiting, most.waiting), 'None is waiting.'),
      {
        kind: 'note',
        text: ['Earlier requests: ', { typed: 'mine' }, ' · everything else: ', { typed: 'help' }],
      },
    ],
  };
}

/** The page for somebody whom it can't show anything, and why. */
export function closedHome(says: string): Card {
  return {
    title: ['Access to CockroachDB, with your Entra account'],
    blocks: [
      { kind: 'text', text: [says] },
      { kind: 'note', text: ['Open this page again once that has changed.'] },
    ],
  };
}

function part(heading: string, blocks: readonly Block[], none: string | null): Block[] {
  if (blocks.length === 0 && none === null) return [];
  return [
    { kind: 'text', text: [{ strong: heading }] },
    ...(blocks.length > 0 ? blocks : [{ kind: 'note' as const, text: [none ?? ''] }]),
  ];
}

/** How much of a reason stands here; all of it is in the details. */
const reasonInLine = 140;

function decide(requests: readonly AccessRequest[]): Block[] {
  return [
    ...requests.slice(0, most.toDecide).flatMap((request): Block[] => [
      {
        kind: 'text',
        text: [
          { strong: request.requester.displayName },
          ' asks for ',
          { strong: request.entitlement },
          ` on ${request.cluster}${because(request.reason)} · decide by `,
          { at: request.deadline, style: 'date' },
        ],
      },
      {
        kind: 'buttons',
        buttons: [
          ...decisionsFor(request.state).map((b) => ({
            id: b.id,
            label: pressable[b.id].label,
            look: b.id === 'approve' ? ('primary' as const) : ('danger' as const),
            about: request.id,
          })),
          { id: 'details', label: pressable.details.label, about: request.id },
        ],
      },
    ]),
    ...(requests.length > most.toDecide
      ? [
          {
            kind: 'note' as const,
            text: [`And ${requests.length - most.toDecide} more, on their cards in the approvers' channel.`],
          },
        ]
      : []),
  ];
}

function because(reason: string): string {
  const points = [...reason.replace(/\s+/g, ' ')];
  if (points.length === 0) return '';
  return `: “${points.slice(0, reasonInLine).join('')}${points.length > reasonInLine ? '…' : ''}”`;
}
