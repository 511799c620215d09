/** Users in Graph (Graph docs: user-get.md, user-list.md). */
import type { User } from './directory.ts';
import { notFound } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { filterOf, pageOf, selected } from './odata.ts';
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
  const select = url.searchParams.get('$select');
  const row = (user: User): Readonly<Record<string, unknown>> => selected(userRow(user), select, userDefaults);
  const users = filter === null ? everybody(tenant) : meant(tenant, filter);
  // Only those of the page become rows: a directory has thousands.
  const rows = { length: users.length, slice: (from: number, to: number) => users.slice(from, to).map(row) };
  return { '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#users`, ...pageOf(rows, url, 100) };
}

interface Users {
  readonly length: number;
  readonly slice: (from: number, to: number) => readonly User[];
}

function meant(tenant: Tenant, filter: string): Users {
  const test = filterOf(filter, ['id', 'mail', 'userPrincipalName'], 'User');
  return tenant.directory.users().filter(({ oid, mail, upn }) => test({ id: oid, mail, userPrincipalName: upn }));
}

/** Those that there are, then the crowd, which is made as it is asked for. */
function everybody({ directory, crowd }: Tenant): Users {
  const users = directory.users();
  const made = (n: number): User => crowd.user(n);
  return {
    length: users.length + crowd.size,
    slice: (from, to) => {
      const [first, last] = [from, Math.min(to, users.length + crowd.size)].map((n) => Math.max(0, n - users.length));
      const few = Array.from({ length: Math.max(0, (last ?? 0) - (first ?? 0)) }, (_, n) => made((first ?? 0) + n));
      return [...users.slice(from, to), ...few];
    },
  };
}
