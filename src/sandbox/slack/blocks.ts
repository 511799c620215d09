/** Slack's limits on blocks, as far as this bot can meet them. Each names the page that says so; test/sandbox/slack-blocks.test.ts. */

import { base, both, type Check, flag, isObject, list, optional, plain, repeated, text, textObject } from './checks.ts';
import { button, inputElement } from './elements.ts';

/** Where blocks can stand, how many of them, and whether something can be filled in there (docs.slack.dev/reference/block-kit/blocks). */
const surfaces = {
  message: { most: 50, at: '/blocks', inputs: false },
  modal: { most: 100, at: '/view/blocks', inputs: true },
  home: { most: 100, at: '/view/blocks', inputs: false },
} as const;
export type Surface = keyof typeof surfaces;

/** What Slack would find wrong with blocks, in the manner of its `response_metadata.messages`. Empty: nothing. */
export function faultsOf(blocks: unknown, on: Surface = 'message'): string[] {
  const { most, at, inputs } = surfaces[on];
  if (!Array.isArray(blocks)) return [`${base} an array [json-pointer:${at}]`];
  if (blocks.length > most) return [`no more than ${most} items allowed [json-pointer:${at}]`];
  const known = inputs ? { ...blockTypes, input } : blockTypes;
  const found = blocks.flatMap((block, i) => blockFaults(known, block, `${at}/${i}`));
  if (repeated(blocks.map((block) => (isObject(block) ? block.block_id : undefined))))
    found.push(`\`block_id\` already exists for another block [json-pointer:${at}]`);
  return found;
}

function blockFaults(known: Readonly<Record<string, Check>>, block: unknown, at: string): string[] {
  if (!isObject(block)) return [`${base} an object [json-pointer:${at}]`];
  const check = typeof block.type === 'string' && Object.hasOwn(known, block.type) ? known[block.type] : undefined;
  if (check === undefined) return [`unsupported type: ${String(block.type)} [json-pointer:${at}/type]`];
  return [...optional(block.block_id, (id) => text(id, 255, `${at}/block_id`)), ...check(block, at)];
}

const blockTypes: Readonly<Record<string, Check>> = {
  divider: () => [],
  // docs.slack.dev/reference/block-kit/blocks/header-block: plain_text, 150 characters.
  header: (block, at) => textObject(block.text, plain, 150, `${at}/text`),
  // docs.slack.dev/reference/block-kit/blocks/section-block: text of 3000, or 1 to 10 fields of 2000; one element beside it.
  section: (block, at) => {
    if (block.text === undefined && block.fields === undefined) return [`missing required field: text [json-pointer:${at}]`];
    return [
      ...optional(block.text, (value) => textObject(value, both, 3000, `${at}/text`)),
      ...optional(block.fields, (fields) => list(fields, 1, 10, `${at}/fields`, (f, p) => textObject(f, both, 2000, p))),
      ...optional(block.accessory, (element) => button(element, `${at}/accessory`)),
    ];
  },
  // docs.slack.dev/reference/block-kit/blocks/context-block: 10 elements.
  context: (block, at) => list(block.elements, 1, 10, `${at}/elements`, (element, p) => textObject(element, both, 3000, p)),
  // docs.slack.dev/reference/block-kit/blocks/actions-block: 25 elements; action ids unique in a block.
  actions: (block, at) => {
    const found = list(block.elements, 1, 25, `${at}/elements`, button);
    const ids = Array.isArray(block.elements) ? block.elements.map((e) => (isObject(e) ? e.action_id : undefined)) : [];
    return repeated(ids) ? [...found, `\`action_id\` already exists for another element [json-pointer:${at}]`] : found;
  },
  // docs.slack.dev/reference/block-kit/blocks/rich-text-block
  rich_text: (block, at) => list(block.elements, 1, Number.POSITIVE_INFINITY, `${at}/elements`, richPart),
};

/** docs.slack.dev/reference/block-kit/blocks/input-block: label and hint of 2000 characters. Nothing is sent while one types. */
function input(block: Parameters<Check>[0], at: string): string[] {
  return [
    ...textObject(block.label, plain, 2000, `${at}/label`),
    ...optional(block.hint, (value) => textObject(value, plain, 2000, `${at}/hint`)),
    ...optional(block.optional, (value) => flag(value, `${at}/optional`)),
    ...(block.dispatch_action === true ? [`unsupported: dispatch_action [json-pointer:${at}/dispatch_action]`] : []),
    ...inputElement(block.element, `${at}/element`),
  ];
}

const richParts = ['rich_text_section', 'rich_text_quote', 'rich_text_preformatted'];

function richPart(part: unknown, at: string): string[] {
  if (!isObject(part) || !richParts.includes(String(part.type))) return [`unsupported type [json-pointer:${at}/type]`];
  return list(part.elements, 1, Number.POSITIVE_INFINITY, `${at}/elements`, richElement);
}

/** Text and dates only: what else rich text knows (mentions, links, emoji) this bot has no use for, and it is refused here. */
function richElement(element: unknown, at: string): string[] {
  if (!isObject(element)) return [`${base} an object [json-pointer:${at}]`];
  if (element.type === 'text') return text(element.text, Number.POSITIVE_INFINITY, `${at}/text`);
  if (element.type !== 'date') return [`unsupported type: ${String(element.type)} [json-pointer:${at}/type]`];
  return [
    ...(Number.isInteger(element.timestamp) ? [] : [`${base} an integer [json-pointer:${at}/timestamp]`]),
    ...text(element.format, Number.POSITIVE_INFINITY, `${at}/format`),
  ];
}

/**
 * Whether all blocks of a message together are too long (`msg_blocks_too_long`). Slack documents no number; seen: 9,597 characters of
 * text were taken, 11,341 were not (github.com/slackapi/bolt-js/issues/2867). The stricter one is used.
 */
export function tooLong(blocks: unknown): boolean {
  return textLength(blocks) > 9_600;
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLength(item), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, v]) => sum + (key === 'text' && typeof v === 'string' ? v.length : textLength(v)),
    0,
  );
}
