/** What an admin of the cluster may get wrong by hand: small mistakes, each with the statements that make it and those that take it back. */
import { quote, quoteText } from '../cockroach/roles.ts';
import type { Users } from './reading.ts';

/** The cluster as it is now. */
export interface Present {
  readonly users: Users;
  /** As SHOW CLUSTER SETTING prints it; undefined: this version has no such setting. */
  setting(name: string): string | undefined;
}

export interface Made {
  readonly run: readonly string[];
  readonly undo: readonly string[];
  /** Whether it still stands: somebody may have mended it meanwhile. */
  stands(now: Present): boolean;
}

export interface Mistake {
  readonly name: string;
  readonly says: string;
  /** Null: there is nothing yet that could be got wrong so. */
  make(now: Present): Made | null;
}

const jwt = 'server.jwt_authentication.';
const map = 'server.identity_map.configuration';
const reader = 'analytics_reader';
/** SQL user of the bot's own. */
const bot = 'crdb_access';

/** @param other the value in place of the present one; null: it can't be told */
function set(name: string, other: (was: string) => string | null): Mistake['make'] {
  return ({ setting }) => {
    const was = setting(name);
    const wrong = was === undefined ? null : other(was);
    if (was === undefined || wrong === null || wrong === was) return null;
    const statement = (value: string) => `SET CLUSTER SETTING ${name} = ${literal(value)}`;
    return { run: [statement(wrong)], undo: [statement(was)], stands: (now) => now.setting(name) === wrong };
  };
}

const literal = (value: string): string => (value === 'true' || value === 'false' ? value : quoteText(value));

function member(role: string, of: string): Made {
  const [to, from] = [`GRANT ${quote(role)} TO ${quote(of)}`, `REVOKE ${quote(role)} FROM ${quote(of)}`];
  return { run: [to], undo: [from], stands: ({ users }) => isMember(users, role, of) };
}

const isMember = (users: Users, role: string, of: string): boolean =>
  users.some(({ name, roles }) => name === of && roles.includes(role));

/** Without the first of its keys. */
function fewerKeys(jwks: string): string | null {
  try {
    const { keys = [], ...more } = JSON.parse(jwks) as { readonly keys?: readonly unknown[] };
    return keys.length === 0 ? null : JSON.stringify({ ...more, keys: keys.slice(1) });
  } catch {
    return null;
  }
}

export const mistakes: readonly Mistake[] = [
  { name: 'jwt-off', says: 'Switch JWT logins off', make: set(`${jwt}enabled`, (was) => (was === 'true' ? 'false' : null)) },
  {
    name: 'issuer',
    says: 'Add a slash to the issuer',
    make: set(`${jwt}issuers`, (was) => was.replace(/\/v2\.0(?=["\s]|$)/, '/v2.0/')),
  },
  { name: 'audience', says: 'Expect another audience', make: set(`${jwt}audience`, () => 'api://another-app') },
  { name: 'claim', says: 'Read the claim sub', make: set(`${jwt}claim`, () => 'sub') },
  { name: 'key', says: 'Leave a signing key out', make: set(`${jwt}jwks`, fewerKeys) },
  {
    name: 'map-open',
    says: 'Unanchor the map’s pattern',
    make: set(map, (was) => was.replace(/ \/(\(\?i\))?\^(.*)\$(?= )/, ' /$1$2')),
  },
  { name: 'map-empty', says: 'Empty the identity map', make: set(map, () => '') },
  {
    name: 'role-sync',
    says: 'Take roles from the token',
    make: set(`${jwt}authorization.enabled`, (was) => (was === 'false' ? 'true' : null)),
  },
  {
    name: 'role-admin',
    says: `Make ${reader} an admin`,
    make: ({ users }) => (isMember(users, 'admin', reader) ? null : member('admin', reader)),
  },
  {
    name: 'revoke',
    says: 'Revoke a granted role',
    make: ({ users }) => {
      const holder = users.find(({ name }) => isMember(users, reader, name))?.name;
      if (holder === undefined) return null;
      const { run, undo } = member(reader, holder);
      return { run: undo, undo: run, stands: (now) => !isMember(now.users, reader, holder) };
    },
  },
  {
    name: 'bot-admin',
    says: 'Make the bot an admin',
    make: ({ users }) => (isMember(users, 'admin', bot) ? null : member('admin', bot)),
  },
  {
    name: 'user',
    says: 'Create a SQL user bob',
    make: ({ users }) =>
      isThere(users, 'bob')
        ? null
        : { run: ['CREATE USER "bob"'], undo: ['DROP USER "bob"'], stands: (now) => isThere(now.users, 'bob') },
  },
];

const isThere = (users: Users, name: string): boolean => users.some((user) => user.name === name);
