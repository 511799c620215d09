/** Typeaheads: what the bot offers to whoever types, and what is taken of that. */

import type { SandboxPerson } from '../people.ts';
import { isObject, type Json, list } from './checks.ts';
import type { Delivered, Outlet } from './deliver.ts';
import { option } from './elements.ts';
import { type FormField, standing, textOf } from './fields.ts';
import { suggestion } from './payloads.ts';
import type { ScreenOption } from './screen.ts';
import type { View } from './views.ts';

export interface Choices {
  /** What is offered to whoever types this. Throws when the bot offers nothing that Slack takes. */
  offered(person: SandboxPerson, view: View, field: FormField, typed: string): Promise<readonly ScreenOption[]>;
  /**
   * Chooses by value, or by label regardless of case, as a person does: what stands there already, what is offered to whoever types it,
   * or what is offered to whoever types nothing. Null: that is not offered.
   */
  choose(person: SandboxPerson, view: View, field: FormField, value: string): Promise<Json | null>;
}

export function choicesFrom(send: Outlet): Choices {
  async function offered(person: SandboxPerson, view: View, field: FormField, typed: string): Promise<readonly ScreenOption[]> {
    if (field.element.type === 'static_select') return optionsOf(field.element.options);
    const least = field.element.min_query_length;
    // docs.slack.dev/reference/block-kit/block-elements/select-menu-element: three, unless the element says otherwise.
    if (typed.length < (typeof least === 'number' ? least : 3)) return [];
    const delivered = await send('interactive', suggestion(person, view, field, typed));
    if (delivered.error !== undefined) throw new Error(`${field.label}: the bot gave no choices (${delivered.error})`);
    return optionsIn(delivered, field);
  }

  return {
    offered,
    async choose(person, view, field, value) {
      const { type } = field.element;
      if (value === '') return { type, selected_option: null };
      const stands = standing(field, view.filled).selected_option;
      const sources = [
        () => (isObject(stands) ? optionsOf([stands]) : []),
        () => offered(person, view, field, value),
        () => offered(person, view, field, ''),
      ];
      for (const source of sources) {
        const chosen = chosenFrom(await source(), value);
        if (chosen !== undefined) return { type, selected_option: selected(chosen) };
      }
      return null;
    },
  };
}

function chosenFrom(options: readonly ScreenOption[], value: string): ScreenOption | undefined {
  const wanted = value.toLowerCase();
  return (
    options.find((o) => o.value === value) ??
    options.find((o) => [o.value, o.label].some((name) => name.toLowerCase() === wanted))
  );
}

function selected({ value, label, says }: ScreenOption): Json {
  const text = (words: string): Json => ({ type: 'plain_text', text: words, emoji: true });
  return { text: text(label), value, ...(says === '' ? {} : { description: text(says) }) };
}

function optionsOf(options: unknown): ScreenOption[] {
  return (options as readonly Json[]).map((o) => ({
    value: String(o.value),
    label: textOf(o.text),
    says: textOf(o.description),
  }));
}

/** docs.slack.dev/reference/block-kit/block-elements/select-menu-element, "external_select": 100 options at most. */
function optionsIn({ body }: Delivered, field: FormField): readonly ScreenOption[] {
  const options = answerIn(body)?.options;
  const faults = list(options, 0, 100, '/options', option);
  if (faults.length > 0) throw new Error(`${field.label}: Slack does not take the bot's choices: ${faults.join('; ')}`);
  return optionsOf(options);
}

/** What the bot answered; an empty body is an empty object; null: no JSON object. */
export function answerIn(body: string): Json | null {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
