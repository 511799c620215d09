import type { Standing } from '../../cluster/report.ts';
import { atLeast } from '../../cluster/version.ts';
import type { FaultCode } from '../../errors.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { check, type Look } from './check.ts';

/** Whether it answered, and what that means. `cluster_silent`, `not_yet`: it may be up and only slow, so nothing is known. */
const absence: { readonly [C in FaultCode]?: { readonly standing: Standing; readonly next: string } } = {
  cluster_unavailable: {
    standing: 'broken',
    next: 'Whoever runs the cluster has to look: nobody can log in where nothing answers. If people can, it is the way from the bot to the cluster, or its URL.',
  },
  cluster_refused: {
    standing: 'broken',
    next: 'An admin of the cluster has to give the bot what it lacks: it can neither look nor grant.',
  },
};

export const reachable: Look = ({ survey, watching }) => {
  if ('is' in survey) return answered(survey.is.version);
  const { standing, next } = absence[survey.code] ?? {
    standing: 'unknown' as const,
    next: 'Look again in a minute. If it stays so, whoever runs the cluster has to look.',
  };
  const late = standing === 'unknown' ? ` Waited for ${watching.lookSeconds} s.` : '';
  return [check('reachable', standing, `${upper(survey.silent)}.${late}`, { expected: 'an answer', next })];
};

/** `server.jwt_authentication.claim` came with v23.1.2, and without it no UPN counts (PR 103118, 103526). */
function answered(version: string): ReturnType<Look> {
  if (atLeast(version, [23, 1, 2])) return [check('reachable', 'ok', `It answered: CockroachDB ${version}.`)];
  return [
    check('reachable', 'attention', `It answered: CockroachDB ${version}.`, {
      expected: 'v23.1.2 or later',
      next: 'Whoever runs the cluster has to upgrade it: logging in with tokens by UPN needs that.',
    }),
  ];
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What tokens are judged with: skew is not allowed for (lestrrat-go/jwx, jwt/validate.go), so every second counts. */
const limits = { attention: 30, broken: 300 };

export function clock(_facts: Facts, { survey }: Sight): ReturnType<Look> {
  const { ahead, within } = survey.clock;
  const sure = Math.max(0, Math.abs(ahead) - within);
  const is = `${seconds(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} the bot's (known to within ${seconds(within)})`;
  if (sure <= limits.attention) return [check('clock', 'ok', `The cluster's clock is ${is}.`)];
  const meets =
    ahead < 0
      ? 'Tokens that were just issued are refused there as not valid yet, and others count too long.'
      : 'Tokens end there too early.';
  return [
    check('clock', sure > limits.broken ? 'broken' : 'attention', `The cluster's clock is ${is}. ${meets}`, {
      expected: `within ${limits.attention} s`,
      next: 'Whoever runs the machines has to look at their time synchronisation: the cluster’s, or the bot’s own.',
    }),
  ];
}

const seconds = (s: number): string => (s < 0.1 ? 'under 0.1 s' : `${s < 10 ? Math.round(s * 10) / 10 : Math.round(s)} s`);
