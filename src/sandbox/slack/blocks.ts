/** Slack's limits on blocks, as far as this bot can meet them. Each names the page that says so; test/sandbox/slack-blocks.test.ts. */

type Json = Readonly<Record<string, unknown>>;

const base = 'must be';
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

type Check = (value: Json, at: string) => string[];

/**
 * What Slack would find wrong (`invalid_blocks`), in the manner of its `response_metadata.messages`. Empty: nothing.
 * A message takes 50 blocks (docs.slack.dev/reference/block-kit/blocks).
 */
export function faultsOf(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return [`${base} an array [json-pointer:/blocks]`];
  if (blocks.length > 50) return [`no more than 50 items allowed [json-pointer:/blocks]`];
  const found = blocks.flatMap((block, i) => blockFaults(block, `/blocks/${i}`));
  const ids = blocks.map((block) => (isObject(block) ? block.block_id : undefined)).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) found.push('`block_id` already exists for another block [json-pointer:/blocks]');
  return found;
}

function blockFaults(block: unknown, at: string): string[] {
  if (!isObject(block)) return [`${base} an object [json-pointer:${at}]`];
  const check = typeof block.type === 'string' && Object.hasOwn(blockTypes, block.type) ? blockTypes[block.type] : undefined;
  if (check === undefined) return [`unsupported type: ${String(block.type)} [json-pointer:${at}/type]`];
  return [...(block.block_id === undefined ? [] : text(block.block_id, 255, `${at}/block_id`)), ...check(block, at)];
}

const blockTypes: Readonly<Record<string, Check>> = {
  divider: () => [],
  // docs.slack.dev/reference/block-kit/blocks/header-block: plain_text, 150 characters.
  header: (block, at) => textObject(block.text, ['plain_text'], 150, `${at}/text`),
  // docs.slack.dev/reference/block-kit/blocks/section-block: text of 3000, or 1 to 10 fields of 2000.
  section: (block, at) => {
    if (block.text === undefined && block.fields === undefined) return [`missing required field: text [json-pointer:${at}]`];
    return [
      ...(block.text === undefined ? [] : textObject(block.text, both, 3000, `${at}/text`)),
      ...(block.fields === undefined ? [] : list(block.fields, 1, 10, `${at}/fields`, (f, p) => textObject(f, both, 2000, p))),
    ];
  },
  // docs.slack.dev/reference/block-kit/blocks/context-block: 10 elements.
  context: (block, at) => list(block.elements, 1, 10, `${at}/elements`, (element, p) => textObject(element, both, 3000, p)),
  // docs.slack.dev/reference/block-kit/blocks/actions-block: 25 elements; action ids unique in a block.
  actions: (block, at) => {
    const found = list(block.elements, 1, 25, `${at}/elements`, button);
    const ids = Array.isArray(block.elements) ? block.elements.map((e) => (isObject(e) ? e.action_id : undefined)) : [];
    const known = ids.filter((id) => id !== undefined);
    return new Set(known).size < known.length
      ? [...found, `\`action_id\` already exists for another element [json-pointer:${at}]`]
      : found;
  },
  // docs.slack.dev/reference/block-kit/blocks/rich-text-block
  rich_text: (block, at) => list(block.elements, 1, Number.POSITIVE_INFINITY, `${at}/elements`, richPart),
};

const both = ['plain_text', 'mrkdwn'];

/** docs.slack.dev/reference/block-kit/block-elements/button-element: text 75, action_id 255, value 2000, style primary or danger. */
function button(element: unknown, at: string): string[] {
  if (!isObject(element) || element.type !== 'button') return [`unsupported type [json-pointer:${at}]`];
  const { style } = element;
  return [
    ...textObject(element.text, ['plain_text'], 75, `${at}/text`),
    ...(element.action_id === undefined ? [] : text(element.action_id, 255, `${at}/action_id`)),
    ...(element.value === undefined ? [] : text(element.value, 2000, `${at}/value`)),
    ...(style === undefined || style === 'primary' || style === 'danger'
      ? []
      : [`${base} a valid enum value [json-pointer:${at}/style]`]),
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

/** docs.slack.dev/reference/block-kit/composition-objects/text-object: 1 to 3000 characters, less where the block says so. */
function textObject(value: unknown, types: readonly string[], most: number, at: string): string[] {
  if (!isObject(value)) return [`missing required field: text [json-pointer:${at}]`];
  if (!types.includes(String(value.type))) return [`unsupported type: ${String(value.type)} [json-pointer:${at}/type]`];
  if (value.emoji !== undefined && value.type !== 'plain_text') return [`no more than 0 properties [json-pointer:${at}/emoji]`];
  return text(value.text, most, `${at}/text`);
}

function text(value: unknown, most: number, at: string): string[] {
  if (typeof value !== 'string') return [`${base} a string [json-pointer:${at}]`];
  if (value.length === 0) return [`${base} more than 0 characters [json-pointer:${at}]`];
  return value.length > most ? [`${base} less than ${most + 1} characters [json-pointer:${at}]`] : [];
}

function list(value: unknown, least: number, most: number, at: string, each: (item: unknown, at: string) => string[]): string[] {
  if (!Array.isArray(value)) return [`${base} an array [json-pointer:${at}]`];
  if (value.length < least) return [`no fewer than ${least} items allowed [json-pointer:${at}]`];
  if (value.length > most) return [`no more than ${most} items allowed [json-pointer:${at}]`];
  return value.flatMap((item, i) => each(item, `${at}/${i}`));
}

/**
 * Whether all blocks together are too long (`msg_blocks_too_long`). Slack documents no number; seen: 9,597 characters of text were
 * taken, 11,341 were not (github.com/slackapi/bolt-js/issues/2867). The stricter one is used.
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
