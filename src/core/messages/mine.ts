import { pressable } from '../request/buttons.ts';
import { next } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Block, Card } from './card.ts';
import { accessLine, pastText, waitingLine } from './request-lines.ts';

/** What somebody has, what waits, and what was: newest first. */
export interface Standing {
  readonly granted: readonly AccessRequest[];
  readonly waiting: readonly AccessRequest[];
  readonly past: readonly AccessRequest[];
}

/** How much of each one answer shows. A platform takes ten rows of buttons on a message. */
const most = { granted: 5, waiting: 4, past: 10 };

/** To whoever asks what they have. */
export function mine(has: Standing): Card {
  return {
    title: [`You have ${counted(has.granted.length, 'entitlement')}, and ${counted(has.waiting.length, 'request')} waiting.`],
    blocks: [
      ...access(has.granted, most.granted),
      ...waiting(has.waiting, most.waiting),
      ...past(has.past.slice(0, most.past)),
      ...(has.granted.length + has.waiting.length + has.past.length > 0
        ? []
        : [
            { kind: 'text' as const, text: ['See what you may ask for: ', { typed: 'list' }, '.'] },
            { kind: 'buttons' as const, buttons: [{ id: 'ask' as const, label: pressable.ask.label, about: '' }] },
          ]),
    ],
  };
}

/** What somebody has, each with the button for its login command. */
export function access(granted: readonly AccessRequest[], limit: number): Block[] {
  return [
    ...granted.slice(0, limit).flatMap((request): Block[] => [
      { kind: 'text', text: accessLine(request) },
      { kind: 'buttons', buttons: [{ id: 'connect', label: pressable.connect.label, about: request.id }] },
    ]),
    ...more(granted.length - limit, 'more that you have', 'connect'),
  ];
}

/** What waits, with the button that takes it back while it can be taken back. */
export function waiting(requests: readonly AccessRequest[], limit: number): Block[] {
  return [
    ...requests.slice(0, limit).flatMap((request): Block[] => [
      { kind: 'text', text: waitingLine(request) },
      ...(next[request.state].cancel === undefined
        ? []
        : [
            {
              kind: 'buttons' as const,
              buttons: [{ id: 'cancel' as const, label: pressable.cancel.label, about: request.id }],
            },
          ]),
    ]),
    ...more(requests.length - limit, 'more that wait', 'cancel <id>'),
  ];
}

function past(requests: readonly AccessRequest[]): Block[] {
  if (requests.length === 0) return [];
  return [
    { kind: 'text', text: [{ strong: requests.length < most.past ? 'Earlier' : `The last ${most.past} before` }] },
    { kind: 'facts', facts: requests.map((request) => ({ label: request.entitlement, text: pastText(request) })) },
  ];
}

/** What is left out, and what to type for it. */
function more(count: number, what: string, type: string): Block[] {
  return count <= 0 ? [] : [{ kind: 'note', text: [`And ${count} ${what}: `, { typed: type }, '.'] }];
}

function counted(count: number, what: string): string {
  if (count === 0) return `no ${what}`;
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
