/**
 * A card's blocks as Block Kit's. Values go into rich_text and plain_text, which hold literal text: no value can become a mention, a
 * link or a format, and a code block is copied exactly as it is (docs.slack.dev/reference/block-kit/blocks/rich-text-block).
 */

import type { types } from '@slack/bolt';
import { type Block, type Button, commandName, merged, runs, type Text, utc } from '../../core/messages/card.ts';
import { cut, cutMark, harmless, inOneLine, oneLine } from '../../core/messages/harmless.ts';
import { pieces } from './plain.ts';
import { blockText, type Element, elements, formats, rich, richText, seconds, section, weight } from './runs.ts';

/** How much a surface holds. Slack's limits with a margin, and ours where Slack has none. */
export interface Limits {
  /** Of any kind (docs.slack.dev/reference/block-kit/blocks: 50 a message, 100 a view). */
  readonly blocks: number;
  /** Characters of all blocks together, what carries them included. */
  readonly total: number;
  readonly code: number;
  readonly codeBlocks: number;
  /** Rows of buttons. */
  readonly actionsBlocks: number;
  readonly text: number;
  readonly note: number;
  readonly fact: number;
  readonly facts: number;
  readonly quote: number;
}

/**
 * All blocks of a message together: undocumented, `msg_blocks_too_long` was seen at 11,341 characters and not at 9,597
 * (github.com/slackapi/bolt-js/issues/2867).
 */
export const messageLimits: Limits = {
  blocks: 50,
  total: 9400,
  code: 7000,
  codeBlocks: 10,
  actionsBlocks: 10,
  text: 2500,
  note: 1000,
  fact: 500,
  facts: 30,
  quote: 1500,
};

/** A view may weigh 250 kB (docs.slack.dev/reference/methods/views.open, `view_too_large`): a text of 10,000 characters is shown whole. */
export const viewLimits: Limits = {
  blocks: 100,
  total: 40_000,
  code: 12_000,
  codeBlocks: 20,
  actionsBlocks: 30,
  text: 12_000,
  note: 2000,
  fact: 2500,
  facts: 60,
  quote: 12_000,
};

/** 25 elements an actions block, 10 a context block, 75 characters a button (docs.slack.dev/reference/block-kit). */
const most = { actions: 25, contextElements: 10, label: 75 };
const labelRoom = 80;

/**
 * Any blocks within a surface's limits: too long values are cut visibly, but a code block is shown whole or not at all.
 *
 * @param taken what else stands on the surface
 */
export function blocksOf(blocks: readonly Block[], limits: Limits, taken: readonly types.KnownBlock[]): types.KnownBlock[] {
  const fixed = wholeBlocks(blocks, limits);
  const cutBlock = rich([section([{ type: 'text', text: cutMark }])]);
  let left = limits.total - weigh(taken) - weigh(fixed.flat());
  let slots = limits.blocks - taken.length - 1 - fixed.flat().length;
  let isCut = false;
  const body = blocks.flatMap((block, i) => {
    const ready = fixed[i] ?? [];
    if (ready.length > 0 || block.kind === 'buttons' || block.kind === 'code') {
      isCut ||= ready.length === 0;
      return ready;
    }
    const made = flowing(block, limits);
    if (made.length === 0) return [];
    if (slots < made.length || left < weigh(made)) {
      isCut = true;
      return [];
    }
    slots -= made.length;
    left -= weigh(made);
    return made;
  });
  return isCut ? [...body, cutBlock] : body;
}

/** Buttons and code, which are shown whole or not at all: made before everything else. Block by block, empty for the others. */
function wholeBlocks(blocks: readonly Block[], limits: Limits): types.KnownBlock[][] {
  let { code, codeBlocks } = limits;
  let rows = limits.actionsBlocks;
  return blocks.map((block) => {
    if (block.kind === 'buttons') {
      const made = actionsBlocks(block.buttons).slice(0, rows);
      rows -= made.length;
      return made;
    }
    if (block.kind !== 'code' || codeBlocks === 0) return [];
    const made = codeBlock(block.code, code);
    codeBlocks -= made.length;
    code -= Math.min(weigh(made), code);
    return made;
  });
}

function flowing(block: Block, limits: Limits): types.KnownBlock[] {
  switch (block.kind) {
    case 'text':
      return richText(elements(block.text, limits.text));
    case 'note':
      return noteBlock(block.text, limits.note);
    case 'facts':
      return richText(block.facts.slice(0, limits.facts).flatMap((fact, i) => factLine(fact, i, limits.fact)));
    case 'quote':
      return quoteBlocks(block.label, block.text, limits.quote);
    case 'code':
    case 'buttons':
      return [];
  }
}

function factLine(fact: { readonly label: string; readonly text: Text }, index: number, room: number): Element[] {
  const label = cut(oneLine(fact.label), labelRoom);
  return [
    ...(index > 0 ? [{ type: 'text', text: '\n' } as const] : []),
    { type: 'text', text: `${label}: `, style: { bold: true } },
    ...elements(fact.text.map(inOneLine), room),
  ];
}

function quoteBlocks(label: string, text: string, room: number): types.KnownBlock[] {
  const [first = '', ...rest] = pieces(cut(harmless(text), room), blockText);
  const head = section([{ type: 'text', text: `${cut(oneLine(label), labelRoom)}:`, style: { bold: true } }]);
  return [rich(first === '' ? [head] : [head, quoted(first)]), ...rest.map((piece) => rich([quoted(piece)]))];
}

const quoted = (text: string): types.RichTextQuote => ({ type: 'rich_text_quote', elements: [{ type: 'text', text }] });

/** A code block whole, or a sentence in its place: half a command must not be there to be copied. */
function codeBlock(code: string, space: number): types.KnownBlock[] {
  const exact = harmless(code);
  if (exact === '') return [];
  if (exact.length <= space) return [rich([{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: exact }] }])];
  return [
    rich([section([{ type: 'text', text: `(${exact.length} characters, too long to be shown here: nothing of it is shown)` }])]),
  ];
}

/** Small print. A context block has no rich_text: literal text is plain_text, only a date is mrkdwn, and it is all ours. */
function noteBlock(text: Text, room: number): types.KnownBlock[] {
  const made: (types.PlainTextElement | types.MrkdwnElement)[] = [];
  // Looks are lost in plain text, and neighbours of a context block stand apart: one element from date to date.
  for (const run of merged(text.map((r) => (typeof r !== 'string' && 'at' in r ? r : runs([r], commandName))))) {
    if (typeof run !== 'string' && 'at' in run) {
      made.push({
        type: 'mrkdwn',
        text: `<!date^${seconds(run.at)}^${formats[run.style]}|${utc(run.at, run.style)}>`,
        verbatim: true,
      });
    } else if (runs([run], commandName) !== '') {
      made.push({ type: 'plain_text', text: cut(harmless(runs([run], commandName)), room), emoji: false });
    }
  }
  if (made.length === 0) return [];
  const few = made.length <= most.contextElements;
  return [
    {
      type: 'context',
      elements: few ? made : [{ type: 'plain_text', text: cut(harmless(runs(text, commandName)), room), emoji: false }],
    },
  ];
}

/** Action ids are unique in a block (docs.slack.dev/reference/block-kit/block-elements/button-element), so a second one opens another. */
function actionsBlocks(buttons: readonly Button[]): types.KnownBlock[] {
  const rows: Button[][] = [];
  for (const button of buttons) {
    const row = rows.at(-1);
    if (row === undefined || row.length === most.actions || row.some((b) => b.id === button.id)) rows.push([button]);
    else row.push(button);
  }
  return rows.map((row) => ({ type: 'actions', elements: row.map(buttonElement) }));
}

function buttonElement(button: Button): types.Button {
  const label = cut(oneLine(button.label), most.label) || button.id.slice(0, most.label);
  return {
    type: 'button',
    action_id: button.id,
    ...(button.about === '' ? {} : { value: button.about }),
    text: { type: 'plain_text', text: label, emoji: false },
    ...(button.look === undefined ? {} : { style: button.look }),
  };
}

/** The text of blocks and what carries it, in characters. */
function weigh(blocks: readonly types.KnownBlock[]): number {
  return blocks.reduce((sum, block) => sum + weight.block + weighValue(block), 0);
}

function weighValue(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weighValue(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const own =
    'text' in value && typeof value.text === 'string'
      ? value.text.length + weight.element
      : 'timestamp' in value
        ? 2 * weight.element
        : 0;
  return own + Object.values(value).reduce((sum: number, item) => sum + weighValue(item), 0);
}
