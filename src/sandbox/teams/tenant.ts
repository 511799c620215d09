/** The tenant's Teams: who is in it, its conversations, what was said. Kept on disk, so that a restart of the sandbox forgets nothing. */

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SandboxPerson, teamsAppId, teamsChannels, teamsUserId } from '../people.ts';
import type { Json } from './json.ts';

export const botName = 'crdb-access';
/** `28:` and the app's id: what Teams calls a bot. */
export const botId = `28:${teamsAppId}`;

export interface Conversation {
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'group';
  readonly name: string;
  readonly team: { readonly id: string; readonly name: string } | null;
  /** Keys of the people in it. */
  readonly members: readonly string[];
  readonly app: AppState;
}

/** The bot's app in a conversation: taken away again, or blocked by the person whose chat it is. */
export type AppState = 'installed' | 'absent' | 'removed' | 'blocked';

export interface Message {
  readonly id: string;
  /** The conversation's own id, without a thread. */
  readonly conversation: string;
  /** The message that begins its thread; null: this one does, or there are no threads here. */
  readonly thread: string | null;
  /** A person's key; null: the bot. */
  readonly from: string | null;
  readonly text: string;
  readonly format: 'plain' | 'markdown';
  readonly summary: string;
  readonly cards: readonly Json[];
  /** Cards that it had before: what a stale screen still shows. */
  readonly earlier: readonly (readonly Json[])[];
  readonly edited: boolean;
  readonly deleted: boolean;
}

export type Draft = Pick<Message, 'conversation' | 'thread' | 'from' | 'text' | 'format' | 'summary' | 'cards'>;

type Line = { readonly message: Message } | { readonly conversation: Conversation };

/** The personal chat of somebody with the bot has an id of its own that says nothing. */
export const personalId = (person: SandboxPerson): string =>
  `a:1${createHash('sha256').update(`personal chat of ${person.oid}`).digest('base64url')}`;

export class Tenant {
  readonly people: readonly SandboxPerson[];
  readonly #conversations: Map<string, Conversation>;
  /** By what Teams calls them, and by object id. */
  readonly #byId: ReadonlyMap<string, SandboxPerson>;
  readonly #byKey: ReadonlyMap<string, SandboxPerson>;
  readonly #listeners = new Set<() => void>();
  readonly #messages: Message[] = [];
  readonly #index = new Map<string, number>();
  readonly #file: string;
  readonly #now: () => number;
  #lastId = 0;

  constructor(people: readonly SandboxPerson[], dir: string, now: () => number) {
    this.people = people;
    this.#byId = new Map(people.flatMap((person) => [teamsUserId(person), person.oid].map((id) => [id, person])));
    this.#byKey = new Map(people.map((person) => [person.key, person]));
    this.#now = now;
    this.#conversations = conversationsOf(people);
    mkdirSync(dir, { recursive: true });
    this.#file = join(dir, 'teams.jsonl');
    if (!existsSync(this.#file)) return;
    for (const line of readLines(this.#file)) {
      if ('message' in line) this.#remember(line.message);
      else this.#conversations.set(line.conversation.id, line.conversation);
    }
  }

  get conversations(): ReadonlyMap<string, Conversation> {
    return this.#conversations;
  }

  person(key: string): SandboxPerson | undefined {
    return this.#byKey.get(key);
  }

  /** @param id `29:…`, or an object id */
  personCalled(id: string): SandboxPerson | undefined {
    return this.#byId.get(id.startsWith('29:') ? id : id.toLowerCase());
  }

  personal(person: SandboxPerson): Conversation {
    const found = this.#conversations.get(personalId(person));
    if (found === undefined) throw new Error(`${person.key} has no personal chat`);
    return found;
  }

  change(to: Conversation): void {
    this.#conversations.set(to.id, to);
    appendFileSync(this.#file, `${JSON.stringify({ conversation: to } satisfies Line)}\n`);
    this.changed();
  }

  /** Ids of messages are times in milliseconds, as Teams has them; no two are the same here. */
  nextId(): string {
    this.#lastId = Math.max(this.#lastId + 1, this.#now());
    return String(this.#lastId);
  }

  add(draft: Draft): Message {
    const whole: Message = { ...draft, id: this.nextId(), earlier: [], edited: false, deleted: false };
    this.#keep(whole);
    return whole;
  }

  edit(message: Message, to: Partial<Pick<Message, 'text' | 'format' | 'summary' | 'cards' | 'deleted'>>): Message {
    const changed: Message = {
      ...message,
      ...to,
      edited: true,
      earlier: to.cards === undefined ? message.earlier : [...message.earlier, message.cards],
    };
    this.#keep(changed);
    return changed;
  }

  find(conversation: string, id: string): Message | undefined {
    const at = this.#index.get(`${conversation}:${id}`);
    return at === undefined ? undefined : this.#messages[at];
  }

  /** Everything that this person can see, oldest first. */
  seenBy(key: string): Message[] {
    return this.#messages.filter((message) => this.sees(key, message));
  }

  sees(key: string, message: Message): boolean {
    return !message.deleted && this.#conversations.get(message.conversation)?.members.includes(key) === true;
  }

  /** Told whenever something may look different to somebody. @returns how to end that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #keep(message: Message): void {
    this.#remember(message);
    appendFileSync(this.#file, `${JSON.stringify({ message } satisfies Line)}\n`);
    this.changed();
  }

  #remember(message: Message): void {
    const key = `${message.conversation}:${message.id}`;
    this.#lastId = Math.max(this.#lastId, Number(message.id));
    const at = this.#index.get(key);
    if (at === undefined) this.#index.set(key, this.#messages.push(message) - 1);
    else this.#messages[at] = message;
  }
}

/** A line may be cut off by a kill: it was not answered then either. */
function readLines(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });
}

/** An admin has installed the app for everybody, in both teams and in the admins' chat. */
function conversationsOf(people: readonly SandboxPerson[]): Map<string, Conversation> {
  const shared = (Object.keys(teamsChannels) as (keyof typeof teamsChannels)[]).map((key): Conversation => {
    const { id, name, team } = teamsChannels[key];
    const members = people.filter((person) => person.channels.includes(key)).map((person) => person.key);
    // The channel that a team begins with has the id of the team.
    return team === null
      ? { id, kind: 'group', name, team: null, members, app: 'installed' }
      : { id, kind: 'channel', name, team: { id, name: team }, members, app: 'installed' };
  });
  const personal = people.map((person): Conversation => {
    return { id: personalId(person), kind: 'personal', name: botName, team: null, members: [person.key], app: 'installed' };
  });
  return new Map([...personal, ...shared].map((conversation) => [conversation.id, conversation]));
}
