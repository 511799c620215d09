import { checkName, normalizeName } from '../identity/sql-username.ts';
import { text } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** The forms that single values of the policy file have. What passes here may go into a URL, a shell line or SQL later. */

const matching = (pattern: RegExp) => (typed: string) => (pattern.test(typed) ? typed : null);

/** Names that people type after a command: no case to get wrong, no space, nothing that markup could take for its own. */
export const name = text(
  'a name',
  'lower-case letters, digits and -, like analytics-read',
  matching(/^[a-z0-9][a-z0-9-]{0,62}$/),
);

/** One line of prose. */
export const line = (most: number): Kind<string> =>
  text('one line of text', `one line of at most ${most} characters`, (typed) =>
    typed.trim() !== '' && [...typed].length <= most && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(typed) ? typed : null,
  );

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const isHost = (host: string): boolean => host.length <= 253 && host.split('.').every((part) => label.test(part));

/** Domains of UPNs, in lower case (RFC 4343: they know no case). A single label is no verified domain of any tenant. */
export const domain = text('a domain', 'a domain, like contoso.com', (typed) => {
  const lower = typed.toLowerCase();
  return lower.includes('.') && isHost(lower) ? lower : null;
});

/** `host:port`; CockroachDB's SQL port when there is none. IPv6 in brackets. */
export const address = text('a host and port', 'the address as people reach it, like prod.example.com:26257', (typed) => {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(typed.toLowerCase());
  const host = parts?.[1] ?? '';
  const port = Number(parts?.[2] ?? 26257);
  return (host.startsWith('[') || isHost(host)) && port >= 1 && port <= 65535 ? `${host}:${port}` : null;
});

/** As people's shell reads it. What a shell or a URL could take for its own is encoded where the command is written. */
export const caPath = text(
  "a path on people's machines",
  'an absolute path or one below $HOME, like $HOME/.cockroach/prod-ca.crt',
  matching(/^(\$HOME|\$\{HOME\}|~)?(\/[^\p{Cc}/$]+)+$/u),
);

export const database = text(
  'a database name that is safe in a URL',
  'letters, digits, _, - and ., like defaultdb',
  matching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/),
);

/** The value is not repeated in a fault: somebody may have put the URL itself, with its password, here. */
export const variable = text(
  'the name of an environment variable',
  'the name of the variable that holds the URL, like CRDB_PROD_URL (never the URL itself)',
  matching(/^[A-Z][A-Z0-9_]{0,127}$/),
  false,
);

export const guid = text('a GUID', 'a GUID, like 1f2e3d4c-0000-4000-8000-000000000001', (typed) => {
  const lower = typed.toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower) && /[1-9a-f]/.test(lower) ? lower : null;
});

/** What `az account get-access-token --scope` takes; it stands in people's shell line. */
export const scope = text(
  'a scope',
  'the scope that tokens are asked with, like api://crdb-prod/.default',
  matching(/^[A-Za-z0-9][A-Za-z0-9:/._-]*\/\.default$/),
);

/** `aud` of a v2 token is always the client id; a v1 token may carry the App ID URI that was asked for (Microsoft, access token claims). */
export const audience = text(
  'an audience',
  "the API app's client id (a GUID), or, with token_version v1, its App ID URI",
  (typed) => {
    const lower = typed.toLowerCase();
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower)) return lower;
    return /^(api|https):\/\/[A-Za-z0-9:/._-]+$/.test(typed) ? typed : null;
  },
);

/** The value of an app role as the app registration has it: at most 120 characters, no space, no leading dot (Microsoft Graph, appRole). */
export const appRole = text(
  'the value of an app role',
  "the app role's value, like Crdb.Request",
  matching(/^[A-Za-z0-9!#$%&'()*+,\-/:;<=>?@[\]^_`{|}~][A-Za-z0-9!#$%&'()*+,\-./:;<=>?@[\]^_`{|}~]{0,119}$/),
);

/** A SQL role that may be given away: CockroachDB's name rules, and none that is reserved or all-powerful. */
export const role = text(
  'a SQL role that can be given',
  'a role name in lower case as SHOW ROLES prints it, like analytics_reader; never admin or a reserved name',
  (typed) => (typed === normalizeName(typed) && checkName(typed) === null ? typed : null),
);

const units = { m: 60, h: 3600, d: 86400 } as const;
const shortest = 60;
const longest = 30 * units.d;

/** `30m`, `8h`, `2d`: seconds. */
export const duration: Kind<number> = {
  write: 'a time between 1m and 30d, like 30m, 8h or 2d',
  filler: 0,
  read(reading) {
    const typed = text('a time', duration.write, (t) => (inRange(secondsOf(t)) ? t : null)).read(reading);
    return secondsOf(typed);
  },
};

function secondsOf(typed: string): number {
  const parts = /^([1-9]\d{0,5})([mhd])$/.exec(typed);
  return parts === null ? 0 : Number(parts[1]) * units[parts[2] as keyof typeof units];
}
const inRange = (seconds: number): boolean => seconds >= shortest && seconds <= longest;
