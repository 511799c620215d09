import type { AccessRequest } from '../request/request.ts';
import type { Block, Card } from './card.ts';
import type { Form, Option } from './form.ts';

/** What the fields of the forms are called, for whoever fills them and for whoever reads what was filled in. */
export const fields = { entitlement: 'entitlement', reason: 'reason' } as const;

/** How much one field takes: what every platform's does. */
const mostReason = 3000;

/** Asks for access. `chosen`: named already, by the button that opened it. */
export function askForm(chosen: Option | null): Form {
  return {
    id: 'request',
    title: 'Ask for access',
    blocks: [{ kind: 'text', text: ['The approvers are asked, and you get the login command as a direct message.'] }],
    fields: [
      {
        kind: 'choice',
        id: fields.entitlement,
        label: 'What for',
        hint: 'Type to find it: only what you may ask for now is offered',
        chosen,
      },
      {
        kind: 'text',
        id: fields.reason,
        label: 'Because',
        hint: 'What you need it for. The approvers read this.',
        required: false,
        lines: 'many',
        most: mostReason,
      },
    ],
    submit: 'Ask',
    about: '',
  };
}

/** The same form when there is nothing to ask for: why, and nothing to send. */
export function nothingToAsk(blocks: readonly Block[]): Form {
  return { ...askForm(null), blocks, fields: [], submit: null };
}

/** What is asked at a denial: a platform whose cards have fields of their own asks it in the request's card. */
export const denial = {
  fields: [
    {
      kind: 'text',
      id: fields.reason,
      label: 'Why not',
      hint: 'The requester reads this, and so do the other approvers. It may be left empty.',
      required: false,
      lines: 'many',
      most: mostReason,
    },
  ],
  submit: 'Deny',
} as const satisfies Pick<Form, 'fields' | 'submit'>;

/** Asks for the reason of a denial. It may be left empty: a denial that has to wait for words would be put off. */
export function denyForm(request: AccessRequest): Form {
  return {
    id: 'deny',
    title: 'Deny a request',
    blocks: [
      {
        kind: 'text',
        text: [
          { strong: request.requester.displayName },
          ' asks for ',
          { strong: request.entitlement },
          ' on ',
          { strong: request.cluster },
          '. Nothing is decided until you send this.',
        ],
      },
    ],
    ...denial,
    about: request.id,
  };
}

/** The same form when its person may not deny after all: why, and nothing to send. */
export function notToDeny(request: AccessRequest, { title, blocks }: Card): Form {
  return { ...denyForm(request), blocks: [{ kind: 'text', text: title }, ...blocks], fields: [], submit: null };
}
