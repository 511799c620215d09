/** What can be filled in on a form, and how Slack writes it down (docs.slack.dev/reference/block-kit/blocks/input-block). */

import { isObject, type Json } from './checks.ts';

export interface FormField {
  /** Its `action_id`. */
  readonly id: string;
  readonly blockId: string;
  readonly label: string;
  readonly hint: string;
  readonly type: 'choice' | 'text';
  readonly required: boolean;
  readonly element: Json;
}

/** What stands in each field, by `key`. */
export type Filled = ReadonlyMap<string, Json>;

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textOf = (value: unknown): string => (isObject(value) ? word(value.text) : '');
export const keyOf = (field: FormField): string => `${field.blockId}/${field.id}`;

export function fieldsOf(blocks: readonly Json[]): FormField[] {
  return blocks.flatMap((block) => {
    const { element } = block;
    if (block.type !== 'input' || !isObject(element)) return [];
    return [
      {
        id: word(element.action_id),
        blockId: word(block.block_id),
        label: textOf(block.label),
        hint: textOf(block.hint),
        type: element.type === 'plain_text_input' ? 'text' : 'choice',
        required: block.optional !== true,
        element,
      } satisfies FormField,
    ];
  });
}

/** A field by its id or its label, regardless of case. */
export function fieldCalled(blocks: readonly Json[], name: string): FormField | undefined {
  const wanted = name.toLowerCase();
  const fields = fieldsOf(blocks);
  return fields.find((f) => f.id === name) ?? fields.find((f) => [f.id, f.label].some((n) => n.toLowerCase() === wanted));
}

/** `state.values`: by block id and action id, also what nobody filled in. */
export function stateOf(blocks: readonly Json[], filled: Filled): Json {
  const values: Record<string, Record<string, Json>> = {};
  for (const field of fieldsOf(blocks)) values[field.blockId] = { [field.id]: standing(field, filled) };
  return { values };
}

/** An empty text is none: `null` (docs.slack.dev/surfaces/modals, "Handling view submissions"). */
export function standing(field: FormField, filled: Filled): Json {
  const { type, initial_value: text, initial_option: option } = field.element;
  const given = filled.get(keyOf(field));
  if (given !== undefined) return given;
  return field.type === 'text' ? textValue(word(text)) : { type, selected_option: option ?? null };
}

export const textValue = (text: string): Json => ({ type: 'plain_text_input', value: text === '' ? null : text });

/** What Slack itself says to a form that is not filled in as the form asks, by block id: such a form is not sent. */
export function unfit(blocks: readonly Json[], filled: Filled): Readonly<Record<string, string>> {
  const found = fieldsOf(blocks).flatMap((field): [string, string][] => {
    const fault = faultOf(field, standing(field, filled));
    return fault === null ? [] : [[field.blockId, fault]];
  });
  return Object.fromEntries(found);
}

function faultOf({ element, required, type }: FormField, given: Json): string | null {
  const value = type === 'text' ? given.value : given.selected_option;
  if (value === null) return required ? 'Please complete this required field.' : null;
  if (typeof value !== 'string') return null;
  const most = typeof element.max_length === 'number' ? element.max_length : 3000;
  const least = typeof element.min_length === 'number' ? element.min_length : 0;
  if (value.length > most) return `Must be at most ${most} characters; this is ${value.length}.`;
  return value.length < least ? `Must be at least ${least} characters; this is ${value.length}.` : null;
}
