/** What is to be done about a cluster's JWT settings, as data. */

import type { Change, ClusterState, SettingName } from '../cluster/cluster.ts';
import type { Owner } from '../identity/could-yield.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Jwk } from '../ports.ts';

/** Why nothing is written: the closed set of reasons. */
export type BlockedCode =
  /** The cluster takes role memberships from the token at every login and would take the grant away. */
  | 'role_sync'
  /** A value is not shown to our credential, so it can neither be compared nor merged. */
  | 'redacted'
  /** This version of CockroachDB does not have a setting that is needed. */
  | 'unsupported'
  /** A value can't be read as what it should be. */
  | 'unreadable'
  /** A row that the bot did not write could give this SQL user to somebody else. */
  | 'foreign_row'
  /** Our issuer works without any map row; the first row would refuse everybody who relies on that. */
  | 'no_map_row'
  /** The claim has another value already. */
  | 'claim_differs'
  /** The claim would change for another issuer too. */
  | 'claim_shared'
  /** The claim would change for people of our own issuer who log in now. */
  | 'claim_in_use'
  /** A key with this id and other material is there. */
  | 'key_conflict'
  /** The issuers are written as a map to key addresses, and ours is not known. */
  | 'issuers_form'
  /** Something is to be written and the bot has no settings credential. */
  | 'no_credential';

export interface Blocked {
  readonly code: BlockedCode;
  /** A sentence or two for the admins. */
  readonly says: string;
  /** What an admin may run, one quoted statement each; empty: SQL does not mend it. */
  readonly sql: readonly string[];
  /** Who would lose access if it is run; empty: nobody. */
  readonly loses: string;
}

export type SetSetting = Extract<Change, { kind: 'set_setting' }>;

export type SettingsPlan =
  | { readonly kind: 'current'; readonly notes: readonly string[] }
  /** In this order, each as its own query; read back afterwards. */
  | {
      readonly kind: 'write';
      readonly changes: readonly SetSetting[];
      readonly notes: readonly string[];
      /** Issuers beside ours whose tokens count again once JWT login is switched on: an admin has to hear of it. */
      readonly letsIn: readonly string[];
    }
  | { readonly kind: 'blocked'; readonly findings: readonly Blocked[]; readonly notes: readonly string[] };

/** What the settings of a cluster are to say of us. What they say of others is theirs. */
export interface DesiredSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Every key that Entra publishes now. */
  readonly keys: readonly Jwk[];
  /** Where it publishes them. Only needed where `issuers` is written as a map of issuers to such addresses. */
  readonly jwksUri?: string;
  /** Our own rows of the identity map, from ownRows. */
  readonly rows: readonly string[];
  /** Verified domains: our own rows are told from others by them. */
  readonly domains: ClusterPolicy['domains'];
  /** The person being granted now. Null: nobody; the settings are only kept current. */
  readonly granting: Owner | null;
}

/** What is there, read just now. */
export interface PresentSettings extends Pick<ClusterState, 'version' | 'settings'> {
  /** Whether the bot has a credential that may set them. */
  readonly writable: boolean;
}

/** The claim that holds the UPN, in v1 tokens always and in v2 tokens as an optional claim. */
export const wantedClaim = 'upn';

const named: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const hex = (code: number): string => `\\U${code.toString(16).padStart(8, '0')}`;
const escaped = (text: string): string =>
  [...text].map((c) => named[c] ?? (/[ -~]/.test(c) ? c : hex(c.codePointAt(0) ?? 0))).join('');

/**
 * Plain where that survives being shown in a chat and copied from there; else with escapes (CockroachDB docs, "SQL constants",
 * "String literals with C-style escape sequences"): a carriage return or a tab would be lost on the way.
 */
const literal = (text: string): string => (/^[ -~\n]*$/.test(text) ? `'${text.replaceAll("'", "''")}'` : `e'${escaped(text)}'`);

/**
 * A change as an admin would type it. Doubling quotes is all it takes in a plain literal: it knows no backslash escapes.
 */
export function settingSql({ setting, value }: { readonly setting: SettingName; readonly value: string }): string {
  return `SET CLUSTER SETTING ${setting} = ${setting.endsWith('.enabled') ? value : literal(value)};`;
}
