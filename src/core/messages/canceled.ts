import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Card } from './card.ts';
import { decidedBy } from './decided.ts';

/** To the requester, at once: the request is taken back. */
export function canceled(request: AccessRequest): Card {
  return {
    title: ['Canceled: your request for ', { strong: request.entitlement }, ' on ', { strong: request.cluster }, '.'],
    blocks: [{ kind: 'note', text: ['The approvers’ card says so, too. Request ', { code: request.id }, '.'] }],
  };
}

/** What can't be taken back any more, and what it has become. */
export function notCancelable(request: AccessRequest): Card {
  const isAccess = request.state === 'approved' || request.state === 'granted';
  return {
    title: ['Nothing was canceled: request ', { code: request.id }, ` is ${word[request.state]}.`],
    blocks: [
      ...[decidedBy(request)].filter((text) => text.length > 0).map((text) => ({ kind: 'text' as const, text })),
      ...(isAccess
        ? [{ kind: 'text' as const, text: ['To give back what you were granted, ask the admins of this bot to revoke it.'] }]
        : []),
    ],
  };
}

/** There is no such request of this person. Whether somebody else has one is not said. */
export function notYourRequest(id: string, meant: string | null): Card {
  return {
    title:
      meant === null
        ? ['You have no request ', { code: id }, '.']
        : ['Did you mean ', { strong: meant }, '? You have no request ', { code: id }, '.'],
    blocks: [
      {
        kind: 'text',
        text:
          meant === null
            ? ['Nothing was changed. Your requests: ', { typed: 'mine' }, '.']
            : ['Nothing was changed. Type ', { typed: `cancel ${meant}` }, ' to cancel that one.'],
      },
    ],
  };
}
