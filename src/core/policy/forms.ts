import { checkName, normalizeName } from '../identity/sql-username.ts';
import { text } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** The forms that single values of the policy file have. What passes here may go into a URL, a shell line or SQL later. */

/** Text that a pattern decides, and nothing else. */
const matching = (what: string, write: string, pattern: RegExp, show = true): Kind<string> =>
  text(what, write, (typed) => (pattern.test(typed) ? typed : null), { pattern, show });

/** Names that people type after a command: no case to get wrong, no space, nothing that markup could take for its own. */
export const name = matching('a name', 'lower-case letters, digits and -, like analytics-read', /^[a-z0-9][a-z0-9-]{0,62}$/);

/** One line of prose. */
export const line = (most: number): Kind<string> =>
  text(
    'one line of text',
    `one line of at most ${most} characters`,
    (typed) => (typed.trim() !== '' && [...typed].length <= most && oneLine.test(typed) ? typed : null),
    { pattern: oneLine, most },
  );
const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

const anyGuid = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const appIdUri = /^(api|https):\/\/[A-Za-z0-9:/._-]+$/;

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const isHost = (host: string): boolean => host.length <= 253 && host.split('.').every((part) => label.test(part));

/** Domains of UPNs, in lower case (RFC 4343: they know no case). A single label is no verified domain of any tenant. */
export const domain = text(
  'a domain',
  'a domain, like contoso.com',
  (typed) => {
    const lower = typed.toLowerCase();
    return lower.includes('.') && isHost(lower) ? lower : null;
  },
  { pattern: /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, most: 253 },
);

/** `host:port`; CockroachDB's SQL port when there is none. IPv6 in brackets. */
export const address = text(
  'a host and port',
  'the address as people reach it, like prod.example.com:26257',
  (typed) => {
    const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(typed.toLowerCase());
    const host = parts?.[1] ?? '';
    const port = Number(parts?.[2] ?? 26257);
    return (host.startsWith('[') || isHost(host)) && port >= 1 && port <= 65535 ? `${host}:${port}` : null;
  },
  { pattern: /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$/ },
);

/** As people's shell reads it. What a shell or a URL could take for its own is encoded where the command is written. */
export const caPath = matching(
  "a path on people's machines",
  'an absolute path or one below $HOME, like $HOME/.cockroach/prod-ca.crt',
  /^(\$HOME|\$\{HOME\}|~)?(\/[^\p{Cc}/$]+)+$/u,
);

export const database = matching(
  'a database name that is safe in a URL',
  'letters, digits, _, - and ., like defaultdb',
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/,
);

/** The value is not repeated in a fault: somebody may have put the URL itself, with its password, here. */
export const variable = matching(
  'the name of an environment variable',
  'the name of the variable that holds the URL, like CRDB_PROD_URL (never the URL itself)',
  /^[A-Z][A-Z0-9_]{0,127}$/,
  false,
);

export const guid = text(
  'a GUID',
  'a GUID, like 1f2e3d4c-0000-4000-8000-000000000001',
  (typed) => {
    const lower = typed.toLowerCase();
    return anyGuid.test(lower) && /[1-9a-f]/.test(lower) ? lower : null;
  },
  { pattern: anyGuid },
);

/** What `az account get-access-token --scope` takes; it stands in people's shell line. */
export const scope = matching(
  'a scope',
  'the scope that tokens are asked with, like api://crdb-prod/.default',
  /^[A-Za-z0-9][A-Za-z0-9:/._-]*\/\.default$/,
);

/** `aud` of a v2 token is always the client id; a v1 token may carry the App ID URI that was asked for (Microsoft, access token claims). */
export const audience = text(
  'an audience',
  "the API app's client id (a GUID), or, with token_version v1, its App ID URI",
  (typed) => {
    if (anyGuid.test(typed)) return typed.toLowerCase();
    return appIdUri.test(typed) ? typed : null;
  },
  { pattern: new RegExp(`${anyGuid.source}|${appIdUri.source}`) },
);

/** The value of an app role as the app registration has it: at most 120 characters, no space, no leading dot (Microsoft Graph, appRole). */
export const appRole = matching(
  'the value of an app role',
  "the app role's value, like Crdb.Request",
  /^[A-Za-z0-9!#$%&'()*+,\-/:;<=>?@[\]^_`{|}~][A-Za-z0-9!#$%&'()*+,\-./:;<=>?@[\]^_`{|}~]{0,119}$/,
);

/** A SQL role that may be given away: CockroachDB's name rules, and none that is reserved or all-powerful. */
export const role = text(
  'a SQL role that can be given',
  'a role name in lower case as SHOW ROLES prints it, like analytics_reader; never admin or a reserved name',
  (typed) => (typed === normalizeName(typed) && checkName(typed) === null ? typed : null),
  { pattern: /^(?!(admin|root|node|public|none)$|pg_|crdb_internal_)[\p{Ll}0-9_][\p{Ll}0-9_.-]*$/u, most: 63 },
);

const units = { m: 60, h: 3600, d: 86400 } as const;
const shortest = 60;
const longest = 30 * units.d;

/** `30m`, `8h`, `2d`: seconds. */
export const duration: Kind<number> = {
  write: 'a time between 1m and 30d, like 30m, 8h or 2d',
  filler: 0,
  shape: { kind: 'text', write: 'a time between 1m and 30d, like 30m, 8h or 2d', pattern: /^[1-9][0-9]{0,5}[mhd]$/, most: null },
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
