/** What is done with a statement. */
import type { SqlError } from '../errors.ts';
import type { Column, Value } from '../wire/messages.ts';
import type { OpenTransactions } from '../open-transactions.ts';
import type { Roles } from '../roles.ts';
import type { Settings } from '../settings.ts';

/** One client's session, as far as statements may see it. */
export interface SessionView {
  readonly id: string;
  readonly user: string;
  readonly database: string;
  /** Aborted when the client cancels its statement or goes away. */
  canceled(): AbortSignal;
  inTransaction(): boolean;
  /** Runs a statement of the stand-in's own in the session behind this one, with this user's rights. */
  ask(text: string): Promise<(string | null)[][]>;
  /** Session variables that only CockroachDB knows. */
  readonly variables: Map<string, string>;
}

export interface SessionFacts {
  readonly session_id: string;
  readonly status: 'ACTIVE' | 'IDLE';
  readonly user_name: string;
  readonly client_address: string;
  readonly application_name: string;
  readonly active_queries: string;
  readonly last_active_query: string;
  readonly session_start: Date;
  readonly active_query_start: Date | null;
  readonly num_txns_executed: number;
}

/** The cluster, as far as statements may see it. */
export interface ClusterView {
  readonly version: string;
  readonly roles: Roles;
  readonly settings: Settings;
  readonly transactions: OpenTransactions;
  /** Databases by name with their owners. */
  databases(): Promise<readonly { name: string; owner: string }[]>;
  sessions(): readonly SessionFacts[];
  cancelSession(id: string): boolean;
  /** What a catalog query of the stand-in's own gives in another database. */
  askIn(database: string, sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** What this role still owns or is granted, in every database: an object's name, or null. */
  dependents(role: string): Promise<{ readonly owned: readonly string[]; readonly granted: readonly string[] }>;
}

export interface Context {
  readonly session: SessionView;
  readonly cluster: ClusterView;
  /** Whether the statement is alone in its query (CockroachDB refuses SET CLUSTER SETTING otherwise). */
  readonly alone: boolean;
}

export interface Outcome {
  readonly rows?: readonly (readonly Value[])[];
  /** Absent for statements with rows: their tag ends with the number of rows. */
  readonly tag?: string;
  readonly notices?: readonly SqlError[];
}

/** Parameter values as text; null is SQL NULL. */
export type Parameters = readonly (string | null)[];

export interface Plan {
  /** Names it for the watch: `CREATE USER`, `SHOW USERS`, `SELECT` … */
  readonly what: string;
  readonly how: PassPlan | OwnPlan;
}

/** PostgreSQL runs it. */
export interface PassPlan {
  readonly kind: 'pass';
  /** What PostgreSQL is given. */
  text(context: Context): Promise<string>;
  /** Whether it reads or writes, so that its transaction is one that role changes wait for. */
  readonly touches: boolean;
}

/** The stand-in answers. */
export interface OwnPlan {
  readonly kind: 'own';
  /** Null: no rows. */
  readonly columns: readonly Column[] | null;
  readonly parameters: number;
  run(context: Context, parameters: Parameters): Promise<Outcome>;
}
