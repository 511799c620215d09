import { h, type JSX } from 'preact';
import { get } from './call.ts';
import { Typeahead } from './choice.ts';
import { type Json, listOf, objectOf, textOf, wordOf } from './json.ts';

/** What stands in a field: what is read there, and what is sent. */
export interface Filled {
  readonly typed: string;
  readonly value: string;
}

/** What the bot put into the field, or what was in it when it was sent before. */
export function filledAtFirst(element: Json): Filled {
  const chosen = objectOf(element['initial_option']);
  const value = wordOf(element['initial_value']) || wordOf(chosen['value']);
  return { value, typed: textOf(chosen['text']) || value };
}

/** An input block: its label, its field, its hint, and what is wrong with it (docs.slack.dev/reference/block-kit/blocks/input-block). */
export function Field(p: {
  readonly as: string;
  readonly block: Json;
  readonly error: string | undefined;
  readonly filled: Filled;
  readonly set: (filled: Filled) => void;
}): JSX.Element {
  const { block, error } = p;
  const element = objectOf(block['element']);
  const id = `field-${wordOf(block['block_id'])}`;
  const hint = textOf(block['hint']);
  const described = {
    'aria-describedby': [error === undefined ? '' : `${id}-error`, hint === '' ? '' : `${id}-hint`].join(' ').trim() || undefined,
    'aria-invalid': error !== undefined,
    'aria-required': block['optional'] !== true,
  };
  const draw = draws[wordOf(element['type'])];
  return h(
    'div',
    { class: 'field' },
    h(
      'label',
      { for: id },
      textOf(block['label']),
      block['optional'] === true ? h('span', { class: 'note' }, ' (optional)') : null,
    ),
    draw === undefined ? h('p', null, `(${wordOf(element['type'])}, not drawn here)`) : draw({ ...p, element, id, described }),
    error === undefined ? null : h('p', { id: `${id}-error`, class: 'error' }, error),
    hint === '' ? null : h('p', { id: `${id}-hint`, class: 'note' }, hint),
  );
}

interface Drawing {
  readonly as: string;
  readonly id: string;
  readonly block: Json;
  readonly element: Json;
  readonly filled: Filled;
  readonly set: (filled: Filled) => void;
  readonly described: Readonly<Record<string, string | boolean | undefined>>;
}

const draws: Readonly<Record<string, (d: Drawing) => JSX.Element>> = {
  plain_text_input: ({ id, element, filled, set, described }) =>
    h(element['multiline'] === true ? 'textarea' : 'input', {
      id,
      ...described,
      ...(element['multiline'] === true ? { rows: 4 } : { type: 'text' }),
      ...(typeof element['max_length'] === 'number' ? { maxLength: element['max_length'] } : {}),
      placeholder: textOf(element['placeholder']),
      value: filled.typed,
      onInput: (event: Event) => {
        const { value } = event.currentTarget as HTMLInputElement;
        set({ typed: value, value });
      },
    }),
  static_select: ({ id, element, filled, set, described }) =>
    h(
      'select',
      {
        id,
        ...described,
        value: filled.value,
        onChange: (event: Event) => {
          const { value } = event.currentTarget as HTMLSelectElement;
          set({ typed: value, value });
        },
      },
      h('option', { value: '' }, textOf(element['placeholder']) || 'Choose'),
      listOf(element['options']).map((option) =>
        h('option', { key: wordOf(option['value']), value: wordOf(option['value']) }, textOf(option['text'])),
      ),
    ),
  external_select: ({ as, id, block, element, filled, set, described }) =>
    h(Typeahead, {
      id,
      ask: (typed) => get('suggest', { as, field: wordOf(element['action_id']), typed }),
      label: textOf(block['label']),
      placeholder: textOf(element['placeholder']),
      // docs.slack.dev/reference/block-kit/block-elements/select-menu-element: three, unless the element says otherwise.
      least: typeof element['min_query_length'] === 'number' ? element['min_query_length'] : 3,
      typed: filled.typed,
      described,
      set: (typed, value) => set({ typed, value }),
    }),
};
