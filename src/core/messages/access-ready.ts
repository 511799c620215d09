import type { AccessRequest } from '../request/request.ts';
import type { Block, Card } from './card.ts';
import { decidedBy } from './decided.ts';

/** What a person runs to log in; built by connect-command.ts. */
export interface ConnectCommand {
  readonly bash: string;
  readonly firstTime: string;
  /** The CA certificate that the command expects, null for a public CA. */
  readonly caPath: string | null;
}

/** The message that everything is for. */
export function accessReady(request: AccessRequest, command: ConnectCommand): Card {
  return {
    title: ['You can log in to ', { strong: request.cluster }, ' as ', { code: request.sqlUsername }],
    blocks: [
      {
        kind: 'text',
        text: [{ strong: request.entitlement }, ` (${request.title}) · `, ...roles(request), ' · ', ...decidedBy(request)],
      },
      ...howTo(command),
      {
        kind: 'note',
        text: [
          "Checked on the cluster's present settings: this login will be accepted. The token lives about an hour; run the line again for a new one. Request ",
          { code: request.id },
          '.',
        ],
      },
    ],
  };
}

/** For somebody who asks again for what they have: the same command, no new request. */
export function accessAlready(request: AccessRequest, command: ConnectCommand): Card {
  return {
    title: [
      'You already have ',
      { strong: request.entitlement },
      ' on ',
      { strong: request.cluster },
      ', as ',
      { code: request.sqlUsername },
    ],
    blocks: [
      {
        kind: 'text',
        text: [
          'Granted ',
          { at: request.grantedAt ?? request.submittedAt, style: 'date' },
          ' · ',
          ...roles(request),
          ' · ',
          ...decidedBy(request),
        ],
      },
      ...howTo(command),
      { kind: 'note', text: ['No new request was made; this is request ', { code: request.id }, '.'] },
    ],
  };
}

function howTo(command: ConnectCommand): Block[] {
  return [
    { kind: 'text', text: ['macOS, Linux, WSL (bash or zsh):'] },
    { kind: 'code', code: command.bash },
    {
      kind: 'text',
      text: [
        'First time? Sign in once',
        ...(command.caPath === null ? [] : [", and save the cluster's CA certificate as ", { code: command.caPath }]),
        ':',
      ],
    },
    { kind: 'code', code: command.firstTime },
  ];
}

function roles(request: AccessRequest) {
  return [request.roles.length === 1 ? 'role ' : 'roles ', { code: request.roles.join(', ') }];
}
