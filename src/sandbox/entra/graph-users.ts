/** Users in Graph (Graph docs: user-get.md, user-list.md). */
import type { User } from './directory.ts';
import { notFound } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { filterOf, page, selected } from './odata.ts';
import type { Tenant } from './token-endpoint.ts';

/** What comes without `$select` (user-get.md, "Optional query parameters"): `accountEnabled` and `userType` are not among them. */
export const userDefaults = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

export function userRow(user: User): Readonly<Record<string, unknown>> {
  const [givenName = user.name, ...family] = user.name.split(' ');
  return {
    ...Object.fromEntries(userDefaults.map((name) => [name, null])),
    businessPhones: [],
    id: user.oid,
    displayName: user.name,
    givenName,
    surname: family.join(' '),
    mail: user.mail,
    userPrincipalName: user.upn,
    accountEnabled: user.enabled,
    userType: user.kind === 'guest' ? 'Guest' : 'Member',
  };
}

export function userIn(tenant: Tenant, idOrUpn: string): User {
  const user = tenant.directory.user(idOrUpn);
  if (user === undefined) throw notFound(idOrUpn);
  return user;
}

export function getUser(tenant: Tenant, { url }: GraphRequest, [id = '']: readonly string[]): unknown {
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#users/$entity`,
    ...selected(userRow(userIn(tenant, id)), url.searchParams.get('$select'), userDefaults),
  };
}

export function listUsers(tenant: Tenant, { url }: GraphRequest): unknown {
  const filter = url.searchParams.get('$filter');
  const test = filter === null ? () => true : filterOf(filter, ['id', 'mail', 'userPrincipalName'], 'User');
  // Only those that are meant become rows: a directory has thousands.
  const meant = tenant.directory.users().filter(({ oid, mail, upn }) => test({ id: oid, mail, userPrincipalName: upn }));
  const select = url.searchParams.get('$select');
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#users`,
    ...page(
      meant.map((user) => selected(userRow(user), select, userDefaults)),
      url,
      100,
    ),
  };
}
