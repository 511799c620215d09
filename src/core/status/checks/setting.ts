/** The settings that are one value or a list: on, the issuers, the audiences, the claim. */

import type { SettingName } from '../../cluster/cluster.ts';
import { atLeast } from '../../cluster/version.ts';
import type { Check, CheckId } from '../../cluster/report.ts';
import { hasWantedClaim } from '../../cluster-auth/lock-outs.ts';
import { wantedClaim } from '../../cluster-auth/settings-plan.ts';
import { issuerOf, type Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { check, count, lack, type LookCloser, mending, some, unknown } from './check.ts';
import { kinship } from './kinship.ts';
import { unseen } from './unseen.ts';

const enabledName = 'server.jwt_authentication.enabled';
const issuersName = 'server.jwt_authentication.issuers';
const audienceName = 'server.jwt_authentication.audience';
const claimName = 'server.jwt_authentication.claim';

/** A setting that was made out; else what keeps it from being. */
function seen(id: CheckId, setting: SettingName, judge: LookCloser): LookCloser {
  return (facts, sight) => unseen(id, setting, facts, sight) ?? judge(facts, sight);
}

function wrong(
  id: CheckId,
  of: { readonly found: string; readonly expected: string; readonly setting: SettingName },
  facts: Facts,
  sight: Sight,
): readonly Check[] {
  return [check(id, lack(facts), of.found, { expected: of.expected, ...mending(facts, sight, of.setting) })];
}

export const enabled = seen('enabled', enabledName, (facts, sight) =>
  sight.look.enabled
    ? [check('enabled', 'ok', 'Login with tokens is on.')]
    : wrong('enabled', { found: `${enabledName} is off.`, expected: 'on', setting: enabledName }, facts, sight),
);

export const issuer = seen('issuer', issuersName, (facts, sight) => {
  const ours = issuerOf(facts);
  if ('silent' in ours) return [unknown('issuer', ours.silent, 'Which issuer it should be')];
  const { items } = sight.look.issuers;
  if (items.includes(ours.is)) return [check('issuer', 'ok', `${ours.is} is listed${others(items.length - 1)}.`)];
  const near = (item: string): string => {
    const differs = kinship(item, ours.is, facts);
    return differs === null ? item : `${item} (it ${differs})`;
  };
  const found = listed(items, near);
  return wrong('issuer', { found, expected: ours.is, setting: issuersName }, facts, sight);
});

export const audience = seen('audience', audienceName, (facts, sight) => {
  const { items } = sight.look.audiences;
  const ours = facts.policy.api.audience;
  if (items.includes(ours)) return [check('audience', 'ok', `${ours} is taken${others(items.length - 1)}.`)];
  return wrong('audience', { found: listed(items), expected: ours, setting: audienceName }, facts, sight);
});

export const claim = seen('claim', claimName, (facts, sight) => {
  const { claim: found } = sight.look;
  if (hasWantedClaim(sight.look)) return [check('claim', 'ok', `People are known by the claim ${found}.`)];
  const meant = found === '' || found === 'sub' ? ', the subject, which in a token of Entra’s is an id that nobody knows' : '';
  return wrong(
    'claim',
    {
      found: `${claimName} is ${found === '' ? 'empty' : found}${meant}. The UPN is in ${wantedClaim}.`,
      expected: atLeast(sight.survey.version, [26, 2, 0]) ? `${wantedClaim} (or /${wantedClaim})` : wantedClaim,
      setting: claimName,
    },
    facts,
    sight,
  );
});

/** An empty setting is a list of one empty value, which no token of Entra's has. */
function listed(items: readonly string[], named: (item: string) => string = (item) => item): string {
  const all = items.filter((item) => item !== '').map(named);
  return all.length === 0 ? 'None is listed.' : `Listed: ${some(all)}.`;
}

const others = (n: number): string => (n > 0 ? `, beside ${count(n, 'other')}` : '');
