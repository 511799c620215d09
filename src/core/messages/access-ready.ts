import { pressable } from '../request/buttons.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Block, Card, Text } from './card.ts';
import type { ConnectCommand } from './connect-command.ts';
import { decidedBy } from './decided.ts';

/** The message that everything is for. */
export function accessReady(request: AccessRequest, command: ConnectCommand): Card {
  return {
    title: ['You can log in to ', { strong: request.cluster }, ' as ', { code: request.sqlUsername }],
    blocks: [
      {
        kind: 'text',
        text: [{ strong: request.entitlement }, ` · ${request.title} · `, ...rolesOf(request), ' · ', ...decidedBy(request)],
      },
      ...howTo(command),
      waysButton(request),
      {
        kind: 'note',
        text: [
          "Checked on the cluster's present settings: this login will be accepted. The token lives about an hour; run the line again for a new one, or type ",
          { typed: 'connect' },
          '. Request ',
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
          ...rolesOf(request),
          ' · ',
          ...decidedBy(request),
        ],
      },
      ...howTo(command),
      waysButton(request),
      { kind: 'note', text: ['No new request was made; this is request ', { code: request.id }, '.'] },
    ],
  };
}

/** The command for bash, and what has to be done once before it. */
export function howTo(command: ConnectCommand): Block[] {
  return [...inBash(command), ...firstTime(command)];
}

export function inBash(command: ConnectCommand): Block[] {
  return [
    { kind: 'text', text: ['macOS, Linux, WSL (bash or zsh):'] },
    { kind: 'code', code: command.bash },
  ];
}

export function firstTime(command: ConnectCommand): Block[] {
  return [
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

/** The ways to log in beside `cockroach sql` in bash. */
export function otherWays(command: ConnectCommand): Block[] {
  const named: Text = command.caPath === null ? [] : [' (the CA certificate is ', { code: command.caPath }, ')'];
  return [
    { kind: 'text', text: ['Windows (PowerShell):'] },
    { kind: 'code', code: command.powershell },
    { kind: 'text', text: [{ code: 'psql' }, ' (bash or zsh):'] },
    { kind: 'code', code: command.psql },
    { kind: 'text', text: ['Other clients, as a connection string', ...named, ':'] },
    { kind: 'code', code: command.url },
    { kind: 'text', text: ['Their password is the token that this prints, good for about an hour:'] },
    { kind: 'code', code: command.token },
  ];
}

/** Where they are shown when somebody asks for them. */
export function waysButton(request: AccessRequest): Block {
  return { kind: 'buttons', buttons: [{ id: 'ways', label: pressable.ways.label, about: request.id }] };
}

export function rolesOf(request: AccessRequest): Text {
  return [request.roles.length === 1 ? 'role ' : 'roles ', { code: request.roles.join(', ') }];
}
