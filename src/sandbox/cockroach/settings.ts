/** Cluster settings: which ones a version knows, their types and defaults, and their stored values. */
import type pg from 'pg';
import { type Feature, supports } from '../../core/cluster/releases.ts';

export interface Setting {
  /** The preferred name in this version. */
  readonly name: string;
  /** The name that the value is kept under, and that goes on working. */
  readonly key: string;
  /** As SHOW CLUSTER SETTINGS abbreviates it. */
  readonly type: 's' | 'b' | 'd' | 'i' | 'm';
  readonly default: string;
  readonly public: boolean;
  readonly sensitive: boolean;
  readonly description: string;
}

interface Row {
  readonly key: string;
  readonly type: Setting['type'];
  readonly default: string;
  readonly description: string;
  /** With which feature it came; absent: it was always there. */
  readonly since?: Feature;
  /** With which feature SHOW CLUSTER SETTINGS lists it; absent: always, `never`: only with ALL. */
  readonly publicSince?: Feature | 'never';
  readonly sensitiveSince?: Feature;
  readonly renamed?: { readonly to: string; readonly since: Feature };
}

const jwt = 'server.jwt_authentication.';

/** pkg/ccl/jwtauthccl/settings.go@05bb6da858e6 and @98cdac4aaec0; which are sensitive: settings_registry_test.go. */
const rows: readonly Row[] = [
  {
    key: `${jwt}enabled`,
    type: 'b',
    default: 'false',
    publicSince: 'publicJwtSettings',
    description: 'enables or disables JWT login for the SQL interface',
  },
  {
    key: `${jwt}audience`,
    type: 's',
    default: '',
    publicSince: 'publicJwtSettings',
    description: 'sets accepted audience values for JWT logins over the SQL interface',
  },
  {
    key: `${jwt}issuers`,
    type: 's',
    default: '',
    publicSince: 'publicJwtSettings',
    renamed: { to: `${jwt}issuers.configuration`, since: 'issuersConfiguration' },
    description: 'sets accepted issuer values for JWT logins over the SQL interface',
  },
  {
    key: `${jwt}jwks`,
    type: 's',
    default: '{"keys":[]}',
    publicSince: 'publicJwtSettings',
    description: 'sets the public key set for JWT logins over the SQL interface (JWKS format)',
  },
  {
    key: `${jwt}claim`,
    type: 's',
    default: '',
    since: 'claim',
    publicSince: 'publicJwtSettings',
    description: 'sets the JWT claim that is parsed to get the username',
  },
  {
    key: `${jwt}jwks_auto_fetch.enabled`,
    type: 'b',
    default: 'false',
    since: 'issuerFirst',
    publicSince: 'publicJwtSettings',
    description:
      "enables or disables automatic fetching of JWKS from the issuer's well-known endpoint or JWKS URI set in JWKSAutoFetch",
  },
  {
    key: `${jwt}client.timeout`,
    type: 'd',
    default: '15s',
    since: 'nodeFetch',
    description: 'sets the client timeout for external calls made during JWT authentication',
  },
  {
    key: `${jwt}issuers.custom_ca`,
    type: 's',
    default: '',
    since: 'nodeFetch',
    sensitiveSince: 'nodeFetch',
    description: 'sets the PEM encoded custom root CA for verifying certificates while fetching JWKS',
  },
  {
    key: `${jwt}authorization.enabled`,
    type: 'b',
    default: 'false',
    since: 'authorization',
    description: 'enables role synchronization based on group claims in JWTs',
  },
  {
    key: `${jwt}group_claim`,
    type: 's',
    default: 'groups',
    since: 'authorization',
    description: 'sets the name of the JWT claim that contains groups used for role mapping',
  },
  {
    key: `${jwt}userinfo_group_key`,
    type: 's',
    default: 'groups',
    since: 'authorization',
    description: 'sets the field name to look for in userinfo JSON that lists groups when groups claim is absent from JWT',
  },
  {
    key: 'security.provisioning.jwt.enabled',
    type: 'b',
    default: 'false',
    since: 'provisioning',
    description: 'enables or disables automatic creation of SQL users upon successful JWT login',
  },
  {
    key: 'server.identity_map.configuration',
    type: 's',
    default: '',
    sensitiveSince: 'sensitiveMap',
    description: 'system-identity to database-username mappings',
  },
  {
    key: 'server.host_based_authentication.configuration',
    type: 's',
    default: '',
    sensitiveSince: 'redaction',
    description: 'host-based authentication configuration to use during connection authentication',
  },
  {
    key: 'server.user_login.timeout',
    type: 'd',
    default: '10s',
    description: 'timeout after which client authentication times out if some system range is unavailable (0 = no timeout)',
  },
  {
    key: 'server.redact_sensitive_settings.enabled',
    type: 'b',
    default: 'false',
    since: 'redaction',
    description:
      'enables or disables the redaction of sensitive settings in the output of SHOW CLUSTER SETTINGS and SHOW ALL CLUSTER SETTINGS for users without the MODIFYCLUSTERSETTING privilege',
  },
  {
    key: 'sql.auth.createrole_allows_grant_role_membership.enabled',
    type: 'b',
    default: 'false',
    since: 'createRoleSetting',
    description: 'allow CREATEROLE to grant and revoke role membership',
  },
  {
    key: 'sql.override.allow_unsafe_internals.enabled',
    type: 'b',
    default: 'false',
    since: 'unsafeInternalsOff',
    publicSince: 'never',
    sensitiveSince: 'unsafeInternalsOff',
    description: 'opens the system database and the crdb_internal schema to all sessions',
  },
  { key: 'cluster.organization', type: 's', default: 'crdb-access sandbox', description: 'organization name' },
];

export interface Known {
  readonly setting: Setting;
  /** True when the old name was used, which CockroachDB answers with a NOTICE. */
  readonly alias: boolean;
}

export class Settings {
  readonly version: string;
  readonly all: readonly Setting[];
  readonly #pool: pg.Pool;
  readonly #values = new Map<string, string>();

  private constructor(pool: pg.Pool, version: string) {
    this.#pool = pool;
    this.version = version;
    this.all = rows
      .filter((row) => row.since === undefined || supports(version, row.since))
      .map((row) => ({
        name: row.renamed !== undefined && supports(version, row.renamed.since) ? row.renamed.to : row.key,
        key: row.key,
        type: row.type,
        default: row.default,
        public: row.publicSince === undefined || (row.publicSince !== 'never' && supports(version, row.publicSince)),
        sensitive: row.sensitiveSince !== undefined && supports(version, row.sensitiveSince),
        description: row.description,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Reads what an earlier start stored. */
  static async open(pool: pg.Pool, version: string): Promise<Settings> {
    const settings = new Settings(pool, version);
    const stored = await pool.query<{ name: string; value: string }>('SELECT name, value FROM setting');
    for (const { name, value } of stored.rows) settings.#values.set(name, value);
    return settings;
  }

  find(name: string): Known | null {
    const setting = this.all.find((s) => s.name === name || s.key === name);
    return setting === undefined ? null : { setting, alias: setting.name !== name };
  }

  value(setting: Setting): string {
    return this.#values.get(setting.key) ?? setting.default;
  }

  /** By its old name; empty where this version does not know it. */
  text(key: string): string {
    const setting = this.all.find((each) => each.key === key);
    return setting === undefined ? '' : this.value(setting);
  }

  overridden(setting: Setting): boolean {
    return this.#values.has(setting.key);
  }

  /** Null: back to the default. */
  async set(setting: Setting, value: string | null): Promise<void> {
    if (value === null) {
      await this.#pool.query('DELETE FROM setting WHERE name = $1', [setting.key]);
      this.#values.delete(setting.key);
      return;
    }
    await this.#pool.query('INSERT INTO setting VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [
      setting.key,
      value,
    ]);
    this.#values.set(setting.key, value);
  }

  /** All of them by their old names, as the login decision wants them. */
  forLogin(): Record<string, string> {
    return Object.fromEntries(this.all.map((setting) => [setting.key, this.value(setting)]));
  }
}
