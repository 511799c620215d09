/** The core on a real store, in a world that fails in every way a test asks for: what is outside answers from memory. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clock } from '../../src/adapters/clock/clock.ts';
import { adviceSql } from '../../src/adapters/cockroach/advice.ts';
import { readPolicyFile } from '../../src/adapters/files/policy-file.ts';
import type { OpenStore } from '../../src/adapters/store/store.ts';
import type { Ability, Change, Settings, SqlUser } from '../../src/core/cluster/cluster.ts';
import { worstLines } from '../../src/core/identity/lint/worst.ts';
import type { Card } from '../../src/core/messages/card.ts';
import type { Form } from '../../src/core/messages/form.ts';
import type { Criterion, Policy } from '../../src/core/policy/policy.ts';
import type { Chat, DirectoryUser, Jwk, Tag, World } from '../../src/core/ports.ts';
import type { Door, Place } from '../../src/core/request/request.ts';
import { sandboxPolicy } from '../../src/sandbox/policy-file.ts';
import { k1 } from './login-keys.ts';

export const platform = 'slack';

export interface Said {
  readonly to: string;
  readonly card: Card;
  readonly tag: Tag | null;
}

/** What is outside, shared by every worker. `fail` is called before each call, with the port's name and the call's; it may throw. */
export class Outside {
  fail: (what: string) => void | Promise<void> = () => undefined;
  readonly people = new Map<string, DirectoryUser>();
  readonly approvers = new Set<string>();
  readonly users = new Map<string, string[]>([
    ['root', ['admin']],
    ['admin', []],
    ['analytics_reader', []],
    ['reporting_reader', []],
    ['billing_reader', []],
    ['crdb_access', []],
    ['crdb_access_settings', []],
  ]);
  /** Role options of those that have any. */
  readonly options = new Map<string, readonly string[]>([['crdb_access', ['CREATEROLE', 'CREATELOGIN']]]);
  readonly settings: Record<string, string> = {
    'server.jwt_authentication.enabled': 'false',
    'server.jwt_authentication.issuers': '',
    'server.jwt_authentication.audience': '',
    'server.jwt_authentication.jwks': '{"keys":[]}',
    'server.jwt_authentication.claim': '',
    'server.identity_map.configuration': '',
  };
  readonly posted: (Said & { readonly place: Place })[] = [];
  readonly answered: Said[] = [];
  /** What is shown at each place now. */
  readonly shown = new Map<string, Card>();
  /** Forms as they were opened, and what each became. */
  readonly opened: { readonly to: string; readonly form: Form; readonly became: Form[] }[] = [];
  readonly homes: { readonly to: string; readonly card: Card }[] = [];
  /** Whether a form can still be opened when the bot comes to it. */
  inTime = true;
  /** `oid-dave Crdb.Request`: who does not hold what everybody else does. */
  readonly without = new Set<string>();
  readonly admins = new Set<string>();
  /** Of each channel that can't be posted to, why. */
  readonly unreachable = new Map<string, 'gone' | 'archived' | 'not_in'>();
  abilities: readonly Ability[] | null = null;
  /** What Entra publishes. */
  keys: readonly Jwk[] = [k1.jwk];

  person(key: string, approves = false, but: Partial<DirectoryUser> = {}): Door {
    const upn = `${key}@contoso.com`;
    const mail = upn;
    this.people.set(key, { oid: `oid-${key}`, upn, displayName: key, mail, enabled: true, kind: 'member', ...but });
    if (approves) this.approvers.add(`oid-${key}`);
    return { platform, team: 'T1', user: key };
  }

  holds(oid: string, criterion: Criterion): boolean {
    if (criterion.kind === 'group') return true;
    if (criterion.value === 'Crdb.Approve') return this.approvers.has(oid);
    if (criterion.value === 'Crdb.Admin') return this.admins.has(oid);
    return !this.without.has(`${oid} ${criterion.value}`);
  }
}

/** One worker's world. */
export function worldOf(store: OpenStore, o: Outside, policy: Policy, platforms: readonly string[] = [platform]): World {
  const call = async <T>(what: string, answer: () => T): Promise<T> => {
    await o.fail(what);
    const given = answer();
    await o.fail(`after ${what}`);
    return given;
  };
  const byId = (oid: string): DirectoryUser | null => [...o.people.values()].find((p) => p.oid === oid) ?? null;
  const users = (): SqlUser[] =>
    [...o.users].map(([name, memberOf]) => ({
      name,
      canLogin: !name.endsWith('_reader') && name !== 'admin',
      options: o.options.get(name) ?? [],
      memberOf,
    }));
  const quiet = (): void => undefined;
  return {
    policy,
    tenantId: 'tenant',
    retryCapSeconds: 1,
    watching: { checkSeconds: 120, keySeconds: 3600, lookSeconds: 5 },
    store,
    log: { info: quiet, warn: quiet, error: quiet },
    adminSql: adviceSql,
    linter: { lint: async (question) => worstLines(question) },
    clock,
    jobs: { add: async () => undefined, depth: async () => 0, probe: async () => undefined },
    newRequestId: () => randomBytes(4).toString('hex').toUpperCase(),
    directory: {
      userById: (oid) => call('directory.userById', () => byId(oid)),
      usersByAddress: (address) =>
        call('directory.usersByAddress', () => [...o.people.values()].filter((p) => p.mail === address)),
      usersById: (oids) =>
        call('directory.usersById', () => new Map(oids.flatMap((oid) => byId(oid) ?? []).map((p) => [p.oid, p]))),
      recentById: (oids) =>
        call('directory.recentById', () => new Map(oids.flatMap((oid) => byId(oid) ?? []).map((p) => [p.oid, p]))),
      async *everybody() {
        yield await call('directory.everybody', () => [...o.people.values()]);
      },
      holds: (oid, c) => call('directory.holds', () => o.holds(oid, c)),
      held: (oid, criteria) => call('directory.held', () => new Set(criteria.filter((c) => o.holds(oid, c)))),
      heldByAnother: (c, oid) =>
        call('directory.heldByAnother', () =>
          [...o.people.values()].some((p) => p.oid !== oid && p.enabled && o.holds(p.oid, c)),
        ),
      probe: async () => undefined,
    },
    issuer: {
      published: () =>
        call('issuer', () => ({ issuer: 'https://issuer.example/v2.0', jwksUri: 'https://issuer.example/keys', keys: o.keys })),
    },
    clusters: new Map([
      [
        'prod',
        {
          name: 'prod',
          settingsWritable: true,
          ownUsers: ['crdb_access', 'crdb_access_settings'],
          read: () =>
            call('cluster.read', () => ({ version: 'v25.2.4', users: users(), settings: { ...o.settings } as Settings })),
          survey: () =>
            call('cluster.survey', () => ({
              version: 'v25.2.4',
              users: users(),
              settings: { ...o.settings } as Settings,
              clock: { ahead: 0, within: 0.1 },
              memberships: users().flatMap((u) => u.memberOf.map((role) => ({ role, member: u.name, isAdmin: false }))),
              privileges: new Map([
                ['crdb_access', ['VIEWCLUSTERSETTING']],
                ['crdb_access_settings', ['MODIFYCLUSTERSETTING']],
              ]),
              surveyed: { 'server.redact_sensitive_settings.enabled': 'false' },
            })),
          members: (roles) =>
            call('cluster.members', () =>
              roles.flatMap((role) =>
                users()
                  .filter((u) => u.memberOf.includes(role))
                  .map((u) => ({ role, member: u.name, isAdmin: false })),
              ),
            ),
          abilities: () => call('cluster.abilities', () => o.abilities),
          run: (change) => call(`cluster.${change.kind}`, () => run(o, change)),
          probe: async () => undefined,
        },
      ],
    ]),
    chats: new Map(platforms.map((name) => [name, chatOf(o, name, call)])),
  };
}

type Call = <T>(what: string, answer: () => T) => Promise<T>;

/** One platform's chat. Its calls are `chat.post` and so on, of another than the first `<name>.post`. One that is not the first vouches for object ids, and finds nothing that it posted. */
function chatOf(o: Outside, name: string, call: Call): Chat {
  const first = name === platform;
  const does = <T>(what: string, answer: () => T): Promise<T> => call(`${first ? 'chat' : name}.${what}`, answer);
  const personal = (door: Door): string => `D${door.user}`;
  return {
    platform: name,
    calledBy: first ? '/crdb-access' : '',
    whoIs: (door) =>
      does('whoIs', () => ({
        displayName: door.user,
        mail: first ? (o.people.get(door.user)?.mail ?? null) : null,
        oid: first ? null : door.user,
        outsider: null,
      })),
    post: (to, card, tag, mayBeThere) =>
      does('post', () => {
        const channel = 'channel' in to ? to.channel : personal(to.door);
        const there = o.posted.find(
          (m) => m.place.platform === name && m.to === channel && m.tag?.requestId === tag.requestId && m.tag.kind === tag.kind,
        );
        if (mayBeThere && there && first) return there.place;
        const place = { platform: name, channel, message: String(o.posted.length) };
        o.posted.push({ to: channel, card, tag, place });
        o.shown.set(`${channel}:${place.message}`, card);
        return place;
      }),
    update: (place, card) => does('update', () => void o.shown.set(`${place.channel}:${place.message}`, card)),
    open: (to, form) =>
      does('open', () => {
        if (!o.inTime) return null;
        const became: Form[] = [];
        o.opened.push({ to: to.door.user, form, became });
        return { change: async (next) => void became.push(next) };
      }),
    home: (door, card) => does('home', () => void o.homes.push({ to: door.user, card })),
    reach: (channel) => does('reach', () => o.unreachable.get(channel) ?? ('ok' as const)),
    answer: (to, card) => does('answer', () => void o.answered.push({ to: to.door.user, card, tag: null })),
  };
}

function run(o: Outside, change: Change): 'done' | 'exists' {
  if (change.kind === 'set_setting') o.settings[change.setting] = change.value;
  else if (change.kind === 'create_user') {
    if (o.users.has(change.user)) return 'exists';
    o.users.set(change.user, []);
  } else {
    const held = o.users.get(change.user) ?? [];
    const others = held.filter((role) => !change.roles.includes(role));
    o.users.set(change.user, change.kind === 'grant_roles' ? [...others, ...change.roles] : others);
  }
  return 'done';
}

/** The sandbox's policy, read as the bot reads it. `but`: what the file has otherwise, as text that stands in it and what stands there then. */
export function somePolicy(...but: readonly (readonly [string, string])[]): Policy {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-policy-'));
  const file = join(dir, 'policy.yaml');
  const text = sandboxPolicy({ host: 'localhost', port: 26257, caFile: '/ca.crt' });
  writeFileSync(
    file,
    but.reduce((written, [from, to]) => {
      if (!written.includes(from)) throw new Error(`the policy has no ${from}`);
      return written.replace(from, to);
    }, text),
  );
  const read = readPolicyFile(file);
  rmSync(dir, { recursive: true });
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.policy;
}

/** Everything that a card or a form says. */
export const wordsOf = (card: Card | Form): string => JSON.stringify(card);
