/** What somebody's press is about: a message that stands, or stood, before them, and one of its actions. */
import type { SandboxPerson } from '../people.ts';
import type { Where } from './activities.ts';
import { type Pressable, pressableCalled, pressables } from './cards.ts';
import type { Input } from './inputs.ts';
import { isObject } from './json.ts';
import type { Message, Tenant } from './tenant.ts';
import type { Views } from './views.ts';

export interface Found {
  readonly person: SandboxPerson;
  readonly message: Message;
  readonly pressed: Pressable;
}

/** A message that this person sees, or saw in a channel before they left: what was open on a screen can still be pressed. */
export function messageFor(tenant: Tenant, person: SandboxPerson, id: string): Message | undefined {
  const cut = id.lastIndexOf(':');
  const message = tenant.find(id.slice(0, cut), id.slice(cut + 1));
  if (message === undefined || message.deleted) return undefined;
  const isShared = tenant.conversations.get(message.conversation)?.kind !== 'personal';
  return isShared || tenant.sees(person.key, message) ? message : undefined;
}

/** Where such a message stands: in a channel, in the thread of it. */
export function whereOf(tenant: Tenant, person: SandboxPerson, message: Message, serviceUrl: string): Where {
  const conversation = tenant.conversations.get(message.conversation) ?? tenant.personal(person);
  const thread = conversation.kind === 'channel' ? (message.thread ?? message.id) : null;
  return { person, conversation, thread, serviceUrl };
}

export interface Named {
  readonly as: string;
  /** The message's id. */
  readonly id: string;
  readonly action: string;
  readonly value?: string | undefined;
}

/** @returns why there is none: `no_such_person`, `no_such_message`, `no_such_action` */
export function foundBy(tenant: Tenant, views: Views, { as, id, action, value }: Named): Found | string {
  const person = tenant.person(as);
  if (person === undefined) return 'no_such_person';
  const message = messageFor(tenant, person, id);
  if (message === undefined) return 'no_such_message';
  for (const cards of [views.cardsFor(as, message), message.cards, ...[...message.earlier].reverse()]) {
    const pressed = pressableCalled(cards, action, value);
    if (pressed !== undefined) return { person, message, pressed };
  }
  return 'no_such_action';
}

/** With something filled in, an action that shows a card stands for the first one on that card. */
export function throughCard(found: Found | string, input: Input | undefined): Found | string {
  if (typeof found === 'string' || input === undefined) return found;
  const { action, inputs } = found.pressed;
  if (action.type !== 'Action.ShowCard' || !isObject(action.card)) return found;
  const first = pressables(action.card, inputs, action)[0];
  return first === undefined ? 'no_such_action' : { ...found, pressed: first };
}
