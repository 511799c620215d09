/** What people do in Teams: type, press, choose, read. */

import type { SandboxPerson } from '../people.ts';
import { executed, mentionsBot, searched, submitted, typed } from './activities.ts';
import { acted, offeredIn, shownTo, type Trigger } from './answers.ts';
import { inputsOf, type Pressable, pressables } from './cards.ts';
import type { Delivered, Outlet } from './deliver.ts';
import { type Found, foundBy, messageFor, throughCard, whereOf } from './found.ts';
import { dataOf, faultIn, type Field, fieldCalled, fieldOf, type Input } from './inputs.ts';
import { isObject, type Json, word } from './json.ts';
import { screenOf } from './screen-of.ts';
import type { Acted, TeamsScreen, TeamsWork } from './screen.ts';
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

/** Actions that reach the bot. */
const sending = new Set(['Action.Execute', 'Action.Submit']);
const unsent = (error: string): Acted => ({ ok: false, status: 404, error });

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
  const at = (person: SandboxPerson, message: Message) => whereOf(tenant, person, message, o.serviceUrl());

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

  function activityOf({ person, message, pressed }: Found, values: Input, trigger: Trigger): Json {
    const data = dataOf(pressed.action, pressed.inputs.map(fieldOf), values);
    const where = at(person, message);
    if (pressed.action.type === 'Action.Execute') return executed(where, message, pressed.action, data, trigger);
    return submitted(where, message, data, tenant.nextId());
  }

  async function run(found: Found, values: Input, trigger: Trigger): Promise<Acted> {
    const activity = activityOf(found, values, trigger);
    if (activity.type === 'message') return acted(await o.send(activity));
    const delivered = await o.invoke(activity);
    return delivered.error === undefined ? shownTo(found.person.key, found.message, delivered, trigger, views) : acted(delivered);
  }

  const work: PeopleAtWork = {
    screen(as): TeamsScreen {
      const person = tenant.person(as);
      if (person === undefined) return { channels: [], messages: [] };
      for (const message of views.toRefresh(as)) void work.refresh(as, `${message.conversation}:${message.id}`);
      return screenOf(tenant, views, person);
    },
    count: (as) => tenant.seenBy(as).length,
    async say(as, text, channel, thread) {
      const person = tenant.person(as);
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
      const found = throughCard(foundBy(tenant, views, { as, id, action, value: more.value }), more.input);
      if (typeof found === 'string') return unsent(found);
      // Opening a card or a page is the client's own affair.
      if (!sending.has(word(found.pressed.action.type))) return { ok: true, status: 200 };
      const values = await filled(as, id, found.pressed.inputs.map(fieldOf), more.input ?? {});
      return 'values' in values ? await run(found, values.values, 'manual') : values;
    },
    actionIn(as, id, action, value) {
      const found = foundBy(tenant, views, { as, id, action, value });
      return typeof found === 'string' ? null : found.pressed;
    },
    activity(as, id, action, more = {}) {
      const found = throughCard(foundBy(tenant, views, { as, id, action, value: more.value }), more.input);
      return typeof found === 'string' ? null : activityOf(found, more.input ?? {}, 'manual');
    },
    words(as, text) {
      const person = tenant.person(as);
      if (person === undefined) throw new Error(`nobody is called ${as}`);
      const { id: conversation } = tenant.personal(person);
      const message = { conversation, thread: null, from: as, text, format: 'plain', summary: text, cards: [] } as const;
      const unsaid: Message = { ...message, id: tenant.nextId(), earlier: [], edited: false, deleted: false };
      return typed(at(person, unsaid), unsaid);
    },
    forge: (activity, authorization) => o.invoke(activity, authorization),
    async suggest(as, id, input, text) {
      const person = tenant.person(as);
      const message = person === undefined ? undefined : messageFor(tenant, person, id);
      if (person === undefined || message === undefined) throw new Error('no such message');
      const cards = views.cardsFor(as, message);
      const fields = cards.flatMap((card) => [...inputsOf(card), ...pressables(card).flatMap((p) => p.inputs)]).map(fieldOf);
      const dataset = fieldCalled(fields, input)?.dataset;
      if (dataset === null || dataset === undefined) throw new Error(`"${input}" is no typeahead of this card`);
      return offeredIn(await o.invoke(searched(at(person, message), message, dataset, text)));
    },
    async refresh(as, id) {
      const person = tenant.person(as);
      const message = person === undefined ? undefined : messageFor(tenant, person, id);
      const card = message?.cards.find((one) => isObject(one.refresh));
      const action = isObject(card?.refresh) && isObject(card.refresh.action) ? card.refresh.action : null;
      if (person === undefined || message === undefined || action === null) return unsent('no_refresh');
      views.refreshed(as, message);
      const pressed: Pressable = { id: word(action.verb), label: '', value: '', action, inputs: [], behind: null };
      return await run({ person, message, pressed }, {}, 'automatic');
    },
    onChange: (listener) => tenant.onChange(listener),
  };
  return work;
}
