/** Cards as the core makes them, to be rendered. */

import type { Card } from '../../src/core/messages/card.ts';

const at = new Date('2026-11-24T14:03:02Z');

export const approverCard: Card = {
  title: ['Alice Park asks for ', { strong: 'analytics' }, ' on prod'],
  blocks: [
    {
      kind: 'facts',
      facts: [
        { label: 'Can then', text: ['use the role ', { code: 'analytics_reader' }] },
        { label: 'Who', text: [{ code: 'alice@contoso.com' }, ' · member, enabled'] },
      ],
    },
    { kind: 'quote', label: 'Because', text: 'Q4 churn numbers for the board' },
    { kind: 'note', text: ['Decide by ', { at, style: 'date' }, ' · request 7F3KQ2ZN'] },
    {
      kind: 'buttons',
      buttons: [
        { id: 'approve', label: 'Approve', look: 'primary', about: '7F3KQ2ZN' },
        { id: 'deny', label: 'Deny', look: 'danger', about: '7F3KQ2ZN' },
      ],
    },
  ],
};

export const decidedCard: Card = {
  title: ['Approved by Bob Ito at ', { at, style: 'time' }],
  blocks: [{ kind: 'text', text: ['Alice Park asked for ', { strong: 'analytics' }, ' on prod.'] }],
};

export const bash = `PGPASSWORD="$(az account get-access-token --tenant 8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11 --scope 'api://crdb-prod/.default' --query accessToken -o tsv)" \\
  cockroach sql --url "postgresql://alice@prod.example.com:26257/analytics?sslmode=verify-full&sslrootcert=$HOME/.cockroach/prod-ca.crt&options=--crdb:jwt_auth_enabled=true"`;

export const directMessage: Card = {
  title: ['You can log in to prod as ', { code: 'alice' }],
  blocks: [
    { kind: 'text', text: ['macOS, Linux, WSL:'] },
    { kind: 'code', code: bash },
    { kind: 'note', text: ['The token lives about an hour.'] },
  ],
};

export const hostileCard: Card = {
  title: ['<!channel> *Bob* & _co_ ask\nApproved by Bob'],
  blocks: [
    { kind: 'facts', facts: [{ label: 'Who', text: ['mallory\nApproved: yes <https://evil.example|click> \u202emoc.live'] }] },
    { kind: 'quote', label: 'Because', text: '```rm -rf``` <@U0BOB> :smile: `code` ~no~\n> not a quote\u0000' },
    { kind: 'note', text: ['<!here> & ', { at, style: 'time' }, ' <!date^0^{date}|x>'] },
    { kind: 'code', code: "SELECT '<&>' -- \u202e" },
  ],
};
