/** The settings of a cluster, read once and understood, for all that is asked of them. */

import type { SettingName } from '../cluster/cluster.ts';
import { type MapRow, parseIdentityMap } from '../identity/identity-map.ts';
import { isOwnRow } from '../identity/map-row.ts';
import type { Jwk } from '../ports.ts';
import { isOn, type Listed, readKeys, readList } from './jwt-settings.ts';
import type { DesiredSettings, PresentSettings } from './settings-plan.ts';

/** What a setting that the credential may not see reads as (`server.redact_sensitive_settings.enabled`). */
const redacted = '<redacted>';

export interface Look {
  readonly present: PresentSettings;
  readonly enabled: boolean;
  readonly autoFetch: boolean;
  readonly claim: string;
  readonly issuers: Listed;
  readonly audiences: Listed;
  readonly keys: { readonly bare: boolean; readonly keys: readonly Jwk[] };
  readonly map: string;
  /** Memberships follow the token's groups at every login. */
  readonly syncsRoles: boolean;
  /** SQL users are created at their first login. */
  readonly provisions: boolean;
  /** Rows of our issuer that this bot wrote, and those that somebody else did. */
  readonly ownRows: readonly MapRow[];
  readonly foreignRows: readonly MapRow[];
  /** Issuers beside ours. */
  readonly otherIssuers: readonly string[];
  /** A setting's text as it stands. */
  readonly text: (setting: SettingName) => string;
}

/** A setting that can't be made out, and why. */
export type Unseen = { readonly setting: SettingName; readonly why: 'redacted' | 'unsupported' | 'unreadable' };

/** Settings that have to be there, with what they mean. */
const needed = {
  map: 'server.identity_map.configuration',
  keys: 'server.jwt_authentication.jwks',
  audiences: 'server.jwt_authentication.audience',
  claim: 'server.jwt_authentication.claim',
  issuers: 'server.jwt_authentication.issuers',
  enabled: 'server.jwt_authentication.enabled',
} as const;

/** @returns what stands there, or which settings can't be made out and why */
export function lookAt(present: PresentSettings, desired: DesiredSettings): Look | readonly Unseen[] {
  const { look, unseen } = lookPast(present, desired);
  return unseen.length > 0 ? unseen : look;
}

/** What stands there, with the settings that can't be made out as if they were empty: for whoever has nothing to do with those. */
export function lookPast(
  present: PresentSettings,
  desired: DesiredSettings,
): { readonly look: Look; readonly unseen: readonly Unseen[] } {
  const unseen: Unseen[] = [];
  const autoFetch = isOn(present.settings['server.jwt_authentication.jwks_auto_fetch.enabled']);
  const read = <T>(setting: SettingName, understand: (text: string) => T | null, otherwise: T): T => {
    const text = present.settings[setting];
    const found = text === undefined || text === redacted ? null : understand(text);
    if (found === null)
      unseen.push({ setting, why: text === undefined ? 'unsupported' : text === redacted ? 'redacted' : 'unreadable' });
    return found ?? otherwise;
  };
  const nothing: Listed = { form: 'plain', items: [] };
  const issuers = read(needed.issuers, readList, nothing);
  const rows = read(needed.map, rowsOf, []).filter((row) => row.map === desired.issuer);
  const domains = [desired.domains.primary, ...desired.domains.others];
  const isOwn = (row: MapRow): boolean => isOwnRow(row, desired.issuer, domains);
  const look: Look = {
    present,
    enabled: read(needed.enabled, isOn, false),
    autoFetch,
    claim: read(needed.claim, (text) => text, ''),
    issuers,
    audiences: read(needed.audiences, readList, nothing),
    keys: autoFetch ? { bare: false, keys: [] } : read(needed.keys, readKeys, { bare: false, keys: [] }),
    map: present.settings[needed.map] ?? '',
    syncsRoles: isOn(present.settings['server.jwt_authentication.authorization.enabled']),
    provisions: isOn(present.settings['security.provisioning.jwt.enabled']),
    ownRows: rows.filter(isOwn),
    foreignRows: rows.filter((row) => !isOwn(row)),
    otherIssuers: issuers.items.filter((issuer) => issuer !== desired.issuer && issuer !== ''),
    text: (setting) => present.settings[setting] ?? '',
  };
  return { look, unseen };
}

export function isLook(look: Look | readonly Unseen[]): look is Look {
  return !Array.isArray(look);
}

function rowsOf(text: string): readonly MapRow[] | null {
  const parsed = parseIdentityMap(text);
  return 'error' in parsed ? null : parsed.rows;
}
