import type { BotCli } from './bot-cli.ts';
import type { BotProcess } from './bot-process.ts';
import type { CockroachStandIn } from './cockroach/start.ts';
import type { EntraStandIn } from './entra/start.ts';
import type { SandboxFacts } from './facts.ts';
import type { Postgres } from './postgres/postgres.ts';
import type { QueueFault } from './queue-fault.ts';
import type { SlackStandIn } from './slack/start.ts';
import type { TeamsStandIn } from './teams/start.ts';

/** A sandbox that runs. */
export interface Sandbox {
  /** As of now: the bot's process id changes. */
  readonly facts: SandboxFacts;
  readonly slack: SlackStandIn;
  readonly teams: TeamsStandIn;
  readonly entra: EntraStandIn;
  readonly cockroach: CockroachStandIn;
  readonly store: Postgres;
  readonly bot: BotProcess;
  readonly botEnv: Readonly<Record<string, string>>;
  /** The bot's command line, in its environment. */
  readonly cli: BotCli;
  queueFault(fault: QueueFault): Promise<void>;
  /** Stops everything in order, within 8 seconds whatever hangs, and leaves nothing running. */
  stop(): Promise<void>;
}
