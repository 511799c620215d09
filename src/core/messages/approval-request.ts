import { decisionsFor, pressable } from '../request/buttons.ts';
import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Block, Card, Text } from './card.ts';
import { decidedBy } from './decided.ts';
import { span } from './span.ts';

/** How much of a reason the card shows; all of it is kept with the request. */
const reasonOnCard = 600;

/** The approvers' card, in whatever state its request is: the same facts, the same place, buttons only while they would do something. */
export function approvalRequest(request: AccessRequest): Card {
  const { evidence } = request;
  const roles = request.roles.length === 1 ? 'the SQL role ' : 'the SQL roles ';
  const blocks: Block[] = [
    {
      kind: 'facts',
      facts: [
        {
          label: 'Can then',
          text:
            evidence === null || evidence.can === null
              ? ['use ', roles, ...listed(request.roles), ' in ', { code: request.database }, unseen(request)]
              : [evidence.can],
        },
        ...(evidence === null || evidence.can === null
          ? []
          : [{ label: 'With', text: [roles, ...listed(request.roles)] satisfies Text }]),
      ],
    },
    ...reason(request),
    {
      kind: 'facts',
      facts: [
        {
          label: 'Who',
          text: [{ code: request.requester.upn }, ...request.findings.filter((f) => f.ok).map((f) => ` · ${f.says}`)],
        },
        ...(evidence === null ? [] : [{ label: 'Holds now', text: [`${evidence.holds} · ${evidence.earlier}`] }]),
        { label: 'SQL user', text: [{ code: request.sqlUsername }] },
        { label: 'Request', text: [{ code: request.id }, ' · asked ', { at: request.submittedAt, style: 'date' }] },
        ...(request.state === 'pending' ? [{ label: 'Decide by', text: decideBy(request) }] : []),
      ],
    },
    { kind: 'text', text: outcome(request) },
    ...denial(request),
    ...buttons(request),
  ];
  return {
    title: [
      { strong: request.requester.displayName },
      ' asks for ',
      { strong: request.entitlement },
      ' on ',
      { strong: request.cluster },
    ],
    blocks,
  };
}

/** Only while they would do something: a decided card is a record. */
function buttons(request: AccessRequest): Block[] {
  const decide = decisionsFor(request.state);
  if (decide.length === 0) return [];
  return [
    {
      kind: 'buttons',
      buttons: [
        ...decide.map((b) => ({
          id: b.id,
          label: pressable[b.id].label,
          look: b.id === 'approve' ? ('primary' as const) : ('danger' as const),
          about: request.id,
        })),
        { id: 'details', label: pressable.details.label, about: request.id },
      ],
    },
  ];
}

/** A card is read at any time, so how long it is counts from the asking. */
function decideBy({ submittedAt, deadline }: AccessRequest): Text {
  return [{ at: deadline, style: 'date' }, `, ${span(submittedAt, deadline)} after it was asked`];
}

function unseen({ evidence }: AccessRequest): string {
  return evidence === null ? '' : '; what that lets somebody do I can’t see on the cluster';
}

function denial({ decision }: AccessRequest): Block[] {
  if (decision === null || decision.reason === undefined || decision.reason === '') return [];
  return quoted('Reason', decision.reason, 'kept with the request');
}

function reason({ reason: text, state }: AccessRequest): Block[] {
  if (text === '') return [{ kind: 'note', text: ['No reason was given.'] }];
  return quoted('Because', text, decisionsFor(state).length > 0 ? 'under Details' : 'kept with the request');
}

/** Somebody's words, cut where they are long: the card says so, and where the rest is. */
function quoted(label: string, text: string, where: string): Block[] {
  const points = [...text];
  if (points.length <= reasonOnCard) return [{ kind: 'quote', label, text }];
  return [
    { kind: 'quote', label, text: `${points.slice(0, reasonOnCard).join('')}…` },
    { kind: 'note', text: [`Cut here: these are ${points.length} characters. All of it is ${where}.`] },
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
    case 'denied':
      return decided;
    default:
      return [...decided, ` The request is ${word[request.state]}.`];
  }
}

function listed(names: readonly string[]): Text {
  return names.flatMap((name, i) => (i === 0 ? [{ code: name }] : [', ', { code: name }]));
}
