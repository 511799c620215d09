/** Reads what `explain-login` is asked: strictly, since a misspelled setting would silently count as its default. */

import { parseVersion } from '../core/cluster/version.ts';
import { isObject, kindOf, parseJson } from '../core/login/go-json.ts';
import { ruledSettings } from '../core/login/setting-rules.ts';
import { issuersAlias, issuersName, parseBool } from '../core/login/settings.ts';

export interface LoginQuestion {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly users?: Readonly<Record<string, { readonly login: boolean }>>;
  readonly token: string;
  readonly user: string;
  readonly now?: Date;
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => readonly string[];

/** Settings of CockroachDB's JWT login that decide nothing here (time-outs, certificates of auto fetch, redaction). */
const idle = [
  'server.jwt_authentication.issuers.custom_ca',
  'server.jwt_authentication.issuer_custom_ca',
  'server.jwt_authentication.client.timeout',
  'server.host_based_authentication.configuration',
  'server.user_login.timeout',
  'server.redact_sensitive_settings.enabled',
];
const known: ReadonlySet<string> = new Set([...ruledSettings, ...idle]);

const articles: Readonly<Record<string, string>> = { array: 'an array', object: 'an object', null: 'null', undefined: 'missing' };
const kind = (value: unknown) => {
  const name = value === null ? 'null' : kindOf(value);
  return articles[name] ?? `a ${name}`;
};
const text = (where: string, value: unknown, what: string) =>
  typeof value === 'string' ? [] : [`${where}: ${kind(value)}; write ${what}`];

function settingFaults(name: string, value: unknown): readonly string[] {
  const where = `settings[${JSON.stringify(name)}]`;
  if (!known.has(name)) return [`${where}: no setting of JWT login has this name; write one of ${ruledSettings.join(', ')}`];
  if (typeof value !== 'string') return text(where, value, 'the text that SHOW CLUSTER SETTING prints, in quotes');
  if (value === '<redacted>') return [`${where}: it was read redacted; read it with MODIFYCLUSTERSETTING or as an admin`];
  const isBool = name.endsWith('.enabled');
  return isBool && parseBool(value) === null ? [`${where}: ${JSON.stringify(value)} is no bool; write "true" or "false"`] : [];
}

const settings: Check = (value) => {
  if (!isObject(value))
    return [`settings: ${kind(value)}; write an object of setting names and their texts ({} for all defaults)`];
  const twice = Object.hasOwn(value, issuersName) && Object.hasOwn(value, issuersAlias);
  return [
    ...Object.entries(value).flatMap(([name, setting]) => settingFaults(name, setting)),
    ...(twice ? [`settings: ${issuersName} and ${issuersAlias} are one setting; write it once`] : []),
  ];
};

const users: Check = (value) => {
  if (value === undefined) return [];
  if (!isObject(value)) return [`users: ${kind(value)}; write { "alice": { "login": true } }, or leave it out: all exist`];
  return Object.entries(value).flatMap(([name, user]) =>
    isObject(user) && typeof user['login'] === 'boolean' && Object.keys(user).length === 1
      ? []
      : [`users[${JSON.stringify(name)}]: write { "login": true } or { "login": false }`],
  );
};

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)$/;

const checks: Readonly<Record<string, Check>> = {
  version: (value) =>
    typeof value === 'string' && parseVersion(value) !== null
      ? []
      : [
          `version: ${typeof value === 'string' ? JSON.stringify(value) : kind(value)}; write what SELECT version() prints, or "v24.3.0"`,
        ],
  settings,
  users,
  token: (value) => text('token', value, 'the token, as it is sent for a password'),
  user: (value) => text('user', value, 'the SQL user of the login, "" when none is named'),
  now: (value) =>
    value === undefined || (typeof value === 'string' && iso.test(value) && !Number.isNaN(Date.parse(value)))
      ? []
      : ['now: write a time in ISO 8601 with its zone, such as "2026-01-31T12:00:00Z", or leave it out'],
};

// Checked just before: every field has passed its check.
function toQuestion(fields: Fields): LoginQuestion {
  const { now, ...rest } = fields as unknown as Omit<LoginQuestion, 'now'> & { readonly now?: string };
  return now === undefined ? rest : { ...rest, now: new Date(now) };
}

/** @returns the question, or everything that is wrong with it: where, what it is, what to write; never the token */
export function readLoginQuestion(stdin: string): { readonly question: LoginQuestion } | { readonly faults: readonly string[] } {
  const json = parseJson(stdin);
  if ('error' in json) return { faults: [`standard input: no JSON: ${json.error}`] };
  const fields = json.value;
  if (!isObject(fields)) return { faults: [`standard input: ${kind(fields)}; write { "version", "settings", "token", "user" }`] };
  const unknown = Object.keys(fields).filter((field) => !Object.hasOwn(checks, field));
  const faults = [
    ...Object.entries(checks).flatMap(([field, check]) => check(Object.hasOwn(fields, field) ? fields[field] : undefined)),
    ...unknown.map((field) => `${JSON.stringify(field)}: no such field; there are ${Object.keys(checks).join(', ')}`),
  ];
  return faults.length === 0 ? { question: toQuestion(fields) } : { faults };
}
