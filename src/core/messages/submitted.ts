import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Card } from './card.ts';
import { decidedBy } from './decided.ts';
import { span } from './span.ts';

/** To the requester, at once: what was filed, who is asked, until when. Also for a request that was open already (`before`). */
export function submitted(request: AccessRequest, before: boolean): Card {
  const what = [{ strong: request.entitlement }, ' on ', { strong: request.cluster }];
  if (request.state === 'pending') {
    return {
      title: before ? ['You have asked for ', ...what, ' already: it is waiting for approval.'] : ['Asked for ', ...what, '.'],
      blocks: [
        {
          kind: 'text',
          text: [
            'The approvers are asked; they have until ',
            { at: request.deadline, style: 'date' },
            before ? '' : ` (${span(request.submittedAt, request.deadline)} from now)`,
            '. You get a direct message with the outcome.',
          ],
        },
        ...(request.waiting === null ? [] : [{ kind: 'text' as const, text: [request.waiting.says] }]),
        { kind: 'note', text: [before ? 'No second request was made. Request ' : 'Request ', { code: request.id }, '.'] },
      ],
    };
  }
  const waiting =
    request.waiting === null
      ? 'Your login is being set up; the command comes as a direct message.'
      : `Not granted yet: ${request.waiting.says}`;
  return {
    title: before ? ['You have asked for ', ...what, ` already: it is ${word[request.state]}.`] : ['You may have ', ...what, '.'],
    blocks: [
      { kind: 'text', text: [...decidedBy(request), ` ${waiting}`] },
      { kind: 'note', text: [before ? 'No second request was made. Request ' : 'Request ', { code: request.id }, '.'] },
    ],
  };
}

/** To the requester, when an approved request can't be granted yet. */
export function stillWaiting(request: AccessRequest): Card {
  return {
    title: [
      { strong: request.entitlement },
      ' on ',
      { strong: request.cluster },
      ` is ${word[request.state]}, but not ready yet.`,
    ],
    blocks: [
      { kind: 'text', text: ['Waiting for: ', request.waiting?.says ?? ''] },
      { kind: 'note', text: ['It goes on by itself; you need not ask again. Request ', { code: request.id }, '.'] },
    ],
  };
}
