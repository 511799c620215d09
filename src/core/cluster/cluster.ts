/** What the bot reads of a CockroachDB cluster and the changes that it may make there, as data. */

/** The cluster settings that a JWT login depends on (CockroachDB docs, "sso-sql"; old names, which every version accepts). */
export const settingNames = [
  'server.jwt_authentication.enabled',
  'server.jwt_authentication.issuers',
  'server.jwt_authentication.audience',
  'server.jwt_authentication.jwks',
  'server.jwt_authentication.claim',
  'server.jwt_authentication.jwks_auto_fetch.enabled',
  'server.jwt_authentication.authorization.enabled',
  'security.provisioning.jwt.enabled',
  'server.identity_map.configuration',
] as const;
export type SettingName = (typeof settingNames)[number];

/** Values as `SHOW CLUSTER SETTING` prints them (`true`/`false` for booleans). Absent: this version does not know the setting. */
export type Settings = { readonly [N in SettingName]?: string };

/** A row of `SHOW USERS`: SQL users and SQL roles alike. */
export interface SqlUser {
  readonly name: string;
  /** False with NOLOGIN or NOSQLLOGIN: a role, or a user switched off. */
  readonly canLogin: boolean;
  readonly options: readonly string[];
  /** The roles that it is a direct member of. */
  readonly memberOf: readonly string[];
}

/** A row of `SHOW GRANTS ON ROLE`. */
export interface Membership {
  readonly role: string;
  readonly member: string;
  readonly isAdmin: boolean;
}

/** Privileges on one thing of a database, as `SHOW GRANTS` has them, beyond what every SQL user has (through `public`). */
export interface Ability {
  readonly kind: 'database' | 'schema' | 'table' | 'type' | 'routine' | 'external connection' | 'system';
  /** `analytics.public.events`, `analytics.public` for a schema, `analytics` for a database, `system` for the whole cluster. */
  readonly name: string;
  /** `SELECT`, `INSERT` …, sorted. */
  readonly privileges: readonly string[];
}

/** One look at a cluster. */
export interface ClusterState {
  /** `v24.3.0`, as `SELECT version()` has it. */
  readonly version: string;
  readonly users: readonly SqlUser[];
  readonly settings: Settings;
}

/** One change to a cluster. A plan is a list of them; adapters/cockroach/sql.ts turns each into one quoted statement. */
export type Change =
  | { readonly kind: 'create_user'; readonly user: string }
  | { readonly kind: 'grant_roles'; readonly roles: readonly string[]; readonly user: string }
  | { readonly kind: 'revoke_roles'; readonly roles: readonly string[]; readonly user: string }
  | { readonly kind: 'set_setting'; readonly setting: SettingName; readonly value: string };

/** All roles that `name` is a member of, directly or through others. Cycles cannot loop it. */
export function rolesOf(users: readonly SqlUser[], name: string): ReadonlySet<string> {
  const direct = new Map(users.map((u) => [u.name, u.memberOf]));
  const found = new Set<string>();
  const open = [...(direct.get(name) ?? [])];
  for (let role = open.pop(); role !== undefined; role = open.pop()) {
    if (found.has(role)) continue;
    found.add(role);
    open.push(...(direct.get(role) ?? []));
  }
  return found;
}

/** Further settings that a survey reads: what they say changes how the others are to be read, or what the bot may do. */
export const surveyedNames = [
  'server.redact_sensitive_settings.enabled',
  'server.jwt_authentication.group_claim',
  'sql.auth.createrole_allows_grant_role_membership.enabled',
] as const;
export type SurveyedName = (typeof surveyedNames)[number];

/** A longer look, for whoever judges the cluster: everything that decides whether people can log in and the bot can do its part. */
export interface Survey extends ClusterState {
  /** Seconds that the cluster's clock is ahead of this machine's (negative: behind), known to within so many seconds. */
  readonly clock: { readonly ahead: number; readonly within: number };
  /** Every membership on the cluster (`SHOW GRANTS ON ROLE`). */
  readonly memberships: readonly Membership[];
  /** System privileges of the bot's own SQL users, by name; null: this version does not show them to the bot (before v23.1.4). */
  readonly privileges: ReadonlyMap<string, readonly string[]> | null;
  /** Absent: this version does not know the setting. */
  readonly surveyed: { readonly [N in SurveyedName]?: string };
}
