/** What a change of a setting means, for people: what goes and what comes, instead of two texts as long as books. */

import type { SettingName } from '../cluster/cluster.ts';
import { parseIdentityMap } from '../identity/identity-map.ts';
import type { SettingStep } from '../ports.ts';
import { isOn, readKeys, readList } from './jwt-settings.ts';

export interface Meaning {
  readonly setting: SettingName;
  /** What it is about: `Issuers`, `Identity map` … */
  readonly label: string;
  /** In words, each a thing by itself. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** The parts of a text that are told apart; null: it can't be read, and is told by its length. */
type Parts = (text: string) => readonly string[] | null;

const flag: Parts = (text) => [isOn(text) ? 'on' : 'off'];
const list: Parts = (text) => readList(text)?.items ?? null;

/** The claim by which people go where none is set (authentication_jwt.go). */
const claim: Parts = (text) => [text === '' ? 'sub (nothing is set)' : text];
const keys: Parts = (text) => readKeys(text)?.keys.map((key) => `key ${key.kid ?? 'without an id'}`) ?? null;

/** Identities longer than this are patterns that spell out who is left out, which nobody reads. */
const longestIdentity = 100;

const rows: Parts = (text) => {
  const parsed = parseIdentityMap(text);
  if ('error' in parsed) return null;
  return parsed.rows.map(({ map, identity, user }) => `${shortIdentity(identity)} → ${user} (${map})`);
};

/** The identity of a row, of a long pattern its end alone: the domain, and whether it is anchored there. */
export function shortIdentity(identity: string): string {
  if (identity.length <= longestIdentity) return identity;
  const end = /@[^@]*$/.exec(identity)?.[0] ?? '';
  return `${identity.startsWith('/') ? '/' : ''}…${end.length <= longestIdentity ? end : ''} (${identity.length} characters)`;
}

const kinds: { readonly [N in SettingName]: { readonly label: string; readonly parts: Parts } } = {
  'server.jwt_authentication.enabled': { label: 'JWT login', parts: flag },
  'server.jwt_authentication.issuers': { label: 'Issuers', parts: list },
  'server.jwt_authentication.audience': { label: 'Audiences', parts: list },
  'server.jwt_authentication.jwks': { label: 'Keys', parts: keys },
  'server.jwt_authentication.claim': { label: 'Claim', parts: claim },
  'server.jwt_authentication.jwks_auto_fetch.enabled': { label: 'Auto fetch of keys', parts: flag },
  'server.jwt_authentication.authorization.enabled': { label: 'Role sync', parts: flag },
  'security.provisioning.jwt.enabled': { label: 'Provisioning', parts: flag },
  'server.identity_map.configuration': { label: 'Identity map', parts: rows },
};

/** A change by what it means. Where only spacing or spelling differs, or a text can't be read, the lengths say that it is another one. */
export function meaningOf({ setting, before, after }: SettingStep): Meaning {
  const { label, parts } = kinds[setting];
  const [was, is] = [parts(before), parts(after)];
  const gone = was === null || is === null ? [] : without(was, is);
  const come = was === null || is === null ? [] : without(is, was);
  if (gone.length + come.length > 0) return { setting, label, gone, come };
  const size = (text: string): string => `a text of ${text.length} characters`;
  return { setting, label, gone: [size(before)], come: [size(after)] };
}

/** What is in the first list more often than in the second. */
function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(one, (left.get(one) ?? 0) + 1);
  return all.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}
