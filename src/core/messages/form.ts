import type { FormId } from '../request/buttons.ts';
import type { Block } from './card.ts';

/** A form that opens over the conversation: text, fields, and a button that sends it. Words and order, no looks. */
export interface Form {
  readonly id: FormId;
  /** At most 24 characters: what the titles of every platform hold. */
  readonly title: string;
  /** Shown above the fields. */
  readonly blocks: readonly Block[];
  readonly fields: readonly Field[];
  /** What the button that sends it says, at most 24 characters; null: there is nothing to send. */
  readonly submit: string | null;
  /** Comes back with what was filled in: the id of what it is about; empty: nothing yet. */
  readonly about: string;
}

export type Field =
  /** One of many, found by typing: the platform asks `Suggest` for them as the person types. */
  | {
      readonly kind: 'choice';
      readonly id: string;
      readonly label: string;
      readonly hint: string;
      readonly chosen: Option | null;
    }
  /** Free text. */
  | {
      readonly kind: 'text';
      readonly id: string;
      readonly label: string;
      readonly hint: string;
      readonly required: boolean;
      readonly lines: 'one' | 'many';
      readonly most: number;
    };

/** Something to choose. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly says: string;
}
