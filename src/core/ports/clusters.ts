/** What the core asks of a CockroachDB cluster. */

import type { Ability, Change, ClusterState, Membership, Survey } from '../cluster/cluster.ts';

export interface Cluster {
  readonly name: string;
  /** Whether a settings credential is configured. */
  readonly settingsWritable: boolean;
  /** The SQL users that the bot itself connects as. */
  readonly ownUsers: readonly string[];
  /** Version, SQL users with their roles, and the JWT settings, read now. `timeout` in seconds. */
  read(timeout?: number): Promise<ClusterState>;
  /** A longer look, in one round trip once a connection is there. `timeout` in seconds; throws a Fault after it. */
  survey(timeout: number): Promise<Survey>;
  /** SHOW GRANTS ON ROLE for roles that exist, read now. */
  members(roles: readonly string[]): Promise<readonly Membership[]>;
  /**
   * What these roles (or a SQL user) can do in a database, what they inherit through other roles included, as far as the bot may see
   * it. Null: the bot may not see it, or the cluster did not answer within `timeout` seconds.
   */
  abilities(names: readonly string[], database: string, timeout: number): Promise<readonly Ability[] | null>;
  /**
   * Makes one change, retrying 40001. `exists`: a CREATE USER found the name taken. Throws Fault `cluster_busy` when the change
   * waits for others too long, `cluster_outcome_unknown` when the connection was lost meanwhile, `cluster_refused` (with
   * CockroachDB's message) when it is not allowed.
   */
  run(change: Change): Promise<'done' | 'exists'>;
  probe(): Promise<void>;
}
