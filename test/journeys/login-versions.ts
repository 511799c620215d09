/** CockroachDB's login, version by version, as its sources have it (authentication_jwt.go, auth.go): told here a second time, apart from the bot's own telling. */

export type Step =
  | 'user'
  | 'password'
  | 'enabled'
  | 'parse'
  | 'issuer'
  | 'keys'
  | 'signature'
  | 'time'
  | 'claim'
  | 'map'
  | 'principal'
  | 'reserved'
  | 'audience'
  | 'authorization';

const identity = ['claim', 'map', 'principal'] as const;
/** v22.2 to v23.1.16: what is signed comes before who signed it. */
const signatureFirst: readonly Step[] = [
  ...(['user', 'password', 'enabled', 'parse', 'signature', 'time', 'issuer'] as const),
  ...identity,
  ...(['reserved', 'audience'] as const),
];
/** v23.1.17, v23.2.4, v24.1 and up (PR 119768). */
const issuerFirst: readonly Step[] = [
  ...(['user', 'password', 'enabled', 'parse', 'issuer', 'keys', 'signature', 'time'] as const),
  ...identity,
  ...(['reserved', 'audience'] as const),
];
/** v25.4 and up: the user may be made on the way (PR 149415). */
const identityFirst: readonly Step[] = [
  ...(['password', 'enabled', 'parse', 'issuer', 'keys', 'signature'] as const),
  ...identity,
  ...(['user', 'time', 'reserved', 'audience', 'authorization'] as const),
];

export interface Version {
  readonly name: string;
  readonly order: readonly Step[];
  /** jwks_auto_fetch. */
  readonly fetches: boolean;
  /** `{"issuer_jwks_map": …}`, and the name issuers.configuration. */
  readonly issuerMap: boolean;
  /** A login without a name, as the one that the token stands for. */
  readonly unnamed: boolean;
  /** Users made at the first login; roles from groups. */
  readonly provisions: boolean;
  /** Rows of the identity map match regardless of case (PR 155531). */
  readonly anyCase: boolean;
}

const old = { fetches: false, issuerMap: false, unnamed: false, provisions: false, anyCase: false };
export const versions: readonly Version[] = [
  { ...old, name: 'v23.1.10', order: signatureFirst },
  { ...old, name: 'v24.1.0', order: issuerFirst, fetches: true },
  { ...old, name: 'v25.2.4', order: issuerFirst, fetches: true, issuerMap: true, unnamed: true },
  { ...old, name: 'v25.4.0', order: identityFirst, fetches: true, issuerMap: true, unnamed: true, provisions: true },
  {
    ...{ name: 'v26.1.0', order: identityFirst, fetches: true, issuerMap: true },
    ...{ unnamed: true, provisions: true, anyCase: true },
  },
];

/** The order for one login: somebody who named no user is looked up once it is known who they are. */
export function orderOf({ order }: Version, unnamed: boolean): readonly Step[] {
  if (!unnamed || order[0] !== 'user') return order;
  const rest = order.filter((step) => step !== 'user');
  const at = rest.indexOf('principal') + 1;
  return [...rest.slice(0, at), 'user', ...rest.slice(at)];
}

/** The DETAIL of an invalid token: none before the issuer came first, bare since the signature is checked on its own. */
export function invalidToken({ order }: Version, about: 'signature' | 'time', says: string): string | undefined {
  if (order === signatureFirst) return undefined;
  return about === 'signature' && order === identityFirst ? says : `unable to parse token: ${says}`;
}
export const tellsOfParsing = ({ order }: Version): boolean => order !== signatureFirst;
