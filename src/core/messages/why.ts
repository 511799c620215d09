import type { Block, Card, Text } from './card.ts';

/** What one cluster has of a person, and whether it would let them in now. */
export interface OnOneCluster {
  readonly cluster: string;
  /** The SQL user name there, or why there is none. */
  readonly sqlUser: { readonly name: string; readonly says: string | null } | { readonly problem: string };
  /** Null: the cluster did not answer. */
  readonly exists: boolean | null;
  readonly roles: readonly string[];
  readonly login:
    | { readonly kind: 'accepted' | 'none-yet' }
    | { readonly kind: 'unknown'; readonly says: string }
    | { readonly kind: 'refused'; readonly step: string; readonly says: string; readonly fix: Text; readonly error: string };
}

/**
 * To whoever asks why: who they are here, and what each cluster would make of it.
 *
 * @param rest clusters that were not looked at
 */
export function why(
  person: { readonly displayName: string; readonly upn: string; readonly enabled: boolean; readonly kind: 'member' | 'guest' },
  on: readonly OnOneCluster[],
  rest: readonly string[],
): Card {
  const can = on.filter((one) => one.login.kind === 'accepted').map((one) => one.cluster);
  return {
    title: titleOf(person.enabled, can, on),
    blocks: [
      {
        kind: 'facts',
        facts: [
          { label: 'You are', text: [{ strong: person.displayName }] },
          { label: 'UPN', text: [{ code: person.upn }] },
          {
            label: 'Account',
            text: [
              person.enabled
                ? `enabled, ${person.kind}`
                : `disabled, ${person.kind}: Entra gives out no token. The people who run the directory can enable it.`,
            ],
          },
        ],
      },
      ...on.map(oneCluster),
      ...(rest.length === 0 ? [] : [{ kind: 'note' as const, text: [`Not looked at: ${rest.join(', ')}.`] }]),
      { kind: 'note', text: ['What you may ask for: ', { typed: 'list' }] },
    ],
  };
}

function titleOf(enabled: boolean, can: readonly string[], on: readonly OnOneCluster[]): Text {
  if (!enabled) return ['You could not log in now: your account is disabled in the directory.'];
  if (can.length > 0) return ['You could log in now: ', { strong: can.join(', ') }];
  if (on.length > 0 && on.every((one) => one.login.kind === 'unknown')) return ["I can't tell whether you could log in now."];
  return ['You could not log in now.'];
}

function oneCluster(one: OnOneCluster): Block {
  const { cluster, sqlUser } = one;
  if ('problem' in sqlUser) return { kind: 'facts', facts: [{ label: cluster, text: [`no SQL user: ${sqlUser.problem}`] }] };
  return {
    kind: 'facts',
    facts: [
      { label: cluster, text: ['SQL user ', { code: sqlUser.name }, ...existence(one)] },
      ...(sqlUser.says === null ? [] : [{ label: 'But', text: [sqlUser.says] }]),
      ...(one.exists ? [{ label: 'Roles', text: [one.roles.length === 0 ? 'none' : one.roles.join(', ')] }] : []),
      { label: 'A login now', text: login(one) },
    ],
  };
}

function existence({ exists }: OnOneCluster): Text {
  if (exists === null) return [];
  return [exists ? ', which is there' : ', which is not there yet'];
}

function login({ login: it }: OnOneCluster): Text {
  switch (it.kind) {
    case 'accepted':
      return ['would be accepted'];
    case 'none-yet':
      return ['would be refused: the SQL user is created with your first grant, and the cluster made ready for it.'];
    case 'unknown':
      return [`can't be told: ${it.says}`];
    case 'refused':
      return [
        'would be refused at the step ',
        { code: it.step },
        `: ${it.says}. `,
        ...it.fix,
        ' CockroachDB would say: ',
        { code: it.error },
      ];
  }
}
