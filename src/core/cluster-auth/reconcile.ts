/** The difference between the JWT settings that a cluster shows and those that it must have, by meaning: what to write, and why not. */

import { compareKeys, isUsable, withItem, withKeys } from './jwt-settings.ts';
import { hasWantedClaim, lockOuts, unseen, withoutCredential } from './lock-outs.ts';
import { isLook, type Look, lookAt } from './look.ts';
import { saysTheSame, withOwnRows } from './merge-map.ts';
import { type DesiredSettings, type PresentSettings, type SetSetting, type SettingsPlan, wantedClaim } from './settings-plan.ts';

/** The text that a setting lacks; null: it lacks nothing. */
type Missing = (look: Look, desired: DesiredSettings) => string | null;

/**
 * In the order of writing: a run that is cut off after any of them has let nobody in, because a token is refused until its issuer is
 * listed, and JWT login is switched on last.
 */
const parts: readonly { readonly setting: SetSetting['setting']; readonly missing: Missing }[] = [
  {
    setting: 'server.identity_map.configuration',
    missing: (look, { rows }) => (saysTheSame(look.ownRows, rows) ? null : withOwnRows(look.map, rows, look.ownRows)),
  },
  { setting: 'server.jwt_authentication.jwks', missing: missingKeys },
  {
    setting: 'server.jwt_authentication.audience',
    missing: (look, { audience }) =>
      look.audiences.items.includes(audience)
        ? null
        : withItem(look.text('server.jwt_authentication.audience'), look.audiences, audience),
  },
  { setting: 'server.jwt_authentication.claim', missing: (look) => (hasWantedClaim(look) ? null : wantedClaim) },
  {
    setting: 'server.jwt_authentication.issuers',
    missing: (look, { issuer, jwksUri }) =>
      look.issuers.items.includes(issuer)
        ? null
        : withItem(look.text('server.jwt_authentication.issuers'), look.issuers, issuer, jwksUri),
  },
  { setting: 'server.jwt_authentication.enabled', missing: (look) => (look.enabled ? null : 'true') },
];

/** Only what is not there: each write puts the whole value into the cluster's event log. */
function missingKeys(look: Look, { keys }: DesiredSettings): string | null {
  const { missing } = compareKeys(look.keys.keys, keys);
  if (look.autoFetch || missing.length === 0) return null;
  return withKeys(look.text('server.jwt_authentication.jwks'), look.keys.bare, missing);
}

/**
 * What has to be written so that people of our issuer can log in as the identity map says, or what stands against it. Others' issuers,
 * audiences, keys and map rows stay as they are, and nothing is written that would lock anybody out.
 *
 * @param present read just now
 * @param desired what must be there of ours
 */
export function planSettings(present: PresentSettings, desired: DesiredSettings): SettingsPlan {
  const look = lookAt(present, desired);
  if (!isLook(look)) return { kind: 'blocked', findings: look.map(unseen), notes: [] };
  const notes = notesOn(look, desired);
  const changes = parts.flatMap(({ setting, missing }): SetSetting[] => {
    const value = missing(look, desired);
    return value === null ? [] : [{ kind: 'set_setting', setting, value }];
  });
  const findings = lockOuts(look, desired);
  if (!present.writable && changes.length > 0) findings.push(...withoutCredential(changes, findings));
  if (findings.length > 0) return { kind: 'blocked', findings, notes };
  if (changes.length === 0) return { kind: 'current', notes };
  return { kind: 'write', changes, notes, letsIn: look.enabled ? [] : look.otherIssuers };
}

/**
 * Whether what was read back after writing is what was wanted.
 *
 * @returns the settings that still differ, or the codes of what stands against them; empty: all is as wanted
 */
export function stillDiffers(present: PresentSettings, desired: DesiredSettings): readonly string[] {
  const plan = planSettings({ ...present, writable: true }, desired);
  if (plan.kind === 'current') return [];
  return plan.kind === 'write' ? plan.changes.map((change) => change.setting) : plan.findings.map((finding) => finding.code);
}

function notesOn(look: Look, { keys }: DesiredSettings): readonly string[] {
  const unusable = keys.filter((key) => !isUsable(key)).length;
  return [
    ...(look.autoFetch
      ? ['The cluster fetches the keys itself (jwks_auto_fetch is on); its own list of keys is ignored and left alone.']
      : []),
    ...(look.provisions ? ['The cluster creates SQL users at their first login (security.provisioning.jwt.enabled is on).'] : []),
    ...(unusable > 0 ? [`${unusable} of the published keys can't check a signature on CockroachDB and are left out.`] : []),
  ];
}
