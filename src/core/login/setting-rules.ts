/** What CockroachDB checks of a JWT setting when it is set (jwtauthccl settings.go, "validate…"), with its own errors. */

import { parseIdentityMap } from '../identity/identity-map.ts';
import { goQuote } from '../identity/go-text.ts';
import { parseJson, toIssuerMap, toStrings } from './go-json.ts';
import { parseKeys } from './keys.ts';
import { knows, type Knows, type LoginFeature } from './knows.ts';
import { issuersAlias, issuersName, parseBool } from './settings.ts';

type Check = (value: string, known: Knows) => string | null;

const bool: Check = (value) =>
  parseBool(value) === null ? `could not parse ${goQuote(value)} as type bool: invalid bool value` : null;
const anything: Check = () => null;

const audience: Check = (value) => {
  const json = parseJson(value);
  const list = 'value' in json ? toStrings(json.value) : { value: [value] };
  return 'error' in list ? `JWT authentication audiences JSON not valid: ${list.error}` : null;
};

const issuers: Check = (value, known) => {
  const json = parseJson(value);
  const list = 'value' in json ? toStrings(json.value) : { value: [value] };
  if (!('error' in list)) return null;
  if (!known.issuerMap) return `JWT authentication issuers JSON not valid: ${list.error}`;
  const map = 'value' in json ? toIssuerMap(json.value) : json;
  // Both errors joined (errors.Join), one a line.
  return 'error' in map ? `JWT authentication: issuers JSON not valid: ${list.error}\n${map.error}` : null;
};

const jwks: Check = (value) => {
  const keys = parseKeys(value);
  return 'error' in keys ? `JWT authentication JWKS not a valid JWKS: ${keys.error}` : null;
};

const identityMap: Check = (value) => {
  const map = parseIdentityMap(value);
  return 'error' in map ? map.error : null;
};

const rules: Readonly<Record<string, { readonly check: Check; readonly since?: LoginFeature }>> = {
  'server.jwt_authentication.enabled': { check: bool },
  [issuersName]: { check: issuers },
  [issuersAlias]: { check: issuers, since: 'issuersConfiguration' },
  'server.jwt_authentication.audience': { check: audience },
  'server.jwt_authentication.jwks': { check: jwks },
  'server.jwt_authentication.claim': { check: anything, since: 'claim' },
  'server.jwt_authentication.jwks_auto_fetch.enabled': { check: bool, since: 'issuerFirst' },
  'server.jwt_authentication.authorization.enabled': { check: bool, since: 'authorization' },
  'server.jwt_authentication.group_claim': { check: anything, since: 'authorization' },
  'server.jwt_authentication.userinfo_group_key': { check: anything, since: 'authorization' },
  'security.provisioning.jwt.enabled': { check: bool, since: 'provisioning' },
  'server.identity_map.configuration': { check: identityMap },
};

/** Every setting that a JWT login depends on, under each name. */
export const ruledSettings: readonly string[] = Object.keys(rules);

/**
 * @param value the text given to SET CLUSTER SETTING
 * @returns null: accepted; else CockroachDB's error, the one for a setting that this version does not know included
 */
export function checkSetting(name: string, value: string, version: string): string | null {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  const known = knows(version);
  if (rule === undefined || (rule.since !== undefined && !known[rule.since])) return `unknown cluster setting '${name}'`;
  return rule.check(value, known);
}
