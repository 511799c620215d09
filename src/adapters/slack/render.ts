/**
 * A card as Block Kit. Values go into rich_text and plain_text, which hold literal text: no value can become a mention, a link or
 * a format, and a code block is copied exactly as it is (docs.slack.dev/reference/block-kit/blocks/rich-text-block).
 */

import type { types } from '@slack/bolt';
import { type Block, type Button, type Card, plainText, type Run, runs, type Text, utc } from '../../core/messages/card.ts';
import { cut, cutMark, escapedWithin, harmless, oneLine } from './plain.ts';

type Element = types.RichTextElement;
type Section = types.RichTextSection | types.RichTextQuote | types.RichTextPreformatted;

export interface SlackMessage {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

/**
 * Slack's limits, with a margin. 50 blocks a message, 25 elements an actions block, 10 a context block, 75 characters a button
 * (docs.slack.dev/reference/block-kit/blocks). All blocks together: undocumented, `msg_blocks_too_long` was seen at 11,341
 * characters and not at 9,597 (github.com/slackapi/bolt-js/issues/2867). chat.update takes 4,000 characters of `text`.
 */
const most = {
  blocks: 50,
  actionsBlocks: 10,
  actions: 25,
  contextElements: 10,
  label: 75,
  fallback: 3000,
  total: 9400,
  code: 7000,
  codeBlocks: 10,
};
const room = { title: 300, text: 2500, note: 1000, label: 80, fact: 500, facts: 30, quote: 1500 };
/** What an element and a block weigh beside their text, in characters of JSON. */
const weight = { element: 45, block: 60 };

/** Any card within Slack's limits: too long values are cut visibly, but a code block is shown whole or not at all. */
export function render(card: Card): SlackMessage {
  const fixed = wholeBlocks(card.blocks);
  const actions = fixed.flat().filter((block) => block.type === 'actions').length;
  const title = titleBlock(card.title);
  let left = most.total - weigh([title]) - weigh(fixed.flat());
  let slots = most.blocks - 2 - actions - fixed.flat().filter((block) => block.type !== 'actions').length;
  let isCut = false;
  const body = card.blocks.flatMap((block, i) => {
    const ready = fixed[i] ?? [];
    if (ready.length > 0 || block.kind === 'buttons' || block.kind === 'code') {
      isCut ||= ready.length === 0;
      return ready;
    }
    const made = flowing(block);
    if (made.length === 0) return [];
    if (slots < made.length || left < weigh(made)) {
      isCut = true;
      return [];
    }
    slots -= made.length;
    left -= weigh(made);
    return made;
  });
  return {
    text: escapedWithin(harmless(plainText(flat(card))) || cutMark, most.fallback),
    blocks: [title, ...body, ...(isCut ? [rich([section([{ type: 'text', text: cutMark }])])] : [])],
  };
}

/** The card for its plain-text fallback, in which nothing but a line break sets values apart: they must not bring their own. */
function flat(card: Card): Card {
  const line = (text: Text) =>
    text.map((run) => (typeof run === 'string' ? oneLine(run) : 'at' in run ? run : oneLine(runs([run]))));
  const blocks = card.blocks.map((block): Block => {
    if (block.kind === 'quote') return { ...block, label: oneLine(block.label), text: oneLine(block.text) };
    if (block.kind === 'facts')
      return { ...block, facts: block.facts.map((f) => ({ label: oneLine(f.label), text: line(f.text) })) };
    return block;
  });
  return { title: line(card.title), blocks };
}

/** Buttons and code, which are shown whole or not at all: made before everything else. Block by block, empty for the others. */
function wholeBlocks(blocks: readonly Block[]): types.KnownBlock[][] {
  let code = most.code;
  let slots = most.codeBlocks;
  let rows = most.actionsBlocks;
  return blocks.map((block) => {
    if (block.kind === 'buttons') {
      const made = actionsBlocks(block.buttons).slice(0, rows);
      rows -= made.length;
      return made;
    }
    if (block.kind !== 'code' || slots === 0) return [];
    const made = codeBlock(block.code, code);
    slots -= made.length;
    code -= Math.min(weigh(made), code);
    return made;
  });
}

function flowing(block: Block): types.KnownBlock[] {
  switch (block.kind) {
    case 'text':
      return richText(elements(block.text, room.text));
    case 'note':
      return noteBlock(block.text);
    case 'facts':
      return richText(block.facts.slice(0, room.facts).flatMap(factLine));
    case 'quote':
      return quoteBlock(block.label, block.text);
    case 'code':
    case 'buttons':
      return [];
  }
}

function titleBlock(title: Text): types.KnownBlock {
  const made = elements(title.map(inOneLine), room.title).map((e) => ({ ...e, style: { ...styleOf(e), bold: true } }) as Element);
  return rich([section(made.length > 0 ? made : [{ type: 'text', text: cutMark }])]);
}

function factLine(fact: { readonly label: string; readonly text: Text }, index: number): Element[] {
  const label = cut(oneLine(fact.label), room.label);
  return [
    ...(index > 0 ? [{ type: 'text', text: '\n' } as const] : []),
    { type: 'text', text: `${label}: `, style: { bold: true } },
    ...elements(fact.text.map(inOneLine), room.fact),
  ];
}

function quoteBlock(label: string, text: string): types.KnownBlock[] {
  const words = cut(harmless(text), room.quote);
  const head = section([{ type: 'text', text: `${cut(oneLine(label), room.label)}:`, style: { bold: true } }]);
  return [rich(words === '' ? [head] : [head, { type: 'rich_text_quote', elements: [{ type: 'text', text: words }] }])];
}

/** A code block whole, or a sentence in its place: half a command must not be there to be copied. */
function codeBlock(code: string, space: number): types.KnownBlock[] {
  const exact = harmless(code);
  if (exact === '') return [];
  if (exact.length <= space) return [rich([{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: exact }] }])];
  return [
    rich([section([{ type: 'text', text: `(${exact.length} characters, too long for this message: nothing of it is shown)` }])]),
  ];
}

/** Small print. A context block has no rich_text: literal text is plain_text, only a date is mrkdwn, and it is all ours. */
function noteBlock(text: Text): types.KnownBlock[] {
  const made: (types.PlainTextElement | types.MrkdwnElement)[] = [];
  // Looks are lost in plain text, and neighbours of a context block stand apart: one element from date to date.
  for (const run of merged(text.map((r) => (typeof r !== 'string' && 'at' in r ? r : runs([r]))))) {
    if (typeof run !== 'string' && 'at' in run) {
      made.push({
        type: 'mrkdwn',
        text: `<!date^${seconds(run.at)}^${formats[run.style]}|${utc(run.at, run.style)}>`,
        verbatim: true,
      });
    } else if (runs([run]) !== '') {
      made.push({ type: 'plain_text', text: cut(harmless(runs([run])), room.note), emoji: false });
    }
  }
  if (made.length === 0) return [];
  const few = made.length <= most.contextElements;
  return [
    {
      type: 'context',
      elements: few ? made : [{ type: 'plain_text', text: cut(harmless(runs(text)), room.note), emoji: false }],
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

// ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Tokens of Slack's own (docs.slack.dev/messaging/formatting-message-text, "Date formatting"). */
const formats = { time: '{time}', date: '{date_short_pretty} {time}' } as const;

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

/** Neighbouring plain runs as one. */
function merged(text: Text): Run[] {
  const out: Run[] = [];
  for (const run of text) {
    const last = out.at(-1);
    if (typeof run === 'string' && typeof last === 'string') out[out.length - 1] = last + run;
    else out.push(run);
  }
  return out;
}

function inOneLine(run: Run): Run {
  return typeof run === 'string' ? oneLine(run) : run;
}

/** Runs as rich text, at most `space` characters. */
function elements(text: Text, space: number): Element[] {
  const out: Element[] = [];
  let left = space;
  for (const run of merged(text)) {
    if (left < 0) break;
    const element = elementOf(run, left);
    if (element === null) continue;
    out.push(element);
    left -= element.type === 'text' ? element.text.length + weight.element / 3 : weight.element;
  }
  if (left < 0 && out.at(-1)?.type !== 'text') out.push({ type: 'text', text: cutMark });
  return out;
}

function elementOf(run: Run, left: number): Element | null {
  if (typeof run === 'string') return textOf(harmless(run), left);
  if ('strong' in run) return textOf(oneLine(run.strong), left, { bold: true });
  if ('code' in run) return textOf(oneLine(run.code), left, { code: true });
  return { type: 'date', timestamp: seconds(run.at), format: formats[run.style], fallback: utc(run.at, run.style) };
}

/** Slack refuses empty text elements (`invalid_blocks`). */
function textOf(text: string, left: number, style?: { bold?: true; code?: true }): Element | null {
  if (text === '') return null;
  return { type: 'text', text: cut(text, Math.max(left, cutMark.length)), ...(style === undefined ? {} : { style }) };
}

function styleOf(element: Element): object {
  return 'style' in element && element.style !== undefined ? element.style : {};
}

const section = (made: Element[]): types.RichTextSection => ({ type: 'rich_text_section', elements: made });
const rich = (sections: Section[]): types.RichTextBlock => ({ type: 'rich_text', elements: sections });
const richText = (made: Element[]): types.KnownBlock[] => (made.length === 0 ? [] : [rich([section(made)])]);

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
