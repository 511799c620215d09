/** A card or a form as a message with an Adaptive Card, within Teams' limits. */

import type { Card, Text } from '../../core/messages/card.ts';
import { fallback } from '../../core/messages/fallback.ts';
import type { Form } from '../../core/messages/form.ts';
import { cut, cutMark, inOneLine } from '../../core/messages/harmless.ts';
import type { Json } from './activity.ts';
import { execute, refresh, verbs } from './actions.ts';
import { blocksOf, formRoom, sizeOf, uniqueIds } from './blocks.ts';
import { inputs } from './inputs.ts';
import { calledBy } from './reply.ts';
import { type Element, richText } from './runs.ts';

export interface TeamsMessage {
  readonly type: 'message';
  /** What notifications and the list of chats say: plain text. */
  readonly summary: string;
  readonly attachments: readonly [{ readonly contentType: typeof cardType; readonly content: Json }];
}

export const cardType = 'application/vnd.microsoft.card.adaptive';
const summaryRoom = 1000;
const titleRoom = 400;

/** @param about what whoever looks at the card later is shown anew; null: the card stays as it is */
export function render(card: Card, about: string | null): TeamsMessage {
  return message(fallback(card, calledBy), cardContent(card, about));
}

/** A card alone, as an answer to a press or a look. */
export function cardContent(card: Card, about: string | null): Json {
  const title = titleBlock(card.title);
  return content([...title, ...blocksOf(card.blocks, sizeOf(title))], about === null ? {} : { refresh: refresh(about) });
}

/** What comes back with a form beside its fields. */
export interface Carried {
  readonly about: string;
  /** Where the button stood that opened it; null: none did. That it is carried at all says that the form is a message of its own. */
  readonly place: { readonly channel: string; readonly message: string } | null;
}

export function renderForm(form: Form, carried: Carried): TeamsMessage {
  const ids = uniqueIds();
  const fields = inputs(form.fields, ids);
  const title = titleBlock([form.title]);
  // An input asks for an action that sends it.
  const label = form.submit ?? (fields.length > 0 ? 'Send' : null);
  const actions =
    label === null
      ? []
      : [
          execute(
            label,
            verbs.submit,
            { form: form.id, about: carried.about, place: carried.place ?? {} },
            { style: 'positive' },
          ),
        ];
  const blocks = blocksOf(form.blocks, sizeOf([title, fields, actions]), formRoom, ids);
  const card: Card = { title: [form.title], blocks: form.blocks };
  return message(fallback(card, calledBy), content([...title, ...blocks, ...fields], actions.length === 0 ? {} : { actions }));
}

function titleBlock(title: Text): Element[] {
  const made = richText(title.map(inOneLine), titleRoom, { weight: 'Bolder', size: 'Medium' });
  return made.length > 0 ? made : richText([cutMark], 100);
}

function content(body: readonly Element[], more: Json): Json {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    // Universal Actions came with 1.4, and Teams shows nothing newer than 1.5 (learn.microsoft.com, "cards-reference").
    version: '1.5',
    body,
    msteams: { width: 'Full' },
    ...more,
  };
}

function message(words: string, card: Json): TeamsMessage {
  return {
    type: 'message',
    summary: cut(words, summaryRoom) || cutMark,
    attachments: [{ contentType: cardType, content: card }],
  };
}
