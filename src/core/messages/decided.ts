import type { AccessRequest } from '../request/request.ts';
import { word } from '../request/lifecycle.ts';
import type { Card, Text } from './card.ts';

const did = { approve: 'approved', deny: 'denied' } as const;

/** `Approved by Bob Ito at 14:03.` Empty when nobody decided; by policy when nobody had to. */
export function decidedBy(request: AccessRequest): Text {
  const d = request.decision;
  if (d !== null) {
    return [
      d.kind === 'approve' ? 'Approved by ' : 'Denied by ',
      { strong: d.by.displayName },
      ' at ',
      { at: d.at, style: 'time' },
      '.',
    ];
  }
  return request.state === 'approved' || request.state === 'granted' ? ['Allowed by policy, without approval.'] : [];
}

/** For whoever pressed too late: what happened before, by whom and when. */
export function alreadyDecided(request: AccessRequest): Card {
  const d = request.decision;
  if (d !== null) {
    return {
      title: ['Already decided: ', { strong: d.by.displayName }, ` ${did[d.kind]} this at `, { at: d.at, style: 'time' }, '.'],
      blocks: [
        { kind: 'note', text: ['Request ', { code: request.id }, ` is ${word[request.state]}. Your click changed nothing.`] },
      ],
    };
  }
  if (request.state === 'timed_out' || request.state === 'pending') {
    return {
      title: ['Too late: the time to decide ended at ', { at: request.deadline, style: 'date' }, '.'],
      blocks: [
        {
          kind: 'text',
          text: [
            'Nothing was granted. ',
            { strong: request.requester.displayName },
            ' can ask again with ',
            { typed: `request ${request.entitlement}` },
            '.',
          ],
        },
      ],
    };
  }
  return {
    title: [`Nothing to decide: the request is ${word[request.state]}.`],
    blocks: [{ kind: 'note', text: ['Request ', { code: request.id }, '.'] }],
  };
}
