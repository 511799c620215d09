import { word } from '../request/lifecycle.ts';
import type { AccessRequest, Finding } from '../request/request.ts';
import type { Block, Card } from './card.ts';
import { decidedBy } from './decided.ts';

/** To the requester, when a request ended without a login: what happened, why, and what to do next. */
export function outcome(request: AccessRequest): Card {
  if (request.state === 'refused') return refused(request.entitlement, request.findings, request.id);
  const again = { typed: `request ${request.entitlement}` };
  const ends: Partial<Record<AccessRequest['state'], Block[]>> = {
    denied: [
      { kind: 'text', text: decidedBy(request) },
      ...quoted(request.decision?.reason),
      { kind: 'text', text: ['Nothing was changed. Talk to the person who decided before you ask again.'] },
    ],
    timed_out: [
      { kind: 'text', text: ['Nobody decided by ', { at: request.deadline, style: 'date' }, '. Ask again with ', again, '.'] },
    ],
    canceled: [{ kind: 'text', text: ['Nothing was changed. Ask again with ', again, '.'] }],
    revoked: [
      ...why(request.findings),
      { kind: 'text', text: ['Nothing of it is left on the cluster. Ask again with ', again, ' when that has changed.'] },
    ],
  };
  return {
    title: [
      'Your request for ',
      { strong: request.entitlement },
      ' on ',
      { strong: request.cluster },
      ` was ${word[request.state]}`,
    ],
    blocks: [...(ends[request.state] ?? []), { kind: 'note', text: ['Request ', { code: request.id }, '.'] }],
  };
}

/** A refusal with everything that stands against it, each with what would have passed. */
export function refused(entitlement: string, findings: readonly Finding[], requestId: string | null): Card {
  return {
    title: ["You can't have ", { strong: entitlement }, ' now'],
    blocks: [
      ...why(findings),
      ...(requestId === null
        ? []
        : [
            {
              kind: 'note' as const,
              text: [
                'Nothing was asked of the approvers. What you may ask for: ',
                { typed: 'list' },
                '. Kept as ',
                { code: requestId },
                '.',
              ],
            },
          ]),
    ],
  };
}

function why(findings: readonly Finding[]): Block[] {
  return findings.filter((f) => !f.ok).map((f) => ({ kind: 'text', text: [f.says] }));
}

function quoted(text: string | undefined): Block[] {
  return text === undefined || text === '' ? [] : [{ kind: 'quote', label: 'Reason', text }];
}
