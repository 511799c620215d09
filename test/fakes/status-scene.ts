/** A healthy cluster with two people's grants, as everything that the checks of a status are made from. Each test changes one thing. */

import assert from 'node:assert/strict';
import { clock } from '../../src/adapters/clock/clock.ts';
import { adviceSql } from '../../src/adapters/cockroach/advice.ts';
import { ownRows } from '../../src/core/cluster-auth/own-rows.ts';
import type { Membership, Settings, SqlUser, Survey } from '../../src/core/cluster/cluster.ts';
import { type Check, type CheckId, type Verdict, verdictOf } from '../../src/core/cluster/report.ts';
import type { DirectoryUser, LedgerRow, Linter, Paused, Published, Seen, SeenIssuer } from '../../src/core/ports.ts';
import type { AccessRequest } from '../../src/core/request/request.ts';
import { worstLines } from '../../src/core/identity/lint/worst.ts';
import { changedCount } from '../../src/core/status/checks/sql-users.ts';
import { checksOf } from '../../src/core/status/checks.ts';
import { type Facts, type Told, told } from '../../src/core/status/facts.ts';
import { type Sight, sightOf } from '../../src/core/status/sight.ts';
import { somePolicy } from './world.ts';

export const tenant = '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11';
export const v2 = `https://login.microsoftonline.com/${tenant}/v2.0`;
export const v1 = `https://sts.windows.net/${tenant}/`;
export const now = new Date('2026-06-01T12:00:00Z');
export const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
export const key = (kid: string, n = `n-of-${kid}-AQAB`) => ({ kty: 'RSA', use: 'sig', kid, n, e: 'AQAB' });
export const silent = (what: string): Told<never> => ({ silent: `${what} did not answer within 5 s`, code: 'not_yet' });

const policy = somePolicy();
const prod = policy.clusters.get('prod') ?? assert.fail('the policy has no prod');
const { audience } = prod.api;

const user = (name: string, memberOf: readonly string[] = [], options: readonly string[] = []): SqlUser => ({
  name,
  canLogin: !options.includes('NOLOGIN'),
  options,
  memberOf,
});

const row = (name: string, domain: string, more: Partial<LedgerRow> = {}): LedgerRow => ({
  cluster: 'prod',
  sqlUsername: name,
  oid: `oid-${name}`,
  upn: `${name}@${domain}`,
  state: 'created',
  attempted: true,
  adopted: false,
  ...more,
});

const person = ({ oid, upn }: LedgerRow): DirectoryUser => ({
  oid,
  upn,
  displayName: upn,
  mail: upn,
  enabled: true,
  kind: 'member',
});

export function request(id: string, sqlUsername: string, more: Partial<AccessRequest> = {}): AccessRequest {
  return {
    id,
    version: 3,
    state: 'granted',
    requester: { oid: `oid-${sqlUsername}`, upn: `${sqlUsername}@contoso.com`, displayName: sqlUsername },
    door: { platform: 'slack', team: 'T', user: 'U' },
    reply: '',
    entitlement: 'analytics',
    title: 'Analytics (read)',
    cluster: 'prod',
    database: 'analytics',
    roles: ['analytics_reader'],
    reason: '',
    sqlUsername,
    findings: [],
    evidence: null,
    policyHash: '',
    submittedAt: ago(4000),
    deadline: ago(-4000),
    decision: null,
    grantedAt: ago(3000),
    waiting: null,
    due: null,
    dueAt: ago(3000),
    attempts: 0,
    ...more,
  };
}

/** Everything that may be otherwise. */
export interface Scene {
  version: string;
  users: SqlUser[];
  memberships: Membership[] | null;
  settings: Record<string, string>;
  /** Written once more over what is made of the rest. */
  map: ((text: string) => string) | null;
  survey: Partial<Survey>;
  unreachable: Told<never> | null;
  ledger: LedgerRow[];
  people: Map<string, DirectoryUser>;
  facts: Partial<Facts>;
  keys: ReturnType<typeof key>[];
  linter: Linter;
}

export function scene(): Scene {
  const ledger = [row('alice', 'contoso.com'), row('bob', 'fabrikam.com')];
  return {
    version: 'v25.2.4',
    users: [
      user('root', ['admin']),
      user('admin'),
      user('app'),
      user('analytics_reader', [], ['NOLOGIN']),
      user('reporting_reader', [], ['NOLOGIN']),
      user('billing_reader', [], ['NOLOGIN']),
      user('crdb_access', [], ['CREATEROLE', 'CREATELOGIN']),
      user('crdb_access_settings'),
      user('alice', ['analytics_reader']),
      user('bob', ['analytics_reader']),
    ],
    memberships: null,
    settings: {
      'server.jwt_authentication.enabled': 'true',
      'server.jwt_authentication.issuers': v2,
      'server.jwt_authentication.audience': audience,
      'server.jwt_authentication.claim': 'upn',
      'server.jwt_authentication.jwks': JSON.stringify({ keys: [key('k1'), key('k2')] }),
      'server.jwt_authentication.jwks_auto_fetch.enabled': 'false',
      'server.jwt_authentication.authorization.enabled': 'false',
      'security.provisioning.jwt.enabled': 'false',
    },
    map: null,
    survey: {},
    unreachable: null,
    ledger,
    people: new Map(ledger.map((one) => [one.oid, person(one)])),
    facts: {},
    keys: [key('k1'), key('k2')],
    linter: { lint: async (question) => worstLines(question) },
  };
}

const rowsOf = (s: Scene, users: readonly SqlUser[]): readonly string[] =>
  ownRows({
    issuer: v2,
    domains: prod.domains,
    mode: 'pattern',
    users,
    ledger: s.ledger,
    people: s.people,
    granting: null,
  }).rows;

const standing = scene();
/** The map as it was written when all was well. */
export const written = rowsOf(standing, standing.users).join('\n');

export interface Looked {
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  /** Null: the cluster did not answer. */
  readonly sight: Sight | null;
  /** How many of the bot's SQL users were changed without it. */
  readonly changed: number;
}

/** All checks of the scene, and what they come to. */
export async function look(s: Scene): Promise<Looked> {
  const map = s.map === null ? written : s.map(written);
  const survey: Survey = {
    version: s.version,
    users: s.users,
    settings: { 'server.identity_map.configuration': map, ...s.settings } as Settings,
    clock: { ahead: 0.2, within: 0.1 },
    memberships:
      s.memberships ?? s.users.flatMap((one) => one.memberOf.map((role) => ({ role, member: one.name, isAdmin: false }))),
    privileges: new Map([
      ['crdb_access', ['VIEWCLUSTERSETTING']],
      ['crdb_access_settings', ['MODIFYCLUSTERSETTING']],
    ]),
    surveyed: { 'server.redact_sensitive_settings.enabled': 'false' },
    ...s.survey,
  };
  const published: Published = { issuer: v2, jwksUri: `${v2}/keys`, keys: s.keys };
  const seen: Seen = { cluster: 'prod', verdict: 'healthy', since: ago(9000), checkedAt: ago(60), lastHealthy: ago(60) };
  const facts: Facts = {
    policy: prod,
    managed: new Map([
      ['analytics_reader', ['analytics']],
      ['reporting_reader', ['reporting']],
      ['billing_reader', ['billing']],
    ]),
    tenantId: tenant,
    cluster: { settingsWritable: true, ownUsers: ['crdb_access', 'crdb_access_settings'] },
    watching: { checkSeconds: 120, keySeconds: 3600, lookSeconds: 5 },
    adminSql: adviceSql,
    now,
    survey: s.unreachable ?? told(survey),
    published: told(published),
    ledger: told(s.ledger),
    people: told(s.people),
    desired: told({
      issuer: v2,
      audience,
      keys: s.keys,
      jwksUri: `${v2}/keys`,
      rows: rowsOf(s, s.users),
      domains: prod.domains,
      granting: null,
    }),
    granted: told(s.ledger.map(({ sqlUsername }, i) => request(`REQ0000${i}`, sqlUsername))),
    underWay: told([]),
    paused: told<Paused | null>(null),
    seen: told<Seen | null>(seen),
    issuerSeen: told<SeenIssuer | null>(null),
    collisions: told({ at: ago(3600), says: { groups: 0, examples: [] } }),
    ...s.facts,
  };
  const sight = 'is' in facts.survey ? await sightOf({ linter: s.linter, clock }, facts, facts.survey.is) : null;
  const checks = checksOf(facts, sight);
  return { checks, verdict: verdictOf(checks), sight, changed: sight === null ? 0 : changedCount(facts, sight) };
}

export const of = (checks: readonly Check[], id: CheckId): readonly Check[] => checks.filter((check) => check.id === id);
export const wrong = (checks: readonly Check[]): readonly Check[] =>
  checks.filter(({ standing: stands }) => stands !== 'ok' && stands !== 'note');
