/** The settings that a JWT login depends on, in the form a node keeps them in (jwtauthccl settings.go, "mustParse…"). */

import { rowsInForce, type MapRow } from '../identity/identity-map.ts';
import type { RowsNear } from '../identity/map-index.ts';
import type { Jwk } from '../ports.ts';
import { parseJson, toIssuerMap, toStrings } from './go-json.ts';
import { parseKeys } from './keys.ts';
import type { Knows } from './knows.ts';

/** By setting name, text as SHOW CLUSTER SETTING prints it; absent means its default. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

const server = 'server.jwt_authentication.';
export const issuersName = `${server}issuers`;
export const issuersAlias = `${server}issuers.configuration`;

export interface LoginSettings {
  readonly enabled: boolean;
  readonly issuers: readonly string[];
  /** Where an issuer's keys are, when that is configured; null: nothing is, so discovery has to say. */
  readonly issuerUrls: ReadonlyMap<string, string> | null;
  readonly audiences: readonly string[];
  readonly keys: readonly Jwk[];
  readonly autoFetch: boolean;
  readonly claim: string;
  readonly rows: readonly MapRow[];
  /** The rows that a principal can meet, where many people's logins are decided on these settings. Absent: all are tried. */
  readonly near?: RowsNear;
  readonly provisioning: boolean;
  readonly authorization: boolean;
  readonly groupClaim: string;
}

const truths: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const falsehoods: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', 'off', '0']);

/** A bool setting's text; null: it is none. */
export function parseBool(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return truths.has(word) ? true : falsehoods.has(word) ? false : null;
}

/** A single value, or a JSON array of them: text that is no JSON stands for itself, and so does the empty one. */
function valueOrArray(text: string): readonly string[] {
  const json = parseJson(text);
  const list = 'value' in json ? toStrings(json.value) : json;
  return 'value' in list ? list.value : [text];
}

function issuerUrls(text: string, known: Knows): ReadonlyMap<string, string> | null {
  const json = parseJson(text);
  const map = known.issuerMap && 'value' in json ? toIssuerMap(json.value) : { error: 'not this' };
  return 'value' in map ? map.value : null;
}

export function readSettings(texts: SettingTexts, known: Knows): LoginSettings {
  const text = (name: string, otherwise = '') => texts[name] ?? otherwise;
  const flag = (name: string) => parseBool(text(name)) === true;
  const issuers = texts[issuersAlias] ?? text(issuersName);
  const urls = issuerUrls(issuers, known);
  const keys = parseKeys(text(`${server}jwks`, '{"keys":[]}'));
  return {
    enabled: flag(`${server}enabled`),
    issuers: urls === null ? valueOrArray(issuers) : [...urls.keys()],
    issuerUrls: urls === null || urls.size === 0 ? null : urls,
    audiences: valueOrArray(text(`${server}audience`)),
    keys: 'keys' in keys ? keys.keys : [],
    autoFetch: known.issuerFirst && flag(`${server}jwks_auto_fetch.enabled`),
    claim: known.claim ? text(`${server}claim`) : '',
    rows: rowsInForce(text('server.identity_map.configuration')),
    provisioning: known.provisioning && flag('security.provisioning.jwt.enabled'),
    authorization: known.authorization && flag(`${server}authorization.enabled`),
    groupClaim: text(`${server}group_claim`, 'groups'),
  };
}
