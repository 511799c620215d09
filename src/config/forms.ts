import { existsSync } from 'node:fs';
import { Secret } from './secret.ts';

/** The form that the value of an environment variable must have. `read` gives null when it has not. Values are never repeated to anybody. */
export interface Form<T> {
  /** What to write, with an example. */
  readonly write: string;
  /** Where a fault was reported, this stands in; a configuration with a fault is thrown away. */
  readonly filler: T;
  readonly read: (text: string) => T | null;
}

/** What example files and documentation have where a value belongs. A bot that starts with one of these is a bot with a known secret. */
const placeholder =
  /\b(your|my)[-_ ]?(own[-_ ])?(bot|token|secret|password|tenant|client|signing)|change[-_ ]?me|replace[-_ ]?me|placeholder|^<.*>$|^x{3,}$|^\.{3}$|^todo$|^0{8}-0{4}-0{4}-0{4}-0{12}$/i;
export const isPlaceholder = (text: string): boolean => placeholder.test(text);

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const isLoopback = (url: URL): boolean => loopback.test(url.hostname);
/** Whether an address to listen on is this machine's alone. */
export const isLoopbackHost = (host: string): boolean => loopback.test(host) || host === '::1';

function urlOf(text: string, protocols: readonly string[]): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return protocols.includes(url.protocol) && url.hostname !== '' ? url : null;
}

/** Our own secret, or somebody's: kept so that it does not print. */
export const secret = (write: string, accept: RegExp): Form<Secret> => ({
  write,
  filler: new Secret(''),
  read: (text) => (accept.test(text) ? new Secret(text) : null),
});

export const guid: Form<string> = {
  write: 'a GUID, as the Entra admin center shows it',
  filler: '',
  read: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null),
};

/**
 * The base of somebody's API. Over plain HTTP a token would be anybody's on the way, so only `loopback` may have it.
 *
 * @param end `/` for APIs whose paths are appended as they are; empty for those whose paths begin with a slash
 */
export const baseUrl = (example: string, end: '/' | '', plainOnLoopback: boolean): Form<string> => ({
  write: `an https:// URL without user, query or fragment, like ${example}`,
  filler: example,
  read: (text) => {
    const url = urlOf(text, ['https:', 'http:']);
    if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
    if (url.protocol === 'http:' && !(plainOnLoopback && isLoopback(url))) return null;
    return `${url.href.replace(/\/+$/, '')}${end}`;
  },
});

/** The bot's own store. */
export const databaseUrl: Form<Secret> = {
  write: 'a URL like postgresql://user:password@host:5432/crdb_access',
  filler: new Secret(''),
  read: (text) => (urlOf(text, ['postgresql:', 'postgres:']) === null ? null : new Secret(text)),
};

/** TLS modes with which the bot's password could be read, or asked for, by somebody in between. None: node-postgres then speaks plain. */
const open: ReadonlySet<string | null> = new Set([null, 'disable', 'allow', 'prefer', 'no-verify']);

/** The bot's own user on a cluster: over TLS that is verified, except on this machine. */
export const clusterUrl: Form<Secret> = {
  write: 'a URL like postgresql://crdb_access:password@host:26257/defaultdb?sslmode=verify-full&sslrootcert=/path/ca.crt',
  filler: new Secret(''),
  read: (text) => {
    const url = urlOf(text, ['postgresql:', 'postgres:']);
    if (url === null || url.username === '') return null;
    return open.has(url.searchParams.get('sslmode')) && !isLoopback(url) ? null : new Secret(text);
  },
};

export const queueUrl: Form<Secret> = {
  write: 'a URL like rediss://:password@host:6379, or nothing for the queue in DATABASE_URL',
  filler: new Secret(''),
  read: (text) => (urlOf(text, ['redis:', 'rediss:']) === null ? null : new Secret(text)),
};

export const whole = (least: number, most: number, example: number): Form<number> => ({
  write: `a whole number from ${least} to ${most}, like ${example}`,
  filler: example,
  read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null),
});

export const oneOf = <W extends string>(words: readonly W[], filler: W): Form<W> => ({
  write: `one of ${words.join(', ')}`,
  filler,
  read: (text) => words.find((word) => word === text) ?? null,
});

export const hostname: Form<string> = {
  write: 'the address to listen on, like 0.0.0.0 or 127.0.0.1',
  filler: '',
  read: (text) => (/^[A-Za-z0-9.:-]+$/.test(text) ? text : null),
};

export const existingFile: Form<string> = {
  write: 'the path of a file that is there and readable',
  filler: '',
  read: (text) => (existsSync(text) ? text : null),
};

/** Whatever is there is for the reader of the file to judge. */
export const anyPath: Form<string> = { write: 'a path', filler: '', read: (text) => text };
