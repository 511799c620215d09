import type { Json } from './checks.ts';
import { fieldsOf, standing } from './fields.ts';
import type { ScreenModal } from './screen.ts';
import { type Shown, shown } from './source.ts';

/** A form as words: what somebody who can't see it would be read. */
export interface Opened extends Shown {
  readonly title: string;
  /** What the button says that sends it; null: there is nothing to send. */
  readonly submit: string | null;
  readonly fields: readonly {
    readonly id: string;
    readonly label: string;
    readonly type: 'choice' | 'text';
    readonly required: boolean;
    readonly hint: string;
    /** What stands in it: a text, or the value of what is chosen; empty: nothing. */
    readonly value: string;
  }[];
}

export function openedForm({ title, submit, blocks }: ScreenModal): Opened {
  return {
    title,
    ...shown({ text: '', blocks: blocks.filter((block) => block.type !== 'input') }),
    submit,
    fields: fieldsOf(blocks).map((field) => {
      const { value, selected_option: chosen } = standing(field, new Map());
      const stands = field.type === 'text' ? value : (chosen as Json | null)?.value;
      const { id, label, type, required, hint } = field;
      return { id, label, type, required, hint, value: typeof stands === 'string' ? stands : '' };
    }),
  };
}
