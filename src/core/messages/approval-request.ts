import { decisionsFor, pressable } from '../request/buttons.ts';
import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Block, Card, Text } from './card.ts';
import { decidedBy } from './decided.ts';

/** How much of a reason the card shows; all of it is kept with the request. */
const reasonOnCard = 600;

/** The approvers' card, in whatever state its request is: the same facts, the same place, buttons only while they would do something. */
export function approvalRequest(request: AccessRequest): Card {
  const blocks: Block[] = [
    {
      kind: 'facts',
      facts: [
        {
          label: 'Can then',
          text: [
            `use ${request.roles.length === 1 ? 'the SQL role' : 'the SQL roles'} `,
            ...listed(request.roles),
            ' in ',
            { code: request.database },
          ],
        },
        {
          label: 'Who',
          text: [{ code: request.requester.upn }, ...request.findings.filter((f) => f.ok).map((f) => ` · ${f.says}`)],
        },
        { label: 'SQL user', text: [{ code: request.sqlUsername }] },
        { label: 'Request', text: [{ code: request.id }, ' · asked ', { at: request.submittedAt, style: 'date' }] },
        ...(request.state === 'pending'
          ? [{ label: 'Decide by', text: [{ at: request.deadline, style: 'date' } as const] }]
          : []),
      ],
    },
    ...reason(request.reason),
    { kind: 'text', text: outcome(request) },
    {
      kind: 'buttons',
      buttons: decisionsFor(request.state).map((b) => ({
        id: b.id,
        label: pressable[b.id].label,
        look: b.id === 'approve' ? 'primary' : 'danger',
        about: request.id,
      })),
    },
  ];
  return {
    title: [
      { strong: request.requester.displayName },
      ' asks for ',
      { strong: request.entitlement },
      ' on ',
      { strong: request.cluster },
    ],
    blocks: blocks.filter((b) => b.kind !== 'buttons' || b.buttons.length > 0),
  };
}

function reason(text: string): Block[] {
  if (text === '') return [{ kind: 'note', text: ['No reason was given.'] }];
  const points = [...text];
  if (points.length <= reasonOnCard) return [{ kind: 'quote', label: 'Because', text }];
  return [
    { kind: 'quote', label: 'Because', text: `${points.slice(0, reasonOnCard).join('')}…` },
    {
      kind: 'note',
      text: [`The reason is ${points.length} characters long and was cut here; all of it is kept with the request.`],
    },
  ];
}

/** What became of it, in a line or two. */
function outcome(request: AccessRequest): Text {
  const decided = decidedBy(request);
  switch (request.state) {
    case 'pending':
      return ['Nobody has decided yet.'];
    case 'approved':
      return request.waiting === null
        ? [...decided, ' Setting up the login.']
        : [...decided, ' Not granted yet: ', request.waiting.says];
    case 'granted':
      return [
        ...decided,
        ' Granted ',
        { at: request.grantedAt ?? request.submittedAt, style: 'time' },
        ' · SQL user ',
        { code: request.sqlUsername },
        ' · ',
        ...listed(request.roles),
      ];
    case 'timed_out':
      return ['Timed out: nobody decided by ', { at: request.deadline, style: 'date' }, '.'];
    default:
      return [...decided, ` The request is ${word[request.state]}.`];
  }
}

function listed(names: readonly string[]): Text {
  return names.flatMap((name, i) => (i === 0 ? [{ code: name }] : [', ', { code: name }]));
}
