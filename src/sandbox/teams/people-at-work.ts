/** What people do in Teams: type, press, choose, read. */

import type { SandboxPerson } from '../people.ts';
import { executed, mentionsBot, searched, submitted, typed, type Where } from './activities.ts';
import { inputsOf, type Pressable, pressableCalled, pressables } from './cards.ts';
import { cardFaults } from './card-faults.ts';
import { cardType } from './content.ts';
import type { Delivered, Outlet } from './deliver.ts';
import { dataOf, faultIn, type Field, fieldCalled, fieldOf, type Input } from './inputs.ts';
import { isObject, type Json, list, word } from './json.ts';
import { screenOf } from './screen-of.ts';
import type { Acted, TeamsChoice, TeamsScreen, TeamsWork } from './screen.ts';
import type { Message, Tenant } from './tenant.ts';
import type { Views } from './views.ts';

export interface PeopleAtWork extends TeamsWork {
  /** The action that such a press would find; null: none. */
  actionIn(as: string, message: string, action: string, value?: string): Pressable | null;
  /** The activity that such a press would send, for tests to twist; null: nobody could press that. */
  activity(as: string, message: string, action: string, more?: { readonly value?: string; readonly input?: Input }): Json | null;
  /** The activity that such words would send from the personal chat, for tests to twist; nothing is said by it. */
  words(as: string, text: string): Json;
  /** Sends any activity; `authorization` null: without a token. */
  forge(activity: Json, authorization?: string | null): Promise<Delivered>;
}

type Trigger = Parameters<typeof executed>[4];
const unsent = (error: string): Acted => ({ ok: false, status: 404, error });

/** What a press is about. */
interface Found {
  readonly message: Message;
  readonly pressed: Pressable;
}

export function peopleAt(o: {
  readonly tenant: Tenant;
  readonly views: Views;
  readonly serviceUrl: () => string;
  /** Sent again where nobody answered. */
  readonly send: Outlet;
  /** Sent once: somebody waits for the answer. */
  readonly invoke: Outlet;
}): PeopleAtWork {
  const { tenant, views } = o;
  const personOf = (as: string) => tenant.person(as);

  function at(person: SandboxPerson, { conversation, thread, id }: Message): Where {
    const known = tenant.conversations.get(conversation) ?? tenant.personal(person);
    const root = known.kind === 'channel' ? (thread ?? id) : null;
    return { person, conversation: known, thread: root, serviceUrl: o.serviceUrl() };
  }

  /** A message that stands before this person, or stood there before they left: what was open on a screen can still be pressed. */
  function messageFor(person: SandboxPerson, id: string): Message | undefined {
    const cut = id.lastIndexOf(':');
    const message = tenant.find(id.slice(0, cut), id.slice(cut + 1));
    if (message === undefined || message.deleted) return undefined;
    const isShared = tenant.conversations.get(message.conversation)?.kind !== 'personal';
    return isShared || tenant.sees(person.key, message) ? message : undefined;
  }

  function pressable(as: string, id: string, action: string, value?: string): Found | string {
    const person = personOf(as);
    if (person === undefined) return 'no_such_person';
    const message = messageFor(person, id);
    if (message === undefined) return 'no_such_message';
    for (const cards of [views.cardsFor(as, message), message.cards, ...[...message.earlier].reverse()]) {
      const pressed = pressableCalled(cards, action, value);
      if (pressed !== undefined) return { message, pressed };
    }
    return 'no_such_action';
  }

  /** With something filled in, an action that shows a card stands for the first one on that card. */
  function throughCard({ message, pressed }: Found, input: Input | undefined): Found | string {
    if (pressed.action.type !== 'Action.ShowCard' || input === undefined || !isObject(pressed.action.card))
      return { message, pressed };
    const first = pressables(pressed.action.card, pressed.inputs, pressed.action)[0];
    return first === undefined ? 'no_such_action' : { message, pressed: first };
  }

  /** Values by the field's id, a choice by its value; or what is wrong. */
  async function filled(as: string, id: string, fields: readonly Field[], input: Input): Promise<{ values: Input } | Acted> {
    const values: Record<string, string> = {};
    for (const [name, given] of Object.entries(input)) {
      const field = fieldCalled(fields, name);
      if (field === undefined)
        return {
          ok: false,
          status: 400,
          error: `the card has no input "${name}"; it has ${fields.map((f) => f.id).join(', ') || 'none'}`,
        };
      if (field.type === 'text' || given === '') values[field.id] = given;
      else {
        const offered = [...field.choices, ...(field.dataset === null ? [] : await work.suggest(as, id, field.id, given))];
        const chosen =
          offered.find(({ value }) => value === given) ??
          offered.find(({ title }) => title.toLowerCase() === given.toLowerCase());
        if (chosen === undefined) return { ok: false, status: 400, error: `${field.id}: "${given}" is not offered` };
        values[field.id] = chosen.value;
      }
    }
    const faults = fields.flatMap((field) => {
      const fault = faultIn(field, values[field.id] ?? field.value);
      return fault === null ? [] : [[field.id, fault] as const];
    });
    return faults.length === 0
      ? { values }
      : { ok: false, status: 422, error: 'invalid_input', errors: Object.fromEntries(faults) };
  }

  function activityOf(person: SandboxPerson, { message, pressed }: Found, values: Input, trigger: Trigger): Json {
    const data = dataOf(pressed.action, pressed.inputs.map(fieldOf), values);
    const where = at(person, message);
    if (pressed.action.type === 'Action.Execute') return executed(where, message, pressed.action, data, trigger);
    return submitted(where, message, data, tenant.nextId());
  }

  async function run(person: SandboxPerson, found: Found, values: Input, trigger: Trigger): Promise<Acted> {
    const activity = activityOf(person, found, values, trigger);
    if (activity.type === 'message') return acted(await o.send(activity));
    const delivered = await o.invoke(activity);
    return delivered.error === undefined ? answered(person, found.message, delivered, trigger) : acted(delivered);
  }

  /** What a bot may answer to an `adaptiveCard/action` (learn.microsoft.com, "work-with-universal-actions-for-adaptive-cards", "Response format"). */
  function answered(person: SandboxPerson, message: Message, { status, body }: Delivered, trigger: Trigger): Acted {
    const answer = jsonOf(body);
    const { type, value, statusCode } = answer;
    const code = typeof statusCode === 'number' ? statusCode : status;
    if (code >= 400 || type === 'application/vnd.microsoft.error')
      return {
        ok: false,
        status: code,
        error: isObject(value) ? word(value.message) : 'Something went wrong. Please try again.',
      };
    if (type === cardType && isObject(value)) {
      const faults = cardFaults(value, 'value');
      if (faults.length > 0) return { ok: false, status, error: `Unable to reach app: ${faults.join('; ')}` };
      views.show(person.key, message, value);
    } else if (type === 'application/vnd.microsoft.activity.message') {
      // Nobody waits for what a refresh by itself has to say.
      if (trigger === 'manual') views.say(person.key, message, word(value));
      return { ok: true, status, said: word(value) };
    } else if (type !== undefined)
      return { ok: false, status, error: `Unable to reach app: an answer of type ${JSON.stringify(type)}` };
    return { ok: true, status };
  }

  const work: PeopleAtWork = {
    screen(as): TeamsScreen {
      const person = personOf(as);
      if (person === undefined) return { channels: [], messages: [] };
      for (const message of views.toRefresh(as)) void work.refresh(as, `${message.conversation}:${message.id}`);
      return screenOf(tenant, views, person);
    },
    async say(as, text, channel, thread) {
      const person = personOf(as);
      if (person === undefined) return unsent('no_such_person');
      const wanted = channel ?? tenant.personal(person).id;
      const conversation = [...tenant.conversations.values()].find(
        (c) => c.members.includes(as) && (c.id === wanted || (c.kind !== 'personal' && c.name === wanted.replace(/^#/, ''))),
      );
      if (conversation === undefined) return unsent('no_such_channel');
      const root = thread === undefined ? null : thread.slice(thread.lastIndexOf(':') + 1);
      if (root !== null && (conversation.kind !== 'channel' || tenant.find(conversation.id, root)?.thread !== null))
        return unsent('no_such_thread');
      const message = tenant.add({
        conversation: conversation.id,
        thread: root,
        from: as,
        text,
        format: 'plain',
        summary: text,
        cards: [],
      });
      const heard = conversation.app === 'installed' && (conversation.kind === 'personal' || mentionsBot(text));
      return heard ? acted(await o.send(typed(at(person, message), message))) : { ok: true, status: 200 };
    },
    async press(as, id, action, more = {}) {
      const named = pressable(as, id, action, more.value);
      const found = typeof named === 'string' ? named : throughCard(named, more.input);
      const person = personOf(as);
      if (typeof found === 'string' || person === undefined) return unsent(typeof found === 'string' ? found : 'no_such_person');
      if (found.pressed.action.type === 'Action.ShowCard') return { ok: true, status: 200 };
      const values = await filled(as, id, found.pressed.inputs.map(fieldOf), more.input ?? {});
      return 'values' in values ? await run(person, found, values.values, 'manual') : values;
    },
    actionIn(as, id, action, value) {
      const found = pressable(as, id, action, value);
      return typeof found === 'string' ? null : found.pressed;
    },
    activity(as, id, action, more = {}) {
      const named = pressable(as, id, action, more.value);
      const found = typeof named === 'string' ? named : throughCard(named, more.input);
      const person = personOf(as);
      return typeof found === 'string' || person === undefined ? null : activityOf(person, found, more.input ?? {}, 'manual');
    },
    words(as, text) {
      const person = personOf(as);
      if (person === undefined) throw new Error(`nobody is called ${as}`);
      const { id: conversation } = tenant.personal(person);
      const message = { conversation, thread: null, from: as, text, format: 'plain', summary: text, cards: [] } as const;
      const unsaid: Message = { ...message, id: tenant.nextId(), earlier: [], edited: false, deleted: false };
      return typed(at(person, unsaid), unsaid);
    },
    forge: (activity, authorization) => o.invoke(activity, authorization),
    async suggest(as, id, input, text) {
      const person = personOf(as);
      const message = person === undefined ? undefined : messageFor(person, id);
      if (person === undefined || message === undefined) throw new Error('no such message');
      const cards = views.cardsFor(as, message);
      const fields = cards.flatMap((card) => [...inputsOf(card), ...pressables(card).flatMap((p) => p.inputs)]).map(fieldOf);
      const dataset = fieldCalled(fields, input)?.dataset;
      if (dataset === null || dataset === undefined) throw new Error(`"${input}" is no typeahead of this card`);
      const delivered = await o.invoke(searched(at(person, message), message, dataset, text));
      if (delivered.error !== undefined) throw new Error(`the bot offers nothing: ${delivered.error}`);
      return offeredIn(jsonOf(delivered.body));
    },
    async refresh(as, id) {
      const person = personOf(as);
      const message = person === undefined ? undefined : messageFor(person, id);
      const card = message?.cards.find((one) => isObject(one.refresh));
      const action = isObject(card?.refresh) && isObject(card.refresh.action) ? card.refresh.action : null;
      if (person === undefined || message === undefined || action === null) return unsent('no_refresh');
      views.refreshed(as, message);
      const pressed: Pressable = { id: word(action.verb), label: '', value: '', action, inputs: [], behind: null };
      return await run(person, { message, pressed }, {}, 'automatic');
    },
    onChange: (listener) => tenant.onChange(listener),
  };
  return work;
}

/** learn.microsoft.com, "dynamic-search", "Response format" */
function offeredIn({ type, value }: Json): TeamsChoice[] {
  if (type !== 'application/vnd.microsoft.search.searchResponse' || !isObject(value))
    throw new Error(`the bot answered with ${JSON.stringify(type)} instead of a search response`);
  return list(value.results).map((result) => ({ value: word(result.value), title: word(result.title) }));
}

function acted({ status, error }: Delivered): Acted {
  return error === undefined ? { ok: true, status } : { ok: false, status, error };
}

function jsonOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
