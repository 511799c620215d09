/** The inputs of a card as a client has them: what may stand in them, and what their values become. */
import { isObject, type Json, list, word } from './json.ts';

export type Input = Readonly<Record<string, string>>;

export interface Field {
  readonly id: string;
  readonly label: string;
  readonly type: 'choice' | 'text';
  readonly required: boolean;
  readonly hint: string;
  /** What stands in it at first. */
  readonly value: string;
  /** Choices that stand in the card itself. */
  readonly choices: readonly { readonly value: string; readonly title: string }[];
  /** Where a typeahead asks the bot: the dataset; null: it doesn't. */
  readonly dataset: string | null;
  readonly element: Json;
}

export function fieldOf(element: Json): Field {
  const data = isObject(element['choices.data']) ? element['choices.data'] : null;
  const isChoice = element.type === 'Input.ChoiceSet';
  return {
    id: word(element.id),
    label: word(element.label),
    type: isChoice ? 'choice' : 'text',
    required: element.isRequired === true,
    hint: word(element.placeholder),
    value: word(element.value),
    choices: isChoice ? list(element.choices).map((c) => ({ value: word(c.value), title: word(c.title) })) : [],
    dataset: data === null ? null : word(data.dataset),
    element,
  };
}

/**
 * The field that somebody means by its id, or by its label regardless of case. Ids are unique in a card: of `reason#2`, `reason` is enough
 * where there is no other.
 */
export function fieldCalled(fields: readonly Field[], name: string): Field | undefined {
  return (
    fields.find(({ id }) => id === name) ??
    fields.find(({ label }) => label.toLowerCase() === name.toLowerCase()) ??
    fields.find(({ id }) => id.split('#')[0] === name)
  );
}

/** What is wrong with a value before anything is sent (adaptivecards.io, "input-validation"); null: nothing. */
export function faultIn({ element, required, type }: Field, value: string): string | null {
  const said = word(element.errorMessage);
  const fault = (otherwise: string): string => (said === '' ? otherwise : said);
  if (value === '') return required ? fault('Please fill in this field') : null;
  if (type === 'choice') return null;
  const { maxLength, regex } = element;
  if (typeof maxLength === 'number' && value.length > maxLength) return `At most ${maxLength} characters`;
  return typeof regex === 'string' && !new RegExp(regex).test(value) ? fault('This does not have the right form') : null;
}

/**
 * What goes with an action: its own data with the inputs' values over it. An empty text is sent as such, a choice that was not made is left
 * out (Microsoft's renderer: `SubmitAction.internalPrepareForExecution`).
 */
export function dataOf(action: Json, fields: readonly Field[], values: Input): Json {
  const filled = fields
    .map((field): [string, string, Field] => [field.id, values[field.id] ?? field.value, field])
    .filter(([id, value, field]) => id !== '' && (value !== '' || field.type === 'text'));
  return { ...(isObject(action.data) ? action.data : {}), ...Object.fromEntries(filled) };
}
