import { pressable } from '../request/buttons.ts';
import { word } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { firstTime, howTo, inBash, otherWays, rolesOf, waysButton } from './access-ready.ts';
import type { Block, Card, Text } from './card.ts';
import type { ConnectCommand } from './connect-command.ts';

/** The answers to "give me the login command again". */

/** A granted request, and whether its login would be accepted now. */
export interface Login {
  readonly request: AccessRequest;
  readonly command: ConnectCommand;
  readonly check:
    | { readonly kind: 'accepted' }
    /** It can't be told now: what did not answer. */
    | { readonly kind: 'unknown'; readonly says: string }
    /** `step` and `error`: the cluster's, if it is the cluster that would refuse. */
    | {
        readonly kind: 'refused';
        readonly says: string;
        readonly fix: Text;
        readonly step: string | null;
        readonly error: string | null;
        readonly adminsTold: boolean;
      };
  /** Roles that were granted and that the SQL user does not have any more. */
  readonly lacks: readonly string[];
}

/** How many logins one answer shows. */
const most = 4;

/** One: with every way to log in. */
export function connectOne(login: Login): Card {
  const { request, command, check } = login;
  const user: Text = [{ strong: request.cluster }, ' as ', { code: request.sqlUsername }];
  if (check.kind === 'refused') return { title: ['A login to ', ...user, ' would be refused now'], blocks: refusal(login) };
  return {
    title: check.kind === 'accepted' ? ['You can log in to ', ...user] : ['The login command for ', ...user],
    blocks: [
      { kind: 'text', text: granted(request) },
      ...lacking(login),
      ...howTo(command),
      ...otherWays(command),
      { kind: 'note', text: [checked(login), ' The token lives about an hour.'] },
    ],
  };
}

/** Several: the command of each, the other ways behind a button. */
export function connectMany(logins: readonly Login[]): Card {
  const shown = logins.slice(0, most);
  const accepted = shown.find((login) => login.check.kind !== 'refused');
  const rest = logins.slice(most).map((login) => login.request.entitlement);
  return {
    title: [`You have ${logins.length} logins`],
    blocks: [
      ...shown.flatMap((login): Block[] => [
        { kind: 'text', text: granted(login.request) },
        ...(login.check.kind === 'refused'
          ? refusal(login)
          : [...lacking(login), ...inBash(login.command), waysButton(login.request), note(checked(login))]),
      ]),
      ...(accepted === undefined ? [] : firstTime(accepted.command)),
      ...(rest.length === 0
        ? []
        : [
            note(`And ${rest.length} more: ${rest.slice(0, 12).join(', ')}. Name one: `, { typed: 'connect <entitlement>' }, '.'),
          ]),
    ],
  };
}

/** The ways beside `cockroach sql` in bash. */
export function waysOf(request: AccessRequest, command: ConnectCommand): Card {
  return {
    title: ['Other ways to log in to ', { strong: request.cluster }, ' as ', { code: request.sqlUsername }],
    blocks: [...otherWays(command), ...firstTime(command)],
  };
}

/** Nothing is granted that there could be a command for. */
export function nothingGranted(entitlement: string | null, open: AccessRequest | null): Card {
  if (open !== null) {
    return {
      title: ['Not yet: ', { strong: open.entitlement }, ` is ${word[open.state]}.`],
      blocks: [
        ...(open.waiting === null ? [] : [{ kind: 'text' as const, text: ['Waiting for: ', open.waiting.says] }]),
        { kind: 'text', text: ['The command comes as a direct message once it is granted. Request ', { code: open.id }, '.'] },
      ],
    };
  }
  return {
    title: entitlement === null ? ['You have no access yet.'] : ['You do not have ', { strong: entitlement }, '.'],
    blocks: [
      {
        kind: 'text',
        text:
          entitlement === null
            ? ['See what you may ask for: ', { typed: 'list' }, '.']
            : ['Ask for it: ', { typed: `request ${entitlement}` }, '.'],
      },
      { kind: 'buttons', buttons: [{ id: 'ask', label: pressable.ask.label, about: entitlement ?? '' }] },
    ],
  };
}

/** A button of a request that is not (or no longer) a grant of whoever pressed it. */
export function notGranted(id: string, request: AccessRequest | null): Card {
  return {
    title:
      request === null
        ? ['You have no request ', { code: id }, '.']
        : [{ strong: request.entitlement }, ` on ${request.cluster} is ${word[request.state]}: there is no login for it.`],
    blocks: [{ kind: 'text', text: ['What you have: ', { typed: 'mine' }, '.'] }],
  };
}

/** A grant on a cluster that the policy does not name any more. */
export function noAddress(request: AccessRequest): Card {
  return {
    title: ['I do not know the address of ', { strong: request.cluster }, ' any more, so there is no login command.'],
    blocks: [{ kind: 'text', text: ['The policy no longer has this cluster. The admins of this bot can say where it went.'] }],
  };
}

function granted(request: AccessRequest): Text {
  return [{ strong: request.entitlement }, ` · ${request.title} · on ${request.cluster} · `, ...rolesOf(request)];
}

function refusal({ check }: Login): Block[] {
  if (check.kind !== 'refused') return [];
  return [
    { kind: 'text', text: [`Because ${check.says}. `, ...check.fix] },
    ...(check.step === null || check.error === null
      ? []
      : [
          {
            kind: 'text' as const,
            text: ['CockroachDB would say at the step ', { code: check.step }, ': ', { code: check.error }] satisfies Text,
          },
        ]),
    ...(check.adminsTold ? [note('The admins have been told.')] : []),
  ];
}

function lacking({ lacks, request }: Login): Block[] {
  if (lacks.length === 0) return [];
  return [
    {
      kind: 'text',
      text: [
        `But the SQL user no longer has ${lacks.join(', ')}: somebody took it back on the cluster. Ask again with `,
        { typed: `request ${request.entitlement}` },
        '.',
      ],
    },
  ];
}

function checked({ check }: Login): string {
  return check.kind === 'unknown'
    ? `I could not check this login now: ${check.says}.`
    : "Checked just now on the cluster's settings: this login will be accepted.";
}

const note = (...text: Text): Block => ({ kind: 'note', text });
