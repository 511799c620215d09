/** All that every step is handed. */

import type { AdminSql } from '../cluster/advice.ts';
import type { Policy } from '../policy/policy.ts';
import type { Chat } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Cluster } from './clusters.ts';
import type { Directory, TokenIssuer } from './directory.ts';
import type { Linter } from './linter.ts';
import type { Jobs } from './queue.ts';
import type { Store } from './store.ts';

export interface Log {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** All of it, handed to every step. */
export interface World {
  readonly policy: Policy;
  /** The Entra tenant that people sign in to. */
  readonly tenantId: string;
  /** How long the bot waits, in seconds: between tries of work that cannot be done yet, at the most. */
  readonly retryCapSeconds: number;
  /** How often each cluster is checked, the keys that Entra publishes are read, and how long a look for `/crdb-status` may take: seconds. */
  readonly watching: { readonly checkSeconds: number; readonly keySeconds: number; readonly lookSeconds: number };
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly chats: ReadonlyMap<string, Chat>;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly linter: Linter;
  /** What an admin may be told to run on a cluster, as one quoted statement. */
  readonly adminSql: AdminSql;
  readonly clock: Clock;
  readonly log: Log;
  /** A fresh request id: 8 random characters of Crockford's base 32. */
  readonly newRequestId: () => string;
}
