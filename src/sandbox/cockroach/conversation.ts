/** What the two ways of sending statements (simple.ts, extended.ts) need of the session they belong to. */
import type { Relay } from './relay.ts';
import type { Settings } from './settings.ts';
import type { Context, OwnPlan, Parameters } from './sql/plan.ts';

/** A statement while it runs. */
export interface Running {
  readonly what: string;
  readonly text: string;
  /** The stand-in answers it, PostgreSQL does not. */
  readonly own: boolean;
}

/** A statement of the stand-in's own, to be answered. */
export interface Answer {
  readonly plan: OwnPlan;
  readonly what: string;
  readonly context: Context;
  readonly parameters: Parameters;
  /** Of the result's columns, as Bind asked for them. */
  readonly formats: readonly number[];
  /** Whether the rows are described first. */
  readonly describe: boolean;
}

export interface Conversation {
  readonly relay: Relay;
  readonly settings: Settings;
  context(alone: boolean): Context;
  /** Runs a statement under the eyes of the front. `work` gives false when it was answered with an error. */
  running(statement: Running, work: () => Promise<boolean>): Promise<boolean>;
  /** @throws SqlError */
  answer(answer: Answer): Promise<void>;
  /** Cuts the connection, in the middle of whatever it is. */
  cut(): void;
}
