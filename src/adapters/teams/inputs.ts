/** The fields of a form as a card's inputs (adaptivecards.io/explorer; learn.microsoft.com, "dynamic-search"). */

import type { Field, Option } from '../../core/messages/form.ts';
import { cut, cutMark, oneLine } from '../../core/messages/harmless.ts';
import type { Element } from './runs.ts';

const most = { label: 300, hint: 500, option: 200, value: 500, input: 4000 };
/** A dropdown shows 15 (learn.microsoft.com, "dynamic-search", note). */
const mostOptions = 15;

export const inputs = (fields: readonly Field[], idOf: (field: Field) => string): Element[] =>
  fields.map((field) => (field.kind === 'choice' ? choice(field, idOf(field)) : text(field, idOf(field))));

/** Options as Teams takes them. One whose value would have to be cut could not be chosen, so it is left out. */
export function choices(options: readonly Option[]): { readonly title: string; readonly value: string }[] {
  return options
    .filter(({ value }) => value !== '' && value.length <= most.value)
    .slice(0, mostOptions)
    .map(({ value, label, says }) => ({
      title: plain(says === '' ? label || value : `${label || value}: ${says}`, most.option),
      value,
    }));
}

/** Found by typing: Teams asks the bot with the field's id as the data set. */
function choice(field: Field & { readonly kind: 'choice' }, id: string): Element {
  const chosen = field.chosen === null ? [] : choices([field.chosen]);
  return {
    ...shared(field, id),
    type: 'Input.ChoiceSet',
    style: 'filtered',
    choices: chosen,
    'choices.data': { type: 'Data.Query', dataset: field.id },
    isRequired: true,
    errorMessage: 'Choose one of those that are offered as you type',
    ...(chosen[0] === undefined ? {} : { value: chosen[0].value }),
  };
}

function text(field: Field & { readonly kind: 'text' }, id: string): Element {
  return {
    ...shared(field, id),
    type: 'Input.Text',
    isMultiline: field.lines === 'many',
    maxLength: Math.min(Math.max(field.most, 1), most.input),
    ...(field.required ? { isRequired: true, errorMessage: 'This has to be filled in' } : {}),
  };
}

function shared({ label, hint }: Field, id: string): Element {
  return { id, label: plain(label || id, most.label), ...(hint === '' ? {} : { placeholder: plain(hint, most.hint) }) };
}

const plain = (value: string, room: number): string => cut(oneLine(value), room) || cutMark;
