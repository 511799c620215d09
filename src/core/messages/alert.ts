import type { AccessRequest } from '../request/request.ts';
import type { Block, Card } from './card.ts';

/** How many characters of SQL go on one card: what a platform can't show whole it does not show at all. */
const sqlOnCard = 6000;

/**
 * What would mend it, in as many lots as cards are needed. A statement that is longer than a card is a lot of its own, and then the
 * platform says that it is too long.
 */
export function sqlLots(sql: readonly string[]): readonly (readonly string[])[] {
  const lots: string[][] = [[]];
  for (const statement of sql) {
    const lot = lots.at(-1) ?? [];
    if (lot.length > 0 && lot.join('\n').length + statement.length > sqlOnCard) lots.push([statement]);
    else lot.push(statement);
  }
  return lots;
}

/** To the admins: something only they can mend. `sql` is what they may run, one statement a line; `loses` says who would lose access. */
export function alert(what: {
  readonly request: AccessRequest;
  readonly says: string;
  readonly sql?: readonly string[];
  readonly loses?: string;
}): Card {
  const sql: Block[] =
    what.sql === undefined || what.sql.length === 0
      ? []
      : [
          { kind: 'text', text: ['What would mend it, to be read before it is run:'] },
          { kind: 'code', code: what.sql.join('\n') },
        ];
  return {
    title: [
      'Needs an admin: ',
      { strong: what.request.entitlement },
      ' for ',
      { strong: what.request.requester.displayName },
      ' waits on ',
      { strong: what.request.cluster },
    ],
    blocks: [
      { kind: 'text', text: [what.says] },
      ...(what.loses === undefined || what.loses === ''
        ? []
        : [{ kind: 'text' as const, text: ['Who would lose access: ', what.loses] }]),
      ...sql,
      { kind: 'note', text: ['The request goes on by itself once this is mended. Request ', { code: what.request.id }, '.'] },
    ],
  };
}

/** To the admins: a door that led to one person now leads to another. */
export function identityChanged(says: string): Card {
  return { title: ['Needs an admin: a chat user now resolves to somebody else'], blocks: [{ kind: 'text', text: [says] }] };
}

/** To the admins: a request was refused because nobody could have decided it. */
export function nobodyDecides(entitlement: string, requester: { readonly upn: string }, says: string): Card {
  return {
    title: ['Needs an admin: nobody can decide on requests for ', { strong: entitlement }],
    blocks: [
      { kind: 'text', text: [says] },
      {
        kind: 'note',
        text: ['A request of ', { code: requester.upn }, ' was refused because of that. Said at most once a day.'],
      },
    ],
  };
}

/** To the admins: somebody was granted a login that the cluster would refuse now. */
export function loginRefused(what: {
  readonly cluster: string;
  readonly sqlUsername: string;
  readonly step: string;
  readonly says: string;
  readonly error: string;
}): Card {
  return {
    title: ['Needs an admin: logins to ', { strong: what.cluster }, ' as ', { code: what.sqlUsername }, ' would be refused now'],
    blocks: [
      { kind: 'text', text: [what.says] },
      { kind: 'text', text: ['CockroachDB would say at the step ', { code: what.step }, ': ', { code: what.error }] },
      { kind: 'note', text: ['Seen when somebody asked for their login command. Said at most once a day.'] },
    ],
  };
}

/** To the admins: JWT login was off and is on now, which is so for issuers that are not this bot's, too. */
export function switchedOn(cluster: string, issuers: readonly string[]): Card {
  return {
    title: ['JWT login is now on for ', { strong: cluster }, ', also for issuers that are not this bot’s'],
    blocks: [
      {
        kind: 'text',
        text: ['It was off. Tokens of these listed issuers count again, too: ', { code: issuers.join(', ') }, '.'],
      },
      {
        kind: 'text',
        text: ['If they should not, take them off the list: ', { code: 'server.jwt_authentication.issuers' }, '.'],
      },
    ],
  };
}
