/** The difference between the JWT settings that a cluster shows and those that it must have, by meaning: what to write, and why not. */

import { compareKeys, isUsable, withItem, withKeys } from './jwt-settings.ts';
import { hasWantedClaim, lockOuts, unseen, withoutCredential } from './lock-outs.ts';
import { isLook, type Look, lookAt, lookPast } from './look.ts';
import { saysTheSame, withOwnRows } from './merge-map.ts';
import {
  type Blocked,
  type DesiredSettings,
  type PresentSettings,
  type SetSetting,
  type SettingsPlan,
  wantedClaim,
} from './settings-plan.ts';

/** The text that a setting lacks; null: it lacks nothing. */
type Missing = (look: Look, desired: DesiredSettings) => string | null;

/**
 * In the order of writing: a run that is cut off after any of them has let nobody in, because a token is refused until its issuer is
 * listed, and JWT login is switched on last.
 */
export const parts: readonly { readonly setting: SetSetting['setting']; readonly missing: Missing }[] = [
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
  const changes = parts.flatMap((part) => changeOf(part, look, desired));
  const findings = lockOuts(look, desired);
  if (!present.writable && changes.length > 0) findings.push(...withoutCredential(changes, findings));
  if (findings.length > 0) return { kind: 'blocked', findings, notes };
  if (changes.length === 0) return { kind: 'current', notes };
  return { kind: 'write', changes, notes, letsIn: look.enabled ? [] : look.otherIssuers };
}

const changeOf = ({ setting, missing }: (typeof parts)[number], look: Look, desired: DesiredSettings): readonly SetSetting[] => {
  const value = missing(look, desired);
  return value === null ? [] : [{ kind: 'set_setting', setting, value }];
};

/** What of the settings is kept without anybody's asking: our own rows as tight as they must be, and the keys that logins need. */
const kept: ReadonlySet<string> = new Set(['server.identity_map.configuration', 'server.jwt_authentication.jwks']);

/**
 * What is to be written where something was granted before and nobody asks for anything now: our own map rows, and published keys that
 * are missing. Neither lets anybody in who was not let in by a grant. So whatever else stands against a grant does not stand against
 * this, but for what can't be made out, or written, in these two settings themselves.
 */
export function planKept(
  present: PresentSettings,
  desired: DesiredSettings,
): { readonly changes: readonly SetSetting[]; readonly blocked: readonly Blocked[]; readonly ownRows: number } {
  const { look, unseen: all } = lookPast(present, desired);
  const hidden = all.filter(({ setting }) => kept.has(setting));
  const seen = parts.filter(({ setting }) => kept.has(setting) && !hidden.some((one) => one.setting === setting));
  const changes = seen.flatMap((part) => changeOf(part, look, desired));
  const needs = present.writable ? [] : withoutCredential(changes, []);
  return {
    changes: present.writable ? changes : [],
    blocked: [...hidden.map(unseen), ...needs],
    ownRows: look.ownRows.length,
  };
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

/** What is to be known of the settings beside what is written. */
export function notesOn(look: Look, { keys }: DesiredSettings): readonly string[] {
  const unusable = keys.filter((key) => !isUsable(key)).length;
  return [
    ...(look.autoFetch
      ? ['The cluster fetches the keys itself (jwks_auto_fetch is on); its own list of keys is ignored and left alone.']
      : []),
    ...(look.provisions ? ['The cluster creates SQL users at their first login (security.provisioning.jwt.enabled is on).'] : []),
    ...(unusable > 0 ? [`${unusable} of the published keys can't check a signature on CockroachDB and are left out.`] : []),
  ];
}
