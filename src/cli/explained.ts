/** A login with a real token, decided on a cluster as it is now: every step, and what can be seen in the token itself. */

import { verify } from '../adapters/jose/verify.ts';
import { isOn } from '../core/cluster-auth/jwt-settings.ts';
import type { ClusterState } from '../core/cluster/cluster.ts';
import { Fault } from '../core/errors.ts';
import { sqlUsername } from '../core/identity/sql-username.ts';
import type { Claims } from '../core/login/claims.ts';
import { knows } from '../core/login/knows.ts';
import { decideClaims, decideLogin, type LoginFacts, type LoginResult } from '../core/login/login.ts';
import type { SettingTexts } from '../core/login/settings.ts';
import { orderOf, type StepName } from '../core/login/steps.ts';
import { readToken } from '../core/login/token.ts';
import type { ClusterPolicy } from '../core/policy/policy.ts';
import type { Cluster, Published, World } from '../core/ports.ts';
import { findingsOf, type TokenFinding } from './token-findings.ts';
import { keyFinding } from './token-key.ts';

export interface Explained {
  readonly cluster: string;
  readonly version: string;
  /** The SQL user of the login; '' when none could be told. */
  readonly user: string;
  readonly from: 'asked' | 'ledger' | 'upn' | 'nowhere';
  readonly now: Date;
  readonly result: LoginResult;
  /** The steps of this version that were passed, in their order. */
  readonly passed: readonly StepName[];
  /** What could not be looked at from here; a login that is let in is not certain then. */
  readonly unchecked: readonly Unchecked[];
  readonly findings: readonly TokenFinding[];
}

export interface Unchecked {
  readonly steps: readonly StepName[];
  readonly says: string;
}

export interface Target {
  readonly policy: ClusterPolicy;
  readonly cluster: Cluster;
}

/** What a token says without anybody's having checked it; nothing when it can't be read. */
export function claimsOf(token: string): Claims {
  const read = readToken(token);
  return 'error' in read ? {} : read.claims;
}

/**
 * Reads the cluster, what Entra publishes and the ledger, and decides.
 *
 * @param asked.user the SQL user that was typed; undefined: the ledger's for the token's object id, else what its UPN gives
 * @throws Fault when the cluster or the store does not answer
 */
export async function explain(
  world: World,
  { policy, cluster }: Target,
  asked: { readonly token: string; readonly user: string | undefined },
): Promise<Explained> {
  const { token } = asked;
  const [state, published, now] = await Promise.all([
    cluster.read(),
    orNull(world.issuer.published(policy.api.tokenVersion)),
    world.store.now(),
  ]);
  const claims = claimsOf(token);
  const who = asked.user === undefined ? await userOf(world, policy.name, claims) : { user: asked.user, from: 'asked' as const };
  const facts = factsOf(state, await settingsOf(world, cluster, state), who.user, now);
  const { result, unchecked } = await decide(facts, token, published);
  const claim = state.settings['server.jwt_authentication.claim'] ?? '';
  const key = await keyFinding(world, { policy, cluster }, { token, state, published });
  const looked = { claims, cluster: policy.name, api: policy.api, tenantId: world.tenantId, claim, now };
  return {
    cluster: policy.name,
    version: state.version,
    ...who,
    now,
    result,
    passed: passedOf(state.version, result, who.user, unchecked),
    unchecked,
    findings: [...findingsOf(looked), ...(key === null ? [] : [key])],
  };
}

function passedOf(version: string, result: LoginResult, user: string, unchecked: readonly Unchecked[]): readonly StepName[] {
  const order = orderOf(knows(version));
  // A user that was named is looked up at the first chance, one that the token stands for at the second.
  const at = result.ok ? order.length : user === '' ? order.lastIndexOf(result.step) : order.indexOf(result.step);
  const unseen = unchecked.flatMap(({ steps }) => steps);
  return [...new Set(order.slice(0, at))].filter((step) => !unseen.includes(step));
}

async function orNull<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
}

async function userOf(world: World, cluster: string, claims: Claims): Promise<Pick<Explained, 'user' | 'from'>> {
  const { oid, upn } = claims;
  const rows = typeof oid === 'string' ? await world.store.ledger.rows(cluster) : [];
  const bound = rows.find((row) => row.oid === oid);
  if (bound !== undefined) return { user: bound.sqlUsername, from: 'ledger' };
  const derived = typeof upn === 'string' ? sqlUsername(upn) : null;
  return derived !== null && 'name' in derived ? { user: derived.name, from: 'upn' } : { user: '', from: 'nowhere' };
}

/** The group claim decides only with role sync, and takes another look. */
async function settingsOf(world: World, cluster: Cluster, { settings }: ClusterState): Promise<SettingTexts> {
  if (!isOn(settings['server.jwt_authentication.authorization.enabled'])) return settings;
  const { surveyed } = await cluster.survey(world.watching.lookSeconds);
  const name = 'server.jwt_authentication.group_claim';
  return surveyed[name] === undefined ? settings : { ...settings, [name]: surveyed[name] };
}

/** Whom nobody could name is looked up nowhere, unless this version finds out by itself. */
function factsOf(state: ClusterState, settings: SettingTexts, user: string, now: Date): LoginFacts {
  const users = Object.fromEntries(state.users.map(({ name, canLogin }) => [name, { login: canLogin }]));
  const { version } = state;
  return { version, settings, user, now, ...(user === '' && !knows(version).noUser ? {} : { users }) };
}

type Decided = Pick<Explained, 'result' | 'unchecked'>;

/** Keys that the nodes fetch are fetched from here only if they are the configured tenant's: no other host is asked. */
async function decide(facts: LoginFacts, token: string, published: Published | null): Promise<Decided> {
  const elsewhere: string[] = [];
  const result = await decideLogin({
    ...facts,
    token,
    verify,
    fetchKeys: async ({ issuer, url }) => {
      if (published !== null && issuer === published.issuer && (url === null || url === published.jwksUri)) return published.keys;
      elsewhere.push(published === null ? 'Entra did not answer' : 'they are not those of the configured tenant');
      return null;
    },
  });
  const [why] = elsewhere;
  const steps = ['keys', 'signature'] as const;
  const unseen = why === undefined ? [] : [{ steps, says: `the cluster fetches this issuer’s keys itself, and ${why}` }];
  const seen = why === undefined ? result : await decideClaims({ ...facts, claims: claimsOf(token), signature: null });
  return withMap(facts, { result: seen, unchecked: unseen });
}

const redacted = '<redacted>';

/** What comes of an identity map that may not be read is nobody's to say; what refuses before it stands. */
function withMap({ version, settings }: LoginFacts, { result, unchecked }: Decided): Decided {
  if (settings['server.identity_map.configuration'] !== redacted) return { result, unchecked };
  const order = orderOf(knows(version));
  if (!result.ok && order.indexOf(result.step) < order.indexOf('map')) return { result, unchecked };
  const hidden = {
    steps: order.slice(order.indexOf('map')),
    says: 'the bot’s SQL user reads the identity map redacted; it sees it with the system privilege MODIFYCLUSTERSETTING',
  };
  return { result: { ok: true, as: '' }, unchecked: [...unchecked, hidden] };
}
