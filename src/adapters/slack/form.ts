/** Forms and the App Home as views (docs.slack.dev/reference/views), within Slack's limits. */

import type { types } from '@slack/bolt';
import type { Card } from '../../core/messages/card.ts';
import type { Field, Form, Option } from '../../core/messages/form.ts';
import { cut, cutMark, oneLine } from '../../core/messages/harmless.ts';
import { blocksOf, viewLimits } from './blocks.ts';

import { titleBlock } from './render.ts';

/**
 * docs.slack.dev/reference/views/modal-views (titles and buttons), …/block-kit/blocks/input-block (label and hint),
 * …/block-kit/block-elements/plain-text-input-element (input), …/block-kit/composition-objects/option-object.
 */
const most = { title: 24, label: 2000, hint: 2000, input: 3000, placeholder: 150, option: 75, value: 150, options: 100 };
const close = { send: 'Cancel', read: 'Close' };

/** @param metadata what comes back with the form: reply.ts */
export function modal(form: Form, metadata: string): types.ModalView {
  const inputs = form.fields.map(inputBlock);
  // An input asks for a button that sends it (docs.slack.dev/reference/views/modal-views, `submit`).
  const submit = form.submit ?? (inputs.length > 0 ? 'Send' : null);
  return {
    type: 'modal',
    callback_id: form.id,
    private_metadata: metadata,
    title: plain(form.title, most.title),
    ...(submit === null ? {} : { submit: plain(submit, most.title) }),
    close: plain(submit === null ? close.read : close.send, most.title),
    blocks: [...blocksOf(form.blocks, viewLimits, inputs), ...inputs],
  };
}

/** A card as the page that the bot shows to one person. */
export function homeView(card: Card): types.HomeView {
  const title = titleBlock(card.title);
  return { type: 'home', blocks: [title, ...blocksOf(card.blocks, viewLimits, [title])] };
}

/** Options as Slack takes them: 100 at most. One whose value would have to be cut could not be chosen, so it is left out. */
export function optionObjects(options: readonly Option[]): types.PlainTextOption[] {
  return options
    .filter(({ value }) => value !== '' && value.length <= most.value)
    .slice(0, most.options)
    .map(optionObject);
}

function optionObject({ value, label, says }: Option): types.PlainTextOption {
  return {
    value,
    text: plain(label || value, most.option),
    ...(says === '' ? {} : { description: plain(says, most.option) }),
  };
}

/** The field's id is its block's too: what is wrong with it is said beside it by that. */
function inputBlock(field: Field): types.InputBlock {
  return {
    type: 'input',
    block_id: field.id,
    label: plain(field.label || field.id, most.label),
    ...(field.hint === '' ? {} : { hint: plain(field.hint, most.hint) }),
    optional: field.kind === 'text' && !field.required,
    element: field.kind === 'choice' ? choice(field) : text(field),
  };
}

/** Offers something from the first letter on, and before it (docs.slack.dev/reference/block-kit/block-elements/select-menu-element). */
function choice(field: Field & { readonly kind: 'choice' }): types.ExternalSelect {
  const chosen = field.chosen === null ? undefined : optionObjects([field.chosen])[0];
  return {
    type: 'external_select',
    action_id: field.id,
    min_query_length: 0,
    placeholder: plain('Type to search', most.placeholder),
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  };
}

function text(field: Field & { readonly kind: 'text' }): types.PlainTextInput {
  return {
    type: 'plain_text_input',
    action_id: field.id,
    multiline: field.lines === 'many',
    max_length: Math.min(Math.max(field.most, 1), most.input),
  };
}

function plain(value: string, room: number): types.PlainTextElement {
  return { type: 'plain_text', text: cut(oneLine(value), room) || cutMark, emoji: false };
}
