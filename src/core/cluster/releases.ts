/**
 * What each release of CockroachDB knows of what this product touches: the one table of versions. docs/versions.md is made of it
 * (`npm run -s versions > docs/versions.md`).
 */

import { atLeast, parseVersion, type Release } from './version.ts';

/** The first release of the main line, then the first of each older line that got it as well. */
type Since = readonly [main: Release, ...backports: Release[]];

export interface FeatureRow {
  readonly of: keyof typeof areas;
  readonly since: Since;
  /** What is so from then on, in a sentence for docs/versions.md. */
  readonly says: string;
  /** Pull requests of cockroachdb/cockroach, or a document, by name. */
  readonly source: string;
  /** The change was read in the source; that this is the first release that carries it is inferred. */
  readonly inferred?: true;
}

/** In the order in which docs/versions.md has them. */
export const areas = {
  login: 'Logging in with a token',
  settings: 'Cluster settings',
  roles: 'Users, roles and what lists them',
  session: 'Sessions',
} as const;

export const features = {
  claim: {
    of: 'login',
    since: [[23, 1, 2]],
    says: '`server.jwt_authentication.claim`: the SQL user comes from another claim than the subject. Entra tokens need it.',
    source: 'PR 103118, 103526',
  },
  issuerFirst: {
    of: 'login',
    since: [
      [24, 1, 0],
      [23, 1, 17],
      [23, 2, 4],
    ],
    says: '`server.jwt_authentication.jwks_auto_fetch.enabled`; the issuer is looked at before the signature, and a token is refused with a DETAIL.',
    source: 'PR 119768, 119969',
  },
  issuerMap: {
    of: 'login',
    since: [
      [24, 2, 0],
      [23, 1, 25],
      [23, 2, 11],
      [24, 1, 5],
    ],
    says: '`{"issuer_jwks_map": …}` as issuers: the address of each issuer’s keys, instead of its discovery document.',
    source: 'PR 128178, 128751, 138155',
    inferred: true,
  },
  noUser: {
    of: 'login',
    since: [[24, 3, 0]],
    says: 'A login may name no user when the token stands for exactly one.',
    source: 'authentication_jwt.go, RetrieveIdentity',
  },
  nodeFetch: {
    of: 'login',
    since: [[24, 3, 0]],
    says: '`server.jwt_authentication.issuers.custom_ca` and `server.jwt_authentication.client.timeout`, for what nodes fetch.',
    source: 'PR 126062, 126939',
  },
  unknownUserIs28000: {
    of: 'login',
    since: [[25, 1, 0]],
    says: 'A token for a SQL user that does not exist is refused with SQLSTATE 28000 instead of 28P01.',
    source: 'authccl testdata/jwt@0258d8b9bed5',
    inferred: true,
  },
  provisioning: {
    of: 'login',
    since: [[25, 4, 0]],
    says: '`security.provisioning.jwt.enabled`: a SQL user that is missing is created at its first login. Signature and identity are looked at before the user is.',
    source: 'PR 149415',
  },
  authorization: {
    of: 'login',
    since: [[25, 4, 0]],
    says: '`server.jwt_authentication.authorization.enabled`: at each login roles are granted and revoked by the groups in the token.',
    source: 'PR 147318',
  },
  anyCaseMap: {
    of: 'login',
    // It came late in 25.4; 26.1 is the first version that has it from its first release on.
    since: [[26, 1, 0]],
    says: 'Rows of the identity map match regardless of case.',
    source: 'PR 155531',
    inferred: true,
  },
  claimPointer: {
    of: 'login',
    since: [[26, 2, 0]],
    says: 'A claim setting that starts with `/` is a JSON pointer (RFC 6901).',
    source: 'PR 165085',
    inferred: true,
  },
  settingOrigins: {
    of: 'settings',
    since: [[23, 1, 5]],
    says: '`SHOW CLUSTER SETTINGS` has the columns `default_value` and `origin`.',
    source: 'PR 105452',
  },
  redaction: {
    of: 'settings',
    since: [[23, 2, 0]],
    says: '`server.redact_sensitive_settings.enabled`: sensitive values read as `<redacted>` for whoever can only look.',
    source: 'PR 115851, 117729',
  },
  issuersConfiguration: {
    of: 'settings',
    since: [[24, 2, 0]],
    says: 'The issuers’ preferred name is `server.jwt_authentication.issuers.configuration`. The old name works, with a NOTICE.',
    source: 'PR 128178',
  },
  publicJwtSettings: {
    of: 'settings',
    since: [[24, 3, 0]],
    says: '`SHOW CLUSTER SETTINGS` lists the settings of JWT login; before, only `SHOW ALL CLUSTER SETTINGS` and asking by name do.',
    source: 'PR 128170',
  },
  sensitiveMap: {
    of: 'settings',
    since: [[24, 3, 0]],
    says: 'The identity map is sensitive: redaction hides it.',
    source: 'PR 131150',
  },
  namedSettingErrors: {
    of: 'settings',
    since: [[24, 3, 0]],
    says: 'A value that is refused is refused with `invalid value for <setting>:` in front.',
    source: 'set_cluster_setting.go',
    inferred: true,
  },
  inheritedGrants: {
    of: 'roles',
    since: [[23, 1, 3]],
    says: '`SHOW GRANTS FOR` lists what is inherited; `SHOW GRANTS ON ROLE` needs no privilege.',
    source: 'PR 104587',
  },
  systemGrants: {
    of: 'roles',
    since: [[23, 1, 4]],
    says: '`SHOW SYSTEM GRANTS` needs no privilege; before, it is for admins only.',
    source: 'PR 104732',
  },
  createRoleSetting: {
    of: 'roles',
    since: [[23, 1, 4]],
    says: '`sql.auth.createrole_allows_grant_role_membership.enabled`: CREATEROLE grants and revokes roles where this is on.',
    source: 'PR 104445',
  },
  createRoleGrants: {
    of: 'roles',
    since: [[23, 2, 0]],
    says: 'CREATEROLE grants and revokes every role that does not lead to `admin`; before, the bot needs each role WITH ADMIN OPTION.',
    source: 'PR 104376',
  },
  typedGrants: {
    of: 'roles',
    since: [[24, 1, 0]],
    says: '`SHOW GRANTS` has `object_name` and `object_type` instead of `relation_name` (late releases of 23.1 and 23.2 have it too).',
    source: 'PR 122197',
  },
  publicGrants: {
    of: 'roles',
    since: [[24, 3, 0]],
    says: '`SHOW GRANTS FOR` lists what `public` has, too.',
    source: 'PR 126866',
  },
  userOptionsArray: {
    of: 'roles',
    since: [[25, 3, 0]],
    says: '`SHOW USERS` has its options as an array instead of a string, and `estimated_last_login_time`.',
    source: 'PR 148532, 150375',
  },
  promptRoleChanges: {
    of: 'roles',
    since: [[25, 4, 0]],
    says: 'Changes of users and roles do not wait for open transactions of others.',
    source: 'docs v25.4, known-limitations/grant-revoke-schema-changes',
  },
  sessionTraces: {
    of: 'session',
    since: [[24, 1, 0]],
    says: '`SHOW SESSIONS` has `trace_id` and `goroutine_id`.',
    source: 'show_sessions.go@013891ff333c',
    inferred: true,
  },
  unsafeInternalsGate: {
    of: 'session',
    since: [[25, 4, 0]],
    says: 'The session variable `allow_unsafe_internals`, on by default, guards `system` and most of `crdb_internal`.',
    source: 'PR 151362',
  },
  unsafeInternalsOff: {
    of: 'session',
    since: [[26, 1, 0]],
    says: '`allow_unsafe_internals` is off by default; `sql.override.allow_unsafe_internals.enabled` opens them for all sessions. The bot reads neither.',
    source: 'PR 158085',
  },
} as const satisfies Readonly<Record<string, FeatureRow>>;

export type Feature = keyof typeof features;

function hasSince(version: string, [main, ...backports]: Since): boolean {
  const own = parseVersion(version);
  const sameLine = (release: Release) => own !== null && own[0] === release[0] && own[1] === release[1];
  return atLeast(version, main) || backports.some((release) => sameLine(release) && atLeast(version, release));
}

/**
 * Whether a version has a feature.
 *
 * @param version as `SELECT version()` prints it, or `v24.3.0`, or `24.3`; one that can't be read counts as the newest
 */
export function supports(version: string, feature: Feature): boolean {
  return hasSince(version, features[feature].since);
}
