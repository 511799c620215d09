import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { rolesOf } from './access-ready.ts';
import type { Text } from './card.ts';

/** A request in a line, for lists. */

/** `analytics · Analytics (read) · on prod as alice · role analytics_reader · since 24 Nov 14:03` */
export function accessLine(request: AccessRequest): Text {
  return [
    ...what(request),
    ' as ',
    { code: request.sqlUsername },
    ' · ',
    ...rolesOf(request),
    ' · since ',
    { at: request.grantedAt ?? request.submittedAt, style: 'date' },
  ];
}

/** What an open request waits for. */
export function waitingLine(request: AccessRequest): Text {
  return [...what(request), ` · ${word[request.state]}`, ...waitsFor(request), ' · ', { code: request.id }];
}

function waitsFor(request: AccessRequest): Text {
  if (request.waiting !== null) return [`: ${request.waiting.says}`];
  return request.state === 'pending' ? [', until ', { at: request.deadline, style: 'date' }] : [];
}

/** What became of a request that is over, and by whom. */
export function pastText(request: AccessRequest): Text {
  return [...ended(request), ' · asked ', { at: request.submittedAt, style: 'date' }, ' · ', { code: request.id }];
}

function ended(request: AccessRequest): Text {
  const against = request.findings.find((f) => !f.ok)?.says ?? '';
  switch (request.state) {
    case 'canceled':
      return ['Canceled by the requester.'];
    case 'timed_out':
      return ['Timed out: nobody decided.'];
    case 'refused':
      return [`Refused by policy: ${against}`];
    default:
      return [
        `${sentence(word[request.state])}${request.decision === null ? '.' : ', '}`,
        ...by(request),
        against === '' ? '' : ` ${against}`,
      ];
  }
}

const did = { approve: 'approved by ', deny: 'by ' } as const;

/** Without the time: what is past may be long past. */
function by({ decision }: AccessRequest): Text {
  return decision === null ? [] : [did[decision.kind], { strong: decision.by.displayName }, '.'];
}

function what(request: AccessRequest): Text {
  return [{ strong: request.entitlement }, ` · ${request.title} · on ${request.cluster}`];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
