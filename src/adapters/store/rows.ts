/** Rows are not believed: each value is checked when it is read, and a broken one is named with its table, row and column. */

import { Fault } from '../../core/errors.ts';
import { verdicts } from '../../core/cluster/report.ts';
import type { Card } from '../../core/messages/card.ts';
import { settingNames } from '../../core/cluster/cluster.ts';
import type {
  Affected,
  AuditLine,
  Interaction,
  Jwk,
  LedgerRow,
  Paused,
  PostedCard,
  Proposal,
  SettingChange,
  SettingStep,
  Seen,
  SeenIssuer,
  StoredInteraction,
  UnsentAlert,
  Word,
} from '../../core/ports.ts';
import type { AccessRequest, Decision, Door, Evidence, Finding, Person, Place, Waiting } from '../../core/request/request.ts';
import { buttonIds, formIds } from '../../core/request/buttons.ts';
import { type State, states, due as dues } from '../../core/request/lifecycle.ts';
import type { Row } from './database.ts';

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

const works = new Set<string>(['time_out', ...Object.values(dues).filter((w) => w !== null)]);

/** Reads values of one row, and says which one is broken. */
class Reader {
  readonly #where: string;
  readonly #fields: Fields;

  constructor(where: string, fields: Fields) {
    this.#where = where;
    this.#fields = fields;
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : this.#broken(name);
  }

  textOrNull(name: string): string | null {
    return this.#fields[name] == null ? null : this.text(name);
  }

  /** bigint arrives as text: node-postgres does not round. */
  count(name: string): number {
    const value = Number(this.#fields[name] ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : this.#broken(name);
  }

  /** A timestamptz (a Date already) or an ISO 8601 text inside JSON. */
  date(name: string): Date {
    const value = this.#fields[name];
    const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
    return Number.isNaN(date.getTime()) ? this.#broken(name) : date;
  }

  dateOrNull(name: string): Date | null {
    return this.#fields[name] == null ? null : this.date(name);
  }

  yes(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === 'boolean' ? value : this.#broken(name);
  }

  oneOf<T extends string>(name: string, known: readonly T[] | ReadonlySet<string>): T {
    const value = this.text(name);
    const isKnown = 'has' in known ? known.has(value) : (known as readonly string[]).includes(value);
    return isKnown ? (value as T) : this.#broken(name);
  }

  list<T>(name: string, read: (item: Json, inside: (item: Json) => Reader) => T | undefined): readonly T[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#broken(name);
    return value.map((item) => read(item, (v) => this.#inside(name, v)) ?? this.#broken(name));
  }

  texts(name: string): Readonly<Record<string, string>> {
    const inside = this.object(name);
    return Object.fromEntries(Object.keys(this.#fields[name] as Fields).map((key) => [key, inside.text(key)]));
  }

  object(name: string): Reader {
    return this.#inside(name, this.#fields[name]);
  }

  objectOrNull(name: string): Reader | null {
    return this.#fields[name] == null ? null : this.object(name);
  }

  #inside(name: string, value: Json): Reader {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#broken(name);
    return new Reader(`${this.#where}.${name}`, value as Fields);
  }

  #broken(name: string): never {
    throw new Fault('store_unavailable', 'never', `the store holds a broken value: ${this.#where}, ${name}`);
  }
}

function reader(table: string, id: Json, row: Row): Reader {
  return new Reader(`${table} ${String(id)}`, row);
}

export function requestOf(row: Row): AccessRequest {
  const r = reader('requests', row.id, row);
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', states),
    requester: { oid: r.text('requester_oid'), upn: r.text('requester_upn'), displayName: r.text('requester_name') },
    door: { platform: r.text('door_platform'), team: r.text('door_team'), user: r.text('door_user') },
    reply: r.text('reply'),
    entitlement: r.text('entitlement'),
    title: r.text('title'),
    cluster: r.text('cluster_name'),
    database: r.text('database_name'),
    roles: r.list('sql_roles', (item) => (typeof item === 'string' ? item : undefined)),
    reason: r.text('reason'),
    sqlUsername: r.text('sql_username'),
    findings: r.list('findings', (item, inside) => findingOf(inside(item))),
    evidence: evidenceOf(r.objectOrNull('evidence')),
    policyHash: r.text('policy_hash'),
    submittedAt: r.date('submitted_at'),
    deadline: r.date('deadline'),
    decision: decisionOf(r.objectOrNull('decision')),
    grantedAt: r.dateOrNull('granted_at'),
    waiting: waitingOf(r.objectOrNull('waiting')),
    due: row.due === null ? null : r.oneOf('due', works),
    dueAt: r.date('due_at'),
    attempts: r.count('attempts'),
  };
}

const findingOf = (r: Reader): Finding => ({ rule: r.text('rule'), ok: r.yes('ok'), says: r.text('says') });

const personOf = (r: Reader): Person => ({ oid: r.text('oid'), upn: r.text('upn'), displayName: r.text('displayName') });

function decisionOf(r: Reader | null): Decision | null {
  if (r === null) return null;
  const reason = r.textOrNull('reason');
  const decision: Decision = { kind: r.oneOf('kind', ['approve', 'deny']), by: personOf(r.object('by')), at: r.date('at') };
  return reason === null ? decision : { ...decision, reason };
}

const evidenceOf = (r: Reader | null): Evidence | null =>
  r === null ? null : { can: r.textOrNull('can'), holds: r.text('holds'), earlier: r.text('earlier') };

const waitingOf = (r: Reader | null): Waiting | null =>
  r === null ? null : { code: r.text('code'), says: r.text('says'), since: r.date('since') };

export function postedOf(row: Row): PostedCard {
  const r = reader('places', row.message, row);
  return { place: placeOf(r), kind: r.oneOf('kind', ['approval', 'outcome']), shows: r.count('shows') };
}

const placeOf = (r: Reader): Place => ({ platform: r.text('platform'), channel: r.text('channel'), message: r.text('message') });

const doorOf = (r: Reader): Door => ({ platform: r.text('platform'), team: r.text('team'), user: r.text('user') });

const placeOrNull = (r: Reader): Place | null => {
  const place = r.objectOrNull('place');
  return place === null ? null : placeOf(place);
};

const incoming = (r: Reader) => ({ key: r.text('key'), door: doorOf(r.object('door')), reply: r.text('reply') });

const bodies: { readonly [K in Interaction['kind']]: (r: Reader) => Interaction } = {
  command: (r) => ({ kind: 'command', ...incoming(r), text: r.text('text') }),
  press: (r) => ({
    kind: 'press',
    ...incoming(r),
    button: r.oneOf('button', buttonIds),
    // Before 0.2 it was called by what it was about then.
    about: r.textOrNull('about') ?? r.text('requestId'),
    place: placeOrNull(r),
  }),
  submit: (r) => ({
    kind: 'submit',
    ...incoming(r),
    form: r.oneOf('form', formIds),
    about: r.text('about'),
    place: placeOrNull(r),
    values: r.texts('values'),
  }),
  home: (r) => ({ kind: 'home', ...incoming(r) }),
};

export function interactionOf(row: Row): StoredInteraction {
  const r = reader('interactions', row.id, row);
  const body = r.object('body');
  const kind = body.oneOf<Interaction['kind']>('kind', new Set(Object.keys(bodies)));
  return { ...bodies[kind](body), id: r.text('id'), receivedAt: r.date('received_at'), attempts: r.count('attempts') };
}

export function ledgerRowOf(row: Row): LedgerRow {
  const r = reader('ledger', row.sql_username, row);
  return {
    cluster: r.text('cluster_name'),
    sqlUsername: r.text('sql_username'),
    oid: r.text('oid'),
    upn: r.text('upn'),
    state: r.oneOf('state', ['creating', 'created']),
    attempted: r.yes('attempted'),
    adopted: r.yes('adopted'),
  };
}

const wordOf = (r: Reader): Word => ({ by: personOf(r.object('by')), at: r.date('at') });

/** Before there could be several, there was one `place`. */
const placesOf = (posted: Reader): readonly Place[] => {
  const one = posted.objectOrNull('place');
  return one === null ? posted.list('places', (item, inside) => placeOf(inside(item))) : [placeOf(one)];
};

export function proposalOf(row: Row): Proposal {
  const r = reader('proposals', row.id, row);
  const declined = r.objectOrNull('declined');
  const posted = r.objectOrNull('posted');
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', ['open', 'adopted', 'declined', 'lapsed']),
    cluster: r.text('cluster_name'),
    sqlUsername: r.text('sql_username'),
    exists: r.yes('user_exists'),
    person: { oid: r.text('person_oid'), upn: r.text('person_upn'), displayName: r.text('person_name') },
    filedBy: r.text('filed_by'),
    filedAt: r.date('filed_at'),
    deadline: r.date('deadline'),
    confirmed: r.list('confirmed', (item, inside) => wordOf(inside(item))),
    declined: declined === null ? null : wordOf(declined),
    findings: r.list('findings', (item, inside) => findingOf(inside(item))),
    posted: posted === null ? null : { places: placesOf(posted), shows: posted.count('shows') },
    appliedAt: r.dateOrNull('applied_at'),
  };
}

export function pausedOf(row: Row): Paused {
  const r = reader('watch_paused', '', row);
  return { since: r.date('paused_at'), by: r.text('paused_by') };
}

export function seenOf(row: Row): Seen {
  const r = reader('watch_seen', row.cluster_name, row);
  return {
    cluster: r.text('cluster_name'),
    verdict: r.oneOf('verdict', verdicts),
    since: r.date('verdict_since'),
    checkedAt: r.date('checked_at'),
    lastHealthy: r.dateOrNull('last_healthy'),
  };
}

/** @param keys the rows of this issuer's keys */
export function seenIssuerOf(row: Row, keys: readonly Row[]): SeenIssuer {
  const r = reader('watch_issuers', row.token_version, row);
  return {
    issuer: r.text('issuer'),
    jwksUri: r.text('jwks_uri'),
    readAt: r.date('read_at'),
    keys: keys.map((key) => {
      const k = reader('watch_keys', key.kid, key);
      k.object('jwk');
      return { kid: k.text('kid'), jwk: key.jwk as Jwk, firstSeen: k.date('first_seen'), goneSince: k.dateOrNull('gone_since') };
    }),
  };
}

export function noteOf(row: Row): { readonly at: Date; readonly says: unknown } {
  return { at: reader('watch_notes', row.name, row).date('kept_at'), says: row.says };
}

const textItem = (item: Json): string | undefined => (typeof item === 'string' ? item : undefined);

const stepOf = (r: Reader): SettingStep => ({
  setting: r.oneOf('setting', settingNames),
  before: r.text('before'),
  after: r.text('after'),
});

const affectedOf = (r: Reader): Affected => ({
  upn: r.text('upn'),
  sqlUsername: r.text('sqlUsername'),
  error: r.textOrNull('error'),
});

export function settingChangeOf(row: Row): SettingChange {
  const r = reader('setting_changes', row.id, row);
  const effect = r.object('effect');
  const askedBy = r.objectOrNull('asked_by');
  const declined = r.objectOrNull('declined');
  const posted = r.objectOrNull('posted');
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', ['open', 'applied', 'declined', 'lapsed', 'undone']),
    kind: r.oneOf('kind', ['apply', 'rollback']),
    cluster: r.text('cluster_name'),
    steps: r.list('steps', (item, inside) => stepOf(inside(item))),
    loses: effect.list('loses', (item, inside) => affectedOf(inside(item))),
    gains: effect.list('gains', (item, inside) => affectedOf(inside(item))),
    othersLose: effect.list('othersLose', textItem),
    askedBy: askedBy === null ? null : personOf(askedBy),
    filedBy: r.textOrNull('filed_by'),
    filedAt: r.date('filed_at'),
    deadline: r.date('deadline'),
    needs: r.count('needs') === 1 ? 1 : 2,
    confirmed: r.list('confirmed', (item, inside) => wordOf(inside(item))),
    declined: declined === null ? null : wordOf(declined),
    says: r.textOrNull('says'),
    posted: posted === null ? null : { places: placesOf(posted), shows: posted.count('shows') },
    appliedAt: r.dateOrNull('applied_at'),
  };
}

export function auditLineOf(row: Row): AuditLine {
  const r = reader('audit', row.id, row);
  r.object('details');
  return {
    at: r.date('written_at'),
    event: r.text('event'),
    requestId: r.textOrNull('request_id'),
    actor: r.textOrNull('actor'),
    details: row.details as Fields,
  };
}

export function alertOf(row: Row): UnsentAlert {
  const r = reader('alerts', row.alert_key, row);
  const card = r.object('card');
  card.list('title', (run) => run);
  r.object('stands_on');
  card.list('blocks', (item, inside) => inside(item).text('kind'));
  return {
    key: r.text('alert_key'),
    requestId: r.textOrNull('request_id'),
    card: datesAgain(row.card) as Card,
    attempts: r.count('attempts'),
    standsOn: Object.keys(row.stands_on as Fields),
  };
}

/** JSON has no dates: a run `{ at, style }` of a card gets its Date back. */
function datesAgain(value: Json): Json {
  if (Array.isArray(value)) return value.map(datesAgain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Fields;
  if (typeof fields.at === 'string' && typeof fields.style === 'string') return { ...fields, at: new Date(fields.at) };
  return Object.fromEntries(Object.entries(fields).map(([name, v]) => [name, datesAgain(v)]));
}

/** A single text value of a row that has nothing else. */
export const textOf = (table: string, row: Row, name: string): string => reader(table, '', row).text(name);

/** A single point in time of a row that has nothing else. */
export const dateOf = (table: string, row: Row, name: string): Date => reader(table, '', row).date(name);

/** The lifecycle's state of a row. */
export const stateOf = (row: Row): State => reader('requests', '', row).oneOf('state', states);

/** A single number of a row that has nothing else. */
export const countOf = (table: string, row: Row, name: string): number => reader(table, '', row).count(name);

/**
 * Text that both databases store: without NUL (PostgreSQL docs 8.3 and 8.14: not allowed in text, nor as \u0000 in jsonb) and
 * without lone surrogates (not UTF-8). People can paste both into a chat.
 */
export const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');

/** A value as JSON that both databases store. */
export const json = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'string' ? storable(v) : v));
