/** Who could log in before a change of settings and can't after it, and the other way round. */

import type { ClusterState } from '../cluster/cluster.ts';
import type { LoginResult } from '../login/login.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Affected, Clock, Jwk, Published, SettingStep } from '../ports.ts';
import { isUsable } from './jwt-settings.ts';
import { foreseeLogins, type KnownPerson } from './logins.ts';
import { commonFacts } from './preflight.ts';

export interface Effect {
  readonly loses: readonly Affected[];
  readonly gains: readonly Affected[];
}

export interface EffectInput {
  /** Read just now. */
  readonly state: ClusterState;
  /** Whatever the state has of these settings, they are taken from `before` to `after`. */
  readonly steps: readonly SettingStep[];
  readonly policy: Pick<ClusterPolicy, 'api'>;
  readonly published: Published;
  /** Everybody of the ledger that the directory has, whose account is enabled: nobody else gets a token. */
  readonly people: readonly KnownPerson[];
  readonly now: Date;
  readonly rest: Clock['rest'];
}

/**
 * Decides every known person's login on the settings before and after. A person loses whose token, by any of the keys that may sign it,
 * was good before and is not after; one gains where none is lost and some key's token is good only after.
 */
export async function effectOf(input: EffectInput): Promise<Effect> {
  const { steps, people } = input;
  if (steps.length === 0 || people.length === 0) return { loses: [], gains: [] };
  const loses = new Map<string, Affected>();
  const gains = new Map<string, Affected>();
  for (const key of tellingKeys(input)) {
    const before = await on(input, 'before', key);
    const after = await on(input, 'after', key);
    for (const [i, { person, sqlUsername }] of people.entries()) {
      const [was, is] = [before[i], after[i]];
      if (was === undefined || is === undefined || was.ok === is.ok) continue;
      (is.ok ? gains : loses).set(person.oid, { upn: person.upn, sqlUsername, error: is.ok ? null : is.error });
    }
  }
  return { loses: [...loses.values()], gains: [...gains].flatMap(([oid, one]) => (loses.has(oid) ? [] : [one])) };
}

function withSettings({ state, steps }: EffectInput, side: 'before' | 'after'): ClusterState {
  const settings = Object.fromEntries(steps.map((step) => [step.setting, step[side]]));
  return { ...state, settings: { ...state.settings, ...settings } };
}

/** Of the published keys, one for each way in which the cluster takes them before and after: all others give the same. */
function tellingKeys(input: EffectInput): readonly (Jwk | null)[] {
  const taken = (key: Jwk, side: 'before' | 'after'): boolean => commonSignature(input, withSettings(input, side), key) === null;
  const kinds = new Map<string, Jwk>();
  for (const key of input.published.keys.filter(isUsable)) {
    const kind = `${taken(key, 'before')} ${taken(key, 'after')}`;
    if (!kinds.has(kind)) kinds.set(kind, key);
  }
  return kinds.size === 0 ? [null] : [...kinds.values()];
}

const only = ({ published }: EffectInput, key: Jwk | null): Published => ({ ...published, keys: key === null ? [] : [key] });

const commonSignature = (input: EffectInput, state: ClusterState, key: Jwk): string | null =>
  commonFacts({ state: { ...state, users: [] }, published: only(input, key) }).signature;

async function on(input: EffectInput, side: 'before' | 'after', key: Jwk | null): Promise<readonly LoginResult[]> {
  const { policy, people, now, rest } = input;
  await rest();
  const state = withSettings(input, side);
  const foreseen = await foreseeLogins({ state, policy, published: only(input, key), people, now, rest });
  return foreseen.map(({ login }) => login);
}
