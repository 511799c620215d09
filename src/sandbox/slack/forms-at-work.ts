/** What people do with forms and with the bot's home: fill in, look up, send, close, open. */

import type { SandboxPerson } from '../people.ts';
import { isObject, type Json } from './checks.ts';
import { answerIn, choicesFrom } from './choices.ts';
import { viewContent } from './content.ts';
import type { Delivered, Outlet } from './deliver.ts';
import { fieldCalled, fieldsOf, type FormField, keyOf, textValue, unfit } from './fields.ts';
import { closed, submission } from './payloads.ts';
import { Refused } from './refused.ts';
import type { ScreenWork } from './screen.ts';
import { screenOf } from './screen-of.ts';
import type { View } from './views.ts';
import type { Workspace } from './workspace.ts';

type Submitted = Awaited<ReturnType<ScreenWork['submit']>>;

/** What Slack's own form says when the bot did not answer as it should. */
const trouble = 'We had some trouble connecting. Try again?';

export function formsAtWork(o: {
  readonly workspace: Workspace;
  readonly send: Outlet;
  /** Tells the bot that somebody looks at its home. */
  readonly tellOpened: (person: SandboxPerson) => Promise<void>;
}): ScreenWork {
  const { workspace, send } = o;
  const { views } = workspace;
  const choices = choicesFrom(send);

  function personOf(as: string): SandboxPerson {
    const person = workspace.people.find((p) => p.key === as);
    if (person === undefined) throw new Error(`nobody here is called "${as}"`);
    return person;
  }

  const given = async (person: SandboxPerson, view: View, field: FormField, value: string): Promise<Json | null> =>
    field.type === 'text' ? textValue(value) : await choices.choose(person, view, field, value);

  async function fill(person: SandboxPerson, view: View, input: Readonly<Record<string, string>>): Promise<View | Submitted> {
    const filled = new Map(view.filled);
    for (const [name, value] of Object.entries(input)) {
      const field = fieldCalled(view.blocks, name);
      if (field === undefined) return refused(`no field "${name}" in this form; there is: ${namesOf(view)}`);
      const stands = await given(person, view, field, value).catch((error: unknown) => refused(saying(error), 502));
      if (stands === null)
        return refused(`${field.id}: "${value}" is not offered; choose what GET api/suggest?field=${field.id} gives`);
      if (isSubmitted(stands)) return stands;
      filled.set(keyOf(field), stands);
    }
    // Meanwhile the bot may have changed the form: what was filled in stays with the fields that are still there.
    return views.replace(view.id, { ...current(view), filled, errors: {} });
  }

  const current = (view: View): View => views.find((v) => v.id === view.id) ?? view;

  async function submit(as: string, input: Readonly<Record<string, string>>): Promise<Submitted> {
    const person = personOf(as);
    const open = views.top(person.slackUserId);
    if (open === undefined) return refused('no form is open', 404);
    if (open.content.submit === undefined) return refused('this form has nothing to send; close it');
    const view = await fill(person, open, input);
    if (isSubmitted(view)) return view;
    const faults = unfit(view.blocks, view.filled);
    if (Object.keys(faults).length > 0) return withErrors(view, faults);
    return answered(view, await send('interactive', submission(workspace, person, view)));
  }

  function withErrors(view: View, errors: Readonly<Record<string, string>>): Submitted {
    views.replace(view.id, { ...current(view), errors });
    const names = new Map(fieldsOf(view.blocks).map((field) => [field.blockId, field.id]));
    return {
      ok: false,
      status: 422,
      error: 'the form stays open',
      errors: Object.fromEntries(Object.entries(errors).map(([block, says]) => [names.get(block) ?? block, says])),
    };
  }

  /** docs.slack.dev/surfaces/modals, "Handling view submissions": an empty answer closes the form. */
  function answered(view: View, delivered: Delivered): Submitted {
    const answer = delivered.error === undefined ? answerIn(delivered.body) : null;
    const name = answer?.response_action ?? 'close';
    const act = typeof name === 'string' && Object.hasOwn(actions, name) ? actions[name] : undefined;
    try {
      if (answer !== null && act !== undefined) return act(view, answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return failed(view, error.message, delivered.status);
    }
    return failed(view, delivered.error ?? 'invalid_response', delivered.status);
  }

  function failed(view: View, error: string, status: number): Submitted {
    views.replace(view.id, { ...current(view), errors: { '': trouble } });
    return { ok: false, status: status === 200 ? 502 : status, error };
  }

  const done: Submitted = { ok: true, status: 200 };
  const actions: Readonly<Record<string, (view: View, answer: Json) => Submitted>> = {
    close(view) {
      views.close(view);
      return done;
    },
    clear(view) {
      views.close(view, true);
      return done;
    },
    update(view, { view: sent }) {
      views.update(current(view), viewContent(sent, 'modal'));
      return done;
    },
    push(view, { view: sent }) {
      views.push(view.user, view.id, viewContent(sent, 'modal'));
      return done;
    },
    // Only input blocks can have an error.
    errors(view, { errors }) {
      const known = new Set(fieldsOf(view.blocks).map((field) => field.blockId));
      const faults = isObject(errors) ? Object.entries(errors) : [];
      if (faults.length === 0 || faults.some(([id, says]) => !known.has(id) || typeof says !== 'string'))
        throw new Refused('invalid_response');
      return withErrors(view, Object.fromEntries(faults) as Record<string, string>);
    },
  };

  return {
    screen: (as) => screenOf(workspace, personOf(as)),
    async suggest(as, actionId, typed) {
      const person = personOf(as);
      const view = views.top(person.slackUserId);
      const field = view === undefined ? undefined : fieldCalled(view.blocks, actionId);
      if (view === undefined || field?.type !== 'choice') throw new Error(`no field "${actionId}" to choose in stands open`);
      return await choices.offered(person, view, field, typed);
    },
    submit,
    async dismiss(as) {
      const person = personOf(as);
      const view = views.top(person.slackUserId);
      if (view === undefined) return;
      // docs.slack.dev/reference/views/modal-views, `clear_on_close`: the close button alone does that.
      const all = view.content.clear_on_close === true;
      views.close(view, all);
      // docs.slack.dev/surfaces/modals, "Handling view_closed": only for whoever asked to be told.
      if (view.content.notify_on_close === true) await send('interactive', closed(person, view, all));
    },
    openHome: (as) => o.tellOpened(personOf(as)),
    onChange: (listener) => workspace.onChange(listener),
  };
}

const saying = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const refused = (error: string, status = 400): Submitted => ({ ok: false, status, error });
const isSubmitted = (value: object): value is Submitted => 'ok' in value;
const namesOf = (view: View): string =>
  fieldsOf(view.blocks)
    .map((field) => field.id)
    .join(', ');
