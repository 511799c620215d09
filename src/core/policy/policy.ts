/** Who may ask for what, as the policy file says it: reviewed in a pull request, read once at start. */

/** Membership that the directory is asked about. An app role by its value (`Crdb.Request`), a group by its object id. */
export type Criterion = { readonly kind: 'app_role'; readonly value: string } | { readonly kind: 'group'; readonly id: string };

/** Channels to post to: from the name of a platform to the id of a channel there. */
export type Channels = { readonly [platform: string]: string };

export interface ClusterPolicy {
  readonly name: string;
  /** As people reach it: `prod.example.com`, 26257. */
  readonly host: string;
  readonly port: number;
  /** Path of the CA certificate on people's machines, as their shell reads it (`$HOME/.cockroach/prod-ca.crt`); null: a public CA. */
  readonly caPath: string | null;
  readonly database: string;
  /** Names of the environment variables that hold the bot's connection URLs: the one that creates users and grants, and the optional one that may set cluster settings. */
  readonly credential: string;
  readonly settingsCredential: string | null;
  /** The API app registration that people's tokens are for. */
  readonly api: { readonly audience: string; readonly scope: string; readonly tokenVersion: 'v1' | 'v2' };
  readonly domains: { readonly primary: string; readonly others: readonly string[] };
  /** `pattern`: one pattern row for the primary domain, literal rows for the others. `people`: a literal row for everybody. */
  readonly map: 'pattern' | 'people';
}

export interface Entitlement {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly cluster: string;
  readonly database: string;
  readonly roles: readonly string[];
  readonly eligible: Criterion;
  /** Null: granted by policy to whoever is eligible. */
  readonly approval: { readonly by: Criterion; readonly channels: Channels; readonly pendingForSeconds: number } | null;
}

export interface Policy {
  /** SHA-256 of the file, in hex: named in every decision. */
  readonly hash: string;
  /** Client id of the app registration whose app roles count. Null: the bot's own (`AZURE_CLIENT_ID`). */
  readonly appRolesOf: string | null;
  /** Whether guests of the chat workspace count as people of it. Guests of the directory never do. */
  readonly chatGuests: boolean;
  /** Admins: who they are, and where they are told. */
  readonly admins: { readonly are: Criterion; readonly channels: Channels };
  readonly clusters: ReadonlyMap<string, ClusterPolicy>;
  readonly entitlements: ReadonlyMap<string, Entitlement>;
}
