/** The workspace's state: who is in it, its channels, what was said. Kept on disk, so that a restart of the sandbox forgets nothing. */

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channels as sandboxChannels, type SandboxPerson } from '../people.ts';
import type { Json } from './checks.ts';
import { Triggers } from './triggers.ts';
import { Views } from './views.ts';

export type { Json };

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** Ids of the people in it; the bot apart. */
  readonly members: readonly string[];
  readonly hasBot: boolean;
  readonly isDirect: boolean;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  /** A person's id, or the bot's. */
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly metadata: Json | null;
  /** The only person who sees it. */
  readonly only: string | null;
  /** Blocks that it had before: what a stale screen still shows. */
  readonly earlier: readonly (readonly Json[])[];
  readonly deleted: boolean;
}

export const botUser = { id: 'U0CRDBACCESS', botId: 'B0CRDBACCESS', appId: 'A0CRDBACCESS', name: 'crdb-access' } as const;
export const team = { id: 'T0CONTOSO', domain: 'contoso' } as const;

/** The direct messages of a person with the bot: there is one, from the first word on. */
export function directChannel(user: string): string {
  return `D${user.slice(1)}`;
}

/** What is unusual about a person's Slack user, by the person's key: fields of the user object. */
export type Special = Readonly<Record<string, { readonly profile?: Json; readonly [field: string]: unknown }>>;

export class Workspace {
  readonly people: readonly SandboxPerson[];
  readonly #channels: Map<string, Channel>;
  #special: Special;
  readonly views: Views;
  readonly triggers: Triggers;
  readonly #listeners = new Set<() => void>();
  readonly #messages: Message[] = [];
  readonly #index = new Map<string, number>();
  readonly #file: string;
  readonly #now: () => number;
  #lastMicros = 0;

  constructor(people: readonly SandboxPerson[], dir: string, now: () => number, special: Special = {}) {
    this.people = people;
    this.#special = special;
    this.#channels = channelsOf(people);
    this.#now = now;
    mkdirSync(dir, { recursive: true });
    this.triggers = new Triggers(now);
    this.views = new Views(dir, now, () => this.#changed());
    this.#file = join(dir, 'messages.jsonl');
    if (existsSync(this.#file)) for (const message of readLines(this.#file)) this.#remember(message);
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channels;
  }

  get special(): Special {
    return this.#special;
  }

  changeChannel(to: Channel): void {
    this.#channels.set(to.id, to);
    this.#changed();
  }

  setFlags(key: string, fields: Json): void {
    this.#special = { ...this.#special, [key]: { ...this.#special[key], ...fields } };
  }

  /** A timestamp that no other message has. Slack's are unique in a channel (docs.slack.dev/messaging/retrieving-messages). */
  nextTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, this.#now() * 1000);
    return `${Math.floor(this.#lastMicros / 1e6)}.${String(this.#lastMicros % 1e6).padStart(6, '0')}`;
  }

  add(message: Omit<Message, 'ts' | 'earlier' | 'deleted'>): Message {
    const whole: Message = { ...message, ts: this.nextTs(), earlier: [], deleted: false };
    this.#keep(whole);
    return whole;
  }

  change(message: Message, to: Partial<Pick<Message, 'text' | 'blocks' | 'metadata' | 'deleted'>>): Message {
    const changed: Message = {
      ...message,
      ...to,
      earlier: to.blocks === undefined ? message.earlier : [...message.earlier, message.blocks],
    };
    this.#keep(changed);
    return changed;
  }

  find(channel: string, ts: string): Message | undefined {
    const at = this.#index.get(`${channel}:${ts}`);
    return at === undefined ? undefined : this.#messages[at];
  }

  /** Oldest first. */
  in(channel: string): Message[] {
    return this.#messages.filter((message) => message.channel === channel && !message.deleted);
  }

  /** Everything that this person can see, oldest first. */
  seenBy(user: string): Message[] {
    return this.#messages.filter((message) => this.sees(user, message));
  }

  sees(user: string, message: Message): boolean {
    if (message.deleted) return false;
    if (message.only !== null) return message.only === user;
    return this.channels.get(message.channel)?.members.includes(user) === true;
  }

  /** Told whenever something may look different to somebody. @returns how to end that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #keep(message: Message): void {
    this.#remember(message);
    appendFileSync(this.#file, `${JSON.stringify(message)}\n`);
    this.#changed();
  }

  #remember(message: Message): void {
    const key = `${message.channel}:${message.ts}`;
    const at = this.#index.get(key);
    if (at !== undefined) {
      this.#messages[at] = message;
      return;
    }
    this.#index.set(key, this.#messages.push(message) - 1);
    const [seconds, micros] = message.ts.split('.').map(Number);
    this.#lastMicros = Math.max(this.#lastMicros, (seconds ?? 0) * 1e6 + (micros ?? 0));
  }
}

/** A line may be cut off by a kill: it was not answered then either. */
function readLines(file: string): Message[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Message];
    } catch {
      return [];
    }
  });
}

/** The bot is in every channel that it is asked to post to, and not in the general one. The admins' channel is private. */
function channelsOf(people: readonly SandboxPerson[]): Map<string, Channel> {
  const named = (Object.keys(sandboxChannels) as (keyof typeof sandboxChannels)[]).map((key): Channel => {
    const members = people.filter((person) => person.channels.includes(key)).map((person) => person.slackUserId);
    return {
      ...sandboxChannels[key],
      members,
      hasBot: key !== 'general',
      isDirect: false,
      isPrivate: key === 'admins',
      isArchived: false,
    };
  });
  const direct = people.map(({ slackUserId }): Channel => {
    return {
      id: directChannel(slackUserId),
      name: 'directmessage',
      members: [slackUserId],
      hasBot: true,
      isDirect: true,
      isPrivate: false,
      isArchived: false,
    };
  });
  return new Map([...named, ...direct].map((channel) => [channel.id, channel]));
}
