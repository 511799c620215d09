import type { Check, CheckId } from '../../cluster/report.ts';
import type { ForeseenFor } from '../../cluster-auth/logins.ts';
import { hasWantedClaim } from '../../cluster-auth/lock-outs.ts';
import type { Look } from '../../cluster-auth/look.ts';
import type { LoginResult } from '../../login/login.ts';
import { labels } from '../../messages/checks.ts';
import { type Facts, type Silent, toldOr } from '../facts.ts';
import type { Foreseen } from '../known-people.ts';
import { check, type LookCloser, some, unknown } from './check.ts';

type Refused = Extract<LoginResult, { readonly ok: false }>;

type Words = { readonly [S in Refused['step']]?: readonly [says: string, see: CheckId] };

/** What a step that refuses means for everybody whom it refuses, and the check that says more. A step that needs a token never comes up. */
const steps: Words = {
  enabled: ['login with tokens is off', 'enabled'],
  issuer: ['the issuer is not listed', 'issuer'],
  keys: ['there are no keys to check a token with', 'keys'],
  signature: ['not every key that Entra signs with is there', 'keys'],
  claim: ['the claim is not in their tokens', 'claim'],
  map: ['the identity map gives them no SQL user', 'map'],
  principal: ['the identity map gives them another SQL user', 'map'],
  audience: ['tokens for this app are not taken', 'audience'],
  authorization: ['roles are taken from tokens, and theirs name none', 'role-sync'],
};

/** The check that all others are about: whether the people whom the bot knows could log in now. */
export const logins: LookCloser = (facts, { foreseen, look }) => {
  if ('silent' in foreseen) return [cannotTell(foreseen)];
  const { logins: all, away, withoutUser } = foreseen.is;
  if (all.length + away.length + withoutUser.length === 0) return [nobodyYet(facts)];
  const aside = notCounted(foreseen.is);
  const failing = all.filter(({ login }) => !login.ok);
  if (all.length === 0) return [check('logins', 'note', `None of the people that were granted something can be judged.${aside}`)];
  if (failing.length === 0)
    return [check('logins', 'ok', `${all.length} of ${all.length} known people could log in now.${aside}`)];
  const words = wordsBy(look);
  const found = `${failing.length} of ${all.length} known people could not log in now: ${why(failing, words)}.${example(failing)}${aside}`;
  const see = [...new Set(failing.flatMap(({ login }) => (login.ok ? [] : (words[login.step]?.[1] ?? []))))];
  return [
    check('logins', 'broken', found, {
      expected: 'everybody who was granted something can',
      next:
        see.length === 0 ? 'An admin has to look at these SQL users.' : `See ${see.map((id) => `"${labels[id]}"`).join(', ')}.`,
    }),
  ];
};

/** Where the SQL user is taken from another claim, the map is only the first to notice. */
function wordsBy(look: Look): Words {
  if (hasWantedClaim(look)) return steps;
  const claim = ['the SQL user is not taken from the claim that has their UPN', 'claim'] as const;
  return { ...steps, claim, map: claim, principal: claim };
}

/** What is hidden from the bot does not come with waiting. */
function cannotTell({ silent, code }: Silent): Check {
  const no = unknown('logins', silent, 'Whether people can log in');
  return code === 'cluster_refused' ? { ...no, next: `See "${labels.map}".` } : no;
}

const nobodyYet = ({ ledger }: Facts): Check => {
  const coming = toldOr(ledger, []).length > 0 ? ' A first grant is under way.' : '';
  return check('logins', 'note', `Nobody was granted anything yet. The first grant, or Plan, writes what is missing.${coming}`);
};

/** Most first. */
function why(failing: readonly ForeseenFor[], words: Words): string {
  const by = new Map<string, number>();
  for (const { login } of failing) {
    const says = login.ok ? '' : (words[login.step]?.[0] ?? `refused at the step ${login.step}`);
    by.set(says, (by.get(says) ?? 0) + 1);
  }
  const sorted = [...by].sort((a, b) => b[1] - a[1]);
  return some(sorted.map(([says, n]) => (sorted.length === 1 ? says : `${says} (${n})`)));
}

function example([first]: readonly ForeseenFor[]): string {
  if (first === undefined || first.login.ok) return '';
  const { step, error } = first.login;
  return ` For example ${first.person.upn} as ${first.sqlUsername}, at the step ${step}; CockroachDB would say: ${error}.`;
}

function notCounted({ away, withoutUser }: Foreseen): string {
  const parts = [
    ...(away.length === 0
      ? []
      : [`${away.length} whose account is disabled, gone or renamed (${some(away.map(({ upn }) => upn))})`]),
    ...(withoutUser.length === 0
      ? []
      : [`${withoutUser.length} without their SQL user (${some(withoutUser.map(({ sqlUsername }) => sqlUsername))})`]),
  ];
  return parts.length === 0 ? '' : ` Not counted: ${parts.join('; ')}.`;
}
