/** What Teams sends, in the core's words. */

import { commandNames, wordsOf } from '../../core/command/grammar.ts';
import type { PressedButton, SubmittedForm, TypedCommand } from '../../core/ports.ts';
import { type ButtonId, buttonIds, formIds } from '../../core/request/buttons.ts';
import type { Door, Place } from '../../core/request/request.ts';
import { verbs } from './actions.ts';
import { type Activity, isObject, type Json, withoutThread, word } from './activity.ts';
import { platform, replyToken } from './reply.ts';

/** Somebody, as far as Teams vouches for them: the activity was validated and is of our tenant. */
export interface Known {
  readonly activity: Activity;
  readonly oid: string;
}

export type Inbound =
  | TypedCommand
  | PressedButton
  | SubmittedForm
  /** Somebody looks at a card. */
  | { readonly kind: 'look'; readonly door: Door; readonly about: string; readonly place: Place | null }
  /** Somebody types into a choice. */
  | { readonly kind: 'question'; readonly door: Door; readonly field: string; readonly typed: string }
  /** An action that is none of ours. */
  | { readonly kind: 'foreign' }
  /** Nothing to be done. */
  | { readonly kind: 'ignored'; readonly what: string };

type Reader = (known: Known, tenantId: string) => Inbound;

/** How each type of activity is read; those that are not named are acknowledged and left. */
const types: Readonly<Record<string, Reader>> = {
  message: (known, tenantId) =>
    known.activity.value === null ? typed(known, tenantId) : acted(known, tenantId, known.activity.value),
  invoke: (known, tenantId) => read(invokes, known.activity.name, 'invoke ', known, tenantId),
};

const invokes: Readonly<Record<string, Reader>> = {
  'adaptiveCard/action': (known, tenantId) => {
    const action = known.activity.value?.action;
    if (!isObject(action)) return { kind: 'foreign' };
    const data = isObject(action.data) ? action.data : {};
    return acted(known, tenantId, { ...data, verb: word(action.verb) || data.verb });
  },
  'application/search': ({ activity, oid }, tenantId) => ({
    kind: 'question',
    door: doorOf(oid, tenantId),
    field: word(activity.value?.dataset),
    typed: word(activity.value?.queryText),
  }),
};

const ignored = (what: string): Inbound => ({ kind: 'ignored', what });

export const inbound: Reader = (known, tenantId) => read(types, known.activity.type, '', known, tenantId);

function read(by: Readonly<Record<string, Reader>>, name: string, what: string, known: Known, tenantId: string): Inbound {
  const reader = Object.hasOwn(by, name) ? by[name] : undefined;
  return reader === undefined ? ignored(`${what}${name}`) : reader(known, tenantId);
}

const doorOf = (oid: string, tenantId: string): Door => ({ platform, team: tenantId, user: oid });

/**
 * One interaction, however often it is delivered. Ids of messages are unique in a conversation alone; an invoke has one of its own.
 */
const keyOf = (kind: string, { conversation, id, replyTo }: Activity): string =>
  `${platform}:${kind}:${withoutThread(conversation.id)}:${id || replyTo}`;

/** In a conversation of several the bot is meant where it is mentioned. A command's name may be typed, as on other platforms, or not. */
function typed({ activity, oid }: Known, tenantId: string): Inbound {
  const ours = activity.mentions.filter(({ id }) => id === activity.bot);
  if (activity.conversation.kind === 'shared' && ours.length === 0) return ignored('a message that does not mention the bot');
  const words = ours
    .reduce((text, { text: mention }) => (mention === '' ? text : text.replaceAll(mention, ' ')), activity.text)
    .replace(/\u00a0/g, ' ')
    .trim();
  return {
    kind: 'command',
    key: keyOf('command', activity),
    door: doorOf(oid, tenantId),
    reply: replyToken(activity, oid),
    text: withoutName(words),
  };
}

const names = Object.keys(commandNames).map((name) => name.replace(/^\//, ''));
const beginsWithName = new RegExp(`^/?(${names.join('|')})(?=\\s|$)`, 'i');

/** What was typed, in the bot's words. */
function withoutName(typed: string): string {
  const [begin = '', name = ''] = beginsWithName.exec(typed) ?? [];
  return wordsOf(`/${name}`, typed.slice(begin.length).trim()) ?? typed;
}

/** An action of a card, with what its inputs held. What it carries is compared with what is stored before it counts. */
function acted(known: Known, tenantId: string, data: Json): Inbound {
  const { activity, oid } = known;
  const verb = word(data.verb);
  const door = doorOf(oid, tenantId);
  if (verb === verbs.refresh) return { kind: 'look', door, about: word(data.about), place: standsAt(activity) };
  if (verb === verbs.submit) return sent(known, door, data);
  const button = buttonIds.find((id: ButtonId) => id === verb);
  const place = standsAt(activity);
  // A button stands on a message: only pages of somebody's own have none, and Teams has no such pages.
  if (button === undefined || place === null) return { kind: 'foreign' };
  return {
    kind: 'press',
    key: keyOf('press', activity),
    door,
    reply: replyToken(activity, oid),
    button,
    about: word(data.about),
    place,
  };
}

/**
 * A form is sent once, whatever becomes of the delivery: one that is a message of its own has that message's key. A denial in a request's
 * card is anybody's, as often as they try.
 */
function sent({ activity, oid }: Known, door: Door, data: Json): Inbound {
  const form = formIds.find((id) => id === data.form);
  if (form === undefined) return { kind: 'foreign' };
  const inCard = !isObject(data.place);
  const place = inCard ? standsAt(activity) : placeIn(data.place);
  // A denial is of a card that stands somewhere: without its place nothing would be compared.
  if (form === 'deny' && place === null) return { kind: 'foreign' };
  const key = inCard ? keyOf('submit', activity) : keyOf('submit', { ...activity, id: activity.replyTo ?? activity.id });
  return {
    kind: 'submit',
    key,
    door,
    reply: replyToken(activity, oid),
    form,
    about: word(data.about),
    place,
    values: valuesIn(data),
  };
}

function standsAt({ conversation, replyTo }: Activity): Place | null {
  return replyTo === null ? null : { platform, channel: withoutThread(conversation.id), message: replyTo };
}

function placeIn(value: unknown): Place | null {
  if (!isObject(value) || typeof value.channel !== 'string' || typeof value.message !== 'string') return null;
  return { platform, channel: value.channel, message: value.message };
}

/** What an action of ours carries by itself. */
const own = new Set(['verb', 'about', 'form', 'place']);

/** By the field's id, without the number of an input that has a namesake. */
function valuesIn(data: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data).flatMap(([id, value]) =>
      own.has(id) || typeof value !== 'string' || value === '' ? [] : [[id.replace(/#\d+$/, ''), value]],
    ),
  );
}

/** Whether a form that was sent was a message of its own, which is then done with. */
export const isOwnMessage = ({ value }: Activity): boolean => {
  const action = value?.action;
  const data = isObject(action) && isObject(action.data) ? action.data : value;
  return isObject(data?.place);
};
