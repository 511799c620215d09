/** Block Kit as Slack draws it (docs.slack.dev/reference/block-kit/blocks), as far as the bot uses it; what is not known says so. */
import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Json, listOf, objectOf, textOf, wordOf } from './json.ts';
import { Mrkdwn } from './mrkdwn.ts';
import { RichText } from './rich-text.ts';

export interface Drawn {
  readonly blocks: readonly Json[];
  /** Presses a button. */
  readonly press: (element: Json) => Promise<unknown>;
  /** Draws an input block: only forms have them. */
  readonly field?: (block: Json) => JSX.Element;
}

export function Blocks(p: Drawn): JSX.Element {
  return h(
    'div',
    { class: 'blocks' },
    p.blocks.map((block, i) => h(Block, { ...p, block, key: wordOf(block['block_id']) || i })),
  );
}

const draws: Readonly<Record<string, (block: Json, p: Drawn) => JSX.Element>> = {
  rich_text: (block) => h(RichText, { block }),
  header: (block) => h('h3', null, textOf(block['text'])),
  divider: () => h('hr', null),
  section: (block, p) =>
    h(
      'div',
      { class: 'section' },
      h(
        'div',
        null,
        block['text'] === undefined ? null : h('p', null, h(TextObject, { of: block['text'] })),
        listOf(block['fields']).map((field) => h('p', { class: 'field' }, h(TextObject, { of: field }))),
      ),
      objectOf(block['accessory'])['type'] === 'button'
        ? h(Press, { element: objectOf(block['accessory']), press: p.press })
        : null,
    ),
  context: (block) =>
    h(
      'p',
      { class: 'context' },
      listOf(block['elements']).map((element) => [h(TextObject, { of: element }), ' ']),
    ),
  actions: (block, p) =>
    h(
      'div',
      { class: 'actions' },
      listOf(block['elements']).map((element, i) =>
        h(Press, { element, press: p.press, key: `${wordOf(element['action_id'])}/${wordOf(element['value'])}/${i}` }),
      ),
    ),
  input: (block, p) => p.field?.(block) ?? unknown(block),
};

const unknown = (block: Json): JSX.Element =>
  h('p', { class: 'context' }, `(a block of the type ${wordOf(block['type'])}, not drawn here)`);

function Block(p: Drawn & { readonly block: Json }): JSX.Element {
  return draws[wordOf(p.block['type'])]?.(p.block, p) ?? unknown(p.block);
}

export function TextObject(p: { readonly of: unknown }): JSX.Element {
  const text = textOf(p.of);
  return objectOf(p.of)['type'] === 'mrkdwn' ? h(Mrkdwn, { text }) : h('span', { class: 'words' }, text);
}

function Press(p: { readonly element: Json; readonly press: Drawn['press'] }): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const style = wordOf(p.element['style']);
  return h(
    'button',
    {
      type: 'button',
      class: `press ${style}`,
      // Not `disabled`: whoever pressed it with the keyboard would lose their place.
      'aria-disabled': isBusy,
      onClick: () => {
        if (isBusy) return;
        setBusy(true);
        void p.press(p.element).finally(() => setBusy(false));
      },
    },
    textOf(p.element['text']),
  );
}
