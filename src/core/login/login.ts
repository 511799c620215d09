/** Whether CockroachDB lets a token in, and as whom: its own decision, step by step, without asking it. */

import { normalizeName } from '../identity/sql-username.ts';
import type { Jwk } from '../ports.ts';
import { toClaims, type Claims } from './claims.ts';
import { notVerified, selectKey } from './keys.ts';
import { knows } from './knows.ts';
import { type LoginSettings, readSettings, type SettingTexts } from './settings.ts';
import { orderOf, take, type Login, type Proof, type StepName } from './steps.ts';
import { readToken } from './token.ts';

export type LoginResult =
  | { readonly ok: true; readonly as: string }
  | { readonly ok: false; readonly step: StepName; readonly error: string; readonly detail?: string };

/** What every login is decided on. */
export interface LoginFacts {
  /** As `SELECT version()` prints it, or just `v24.3.0` or `24.3`. */
  readonly version: string;
  readonly settings: SettingTexts;
  /** SQL users by name. Absent: all exist and may log in. */
  readonly users?: Readonly<Record<string, { readonly login: boolean }>>;
  /** The SQL user in the startup message, as it was sent; '' when none was. */
  readonly user: string;
  readonly now: Date;
}

/** Whether this one key made the token's signature with this one algorithm: the cryptography alone. */
export type Verify = (token: string, key: Jwk, algorithm: string) => boolean | Promise<boolean>;

/** Fetches an issuer's present keys, from `url` or else by discovery, as a node would. Null: that failed. */
export type FetchKeys = (from: { readonly issuer: string; readonly url: string | null }) => Promise<readonly Jwk[] | null>;

export interface LoginInput extends LoginFacts {
  readonly token: string;
  readonly verify: Verify;
  /** Absent: the nodes have no way out, so auto fetch fails. */
  readonly fetchKeys?: FetchKeys;
}

export interface ForeseenLogin extends LoginFacts {
  /** The claims that the token will have. */
  readonly claims: Claims;
  /** What its signature will meet on the cluster; null: nothing (keys.ts, foreseeSignature). */
  readonly signature: string | null;
  /** `settings` as readSettings gives them, where many logins are decided on the same. Absent: they are read. */
  readonly read?: LoginSettings;
}

async function walk(facts: LoginFacts, proof: Proof, read?: LoginSettings): Promise<LoginResult> {
  const known = knows(facts.version);
  const login: Login = {
    version: facts.version,
    knows: known,
    settings: read ?? readSettings(facts.settings, known),
    users: facts.users,
    now: facts.now,
    proof,
    asked: normalizeName(facts.user),
    claims: {},
    keys: [],
    principals: [],
    accepted: [],
    as: null,
  };
  for (const step of orderOf(known)) {
    const no = await take(step, login);
    if (no !== null) return { ok: false, step, ...no };
  }
  return { ok: true, as: login.as ?? login.asked };
}

function byToken({ token, verify, fetchKeys }: LoginInput): Proof {
  const read = readToken(token);
  return {
    empty: token === '',
    claims: () => read,
    async keys(settings, issuer) {
      if (!settings.autoFetch) return settings.keys;
      const url = settings.issuerUrls === null ? null : (settings.issuerUrls.get(issuer) ?? null);
      return (await fetchKeys?.({ issuer, url })) ?? null;
    },
    async signature(keys) {
      if ('error' in read) return read.error;
      const selected = selectKey(keys, read.header);
      if ('error' in selected) return selected.error;
      return (await verify(token.trim(), selected.key, selected.alg)) ? null : notVerified;
    },
  };
}

function byForesight({ claims, signature }: ForeseenLogin): Proof {
  return {
    empty: false,
    claims: () => toClaims(claims),
    keys: async (settings) => settings.keys,
    signature: async () => signature,
  };
}

/**
 * Decides a login with a token.
 *
 * @returns the SQL user it becomes, or the first step that refuses it with CockroachDB's error and DETAIL
 */
export async function decideLogin(input: LoginInput): Promise<LoginResult> {
  return await walk(input, byToken(input));
}

/** Decides a login that somebody is going to make, on the claims that their token will have: the same steps, no token. */
export async function decideClaims(input: ForeseenLogin): Promise<LoginResult> {
  return await walk(input, byForesight(input), input.read);
}
