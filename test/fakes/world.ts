/** The core on a real store, in a world that fails in every way a test asks for: what is outside answers from memory. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPolicyFile } from '../../src/adapters/files/policy-file.ts';
import type { OpenStore } from '../../src/adapters/store/store.ts';
import type { Change, Settings, SqlUser } from '../../src/core/cluster/cluster.ts';
import type { Card } from '../../src/core/messages/card.ts';
import type { Policy } from '../../src/core/policy/policy.ts';
import type { DirectoryUser, Tag, World } from '../../src/core/ports.ts';
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
  ]);
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

  person(key: string, approves = false): Door {
    const upn = `${key}@contoso.com`;
    this.people.set(key, { oid: `oid-${key}`, upn, displayName: key, mail: upn, enabled: true, kind: 'member' });
    if (approves) this.approvers.add(`oid-${key}`);
    return { platform, team: 'T1', user: key };
  }
}

/** One worker's world. */
export function worldOf(store: OpenStore, o: Outside, policy: Policy): World {
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
      options: [],
      memberOf,
    }));
  const quiet = (): void => undefined;
  return {
    policy,
    tenantId: 'tenant',
    retryCapSeconds: 1,
    store,
    log: { info: quiet, warn: quiet, error: quiet },
    jobs: { add: async () => undefined, depth: async () => 0, probe: async () => undefined },
    newRequestId: () => randomBytes(4).toString('hex').toUpperCase(),
    directory: {
      userById: (oid) => call('directory.userById', () => byId(oid)),
      usersByAddress: (address) =>
        call('directory.usersByAddress', () => [...o.people.values()].filter((p) => p.mail === address)),
      usersById: (oids) =>
        call('directory.usersById', () => new Map(oids.flatMap((oid) => byId(oid) ?? []).map((p) => [p.oid, p]))),
      holds: (oid, c) =>
        call('directory.holds', () => (c.kind === 'app_role' && c.value === 'Crdb.Approve' ? o.approvers.has(oid) : true)),
      held: (_, criteria) => call('directory.held', () => new Set(criteria)),
      heldByAnother: () => call('directory.heldByAnother', () => true),
      probe: async () => undefined,
    },
    issuer: {
      published: () =>
        call('issuer', () => ({ issuer: 'https://issuer.example/v2.0', jwksUri: 'https://issuer.example/keys', keys: [k1.jwk] })),
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
          members: (roles) =>
            call('cluster.members', () =>
              roles.flatMap((role) =>
                users()
                  .filter((u) => u.memberOf.includes(role))
                  .map((u) => ({ role, member: u.name, isAdmin: false })),
              ),
            ),
          abilities: () => call('cluster.abilities', () => null),
          run: (change) => call(`cluster.${change.kind}`, () => run(o, change)),
          probe: async () => undefined,
        },
      ],
    ]),
    chats: new Map([
      [
        platform,
        {
          platform,
          whoIs: (door) =>
            call('chat.whoIs', () => ({ displayName: door.user, mail: `${door.user}@contoso.com`, outsider: null })),
          post: (to, card, tag, mayBeThere) =>
            call('chat.post', () => {
              const channel = 'channel' in to ? to.channel : `D${to.door.user}`;
              const there = o.posted.find(
                (m) => m.to === channel && m.tag?.requestId === tag.requestId && m.tag.kind === tag.kind,
              );
              if (mayBeThere && there) return there.place;
              const place = { platform, channel, message: String(o.posted.length) };
              o.posted.push({ to: channel, card, tag, place });
              return place;
            }),
          update: () => call('chat.update', () => undefined),
          open: () => call('chat.open', () => null),
          home: () => call('chat.home', () => undefined),
          reach: () => call('chat.reach', () => 'ok' as const),
          answer: (to, card) => call('chat.answer', () => void o.answered.push({ to: to.door.user, card, tag: null })),
        },
      ],
    ]),
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

/** The sandbox's policy, read as the bot reads it. */
export function somePolicy(): Policy {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-policy-'));
  const file = join(dir, 'policy.yaml');
  writeFileSync(file, sandboxPolicy({ host: 'localhost', port: 26257, caFile: '/ca.crt' }));
  const read = readPolicyFile(file);
  rmSync(dir, { recursive: true });
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.policy;
}

/** Everything that a card says. */
export const wordsOf = (card: Card): string => JSON.stringify(card);
