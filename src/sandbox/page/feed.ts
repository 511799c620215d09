/** What the page is told, as whole snapshots: types alone, read by the server that sends them and by the page that draws them. */

import type { Platform } from '../platforms.ts';

export type { Platform };

/** Sent once to whoever opens the page. */
export interface About {
  readonly people: readonly Resident[];
  /** What the bot understands, on every platform. */
  readonly commands: readonly Offered[];
  /** The same as it is typed in Slack, where every command has its name in front. */
  readonly slashCommands: readonly Offered[];
  /** The names of commands in Slack. */
  readonly slashNames: readonly string[];
  readonly targets: readonly { readonly target: string; readonly faults: readonly string[] }[];
  /** Puts the sandbox's programs first in a shell's PATH. */
  readonly shell: string;
  /** The folder in which everything is kept. */
  readonly dir: string;
}

export interface Resident {
  readonly key: string;
  readonly name: string;
  readonly upn: string;
  /** What this person may do, and what is special about them, in a few words each. */
  readonly may: readonly string[];
}

/** A command as the composer offers it. */
export interface Offered {
  /** What choosing it leaves in the composer. */
  readonly typed: string;
  readonly usage: string;
  readonly says: string;
}

/** Sent whenever any of it changed. */
export interface World {
  readonly cluster: ClusterNow;
  /** Newest first. */
  readonly audit: readonly AuditNow[];
  /** Null: the bot's store answers; else why it could not be read. */
  readonly auditFault: string | null;
  /** The fault that is on, by target. */
  readonly faults: Readonly<Record<string, string>>;
  /** What can be got wrong on the cluster by hand. */
  readonly mistakes: readonly MistakeNow[];
  /** The keys that the stand-in of Entra ID publishes. */
  readonly keys: readonly { readonly kid: string; readonly signs: boolean }[];
  /** Who paused the bot's watch, and since when; null: it runs. */
  readonly paused: { readonly by: string; readonly since: string } | null;
  /** The suggested first steps, and whether each has been seen to happen. */
  readonly steps: readonly [asked: boolean, approved: boolean, loggedIn: boolean];
  /** How many messages each person has, by platform. */
  readonly messages: Readonly<Record<string, Readonly<Record<Platform, number>>>>;
}

/** A mistake, and while it stands what was run and what takes it back. */
export interface MistakeNow {
  readonly name: string;
  readonly says: string;
  readonly run: readonly string[];
  readonly undo: readonly string[];
}

export interface ClusterNow {
  readonly version: string;
  readonly address: string;
  /** Null: it answers; else why it could not be read, and what is shown is older. */
  readonly fault: string | null;
  readonly users: readonly UserNow[];
  readonly settings: readonly SettingNow[];
  readonly sessions: readonly SessionNow[];
}

export interface UserNow {
  readonly name: string;
  readonly canLogin: boolean;
  readonly roles: readonly string[];
  /** UPN of the person whose SQL user the bot keeps; null: not the bot's. */
  readonly upn: string | null;
}

/** A setting by what it means. */
export interface SettingNow {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** What it holds, one a line, where that is more than a word. */
  readonly lines: readonly string[];
}

export interface SessionNow {
  readonly id: string;
  readonly user: string;
  readonly application: string;
  readonly since: string;
  /** What it does, or did last. */
  readonly statement: string;
}

export interface AuditNow {
  readonly id: string;
  readonly at: string;
  readonly event: string;
  readonly request: string | null;
  /** Who did it, by name; null: the bot by itself. */
  readonly by: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
