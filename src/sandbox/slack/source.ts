/** What a person sees of a message, as data: its source with every word in reading order, its code blocks, its buttons. */

type Json = Readonly<Record<string, unknown>>;

export interface ShownButton {
  readonly id: string;
  readonly label: string;
}

export interface Shown {
  readonly text: string;
  readonly code: readonly string[];
  readonly buttons: readonly ShownButton[];
}

/** A button with what its press carries. */
export interface Pressable extends ShownButton {
  readonly blockId: string;
  /** Empty: nothing. */
  readonly value: string;
  readonly element: Json;
}

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Literal text as mrkdwn spells it: the three characters that are control characters there. */
function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function unescapeText(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

/** Blocks are shown where there are any; `text` is for notifications then (docs.slack.dev/reference/methods/chat.postMessage). */
export function shown(message: { readonly text: string; readonly blocks: readonly Json[] }): Shown {
  const { blocks } = message;
  if (blocks.length === 0) return { text: message.text, code: mrkdwnCode(message.text), buttons: [] };
  return {
    text: blocks
      .map(blockSource)
      .filter((text) => text !== '')
      .join('\n'),
    code: blocks.flatMap(blockCode),
    buttons: pressables(blocks).map(({ id, label }) => ({ id, label })),
  };
}

/** The buttons, in reading order: in their own block, or beside a text. */
export function pressables(blocks: readonly Json[]): Pressable[] {
  return blocks.flatMap((block) =>
    buttonsIn(block).map((element) => ({
      id: word(element.action_id),
      label: word((element.text as Json | undefined)?.text),
      blockId: word(block.block_id),
      value: word(element.value),
      element,
    })),
  );
}

function buttonsIn(block: Json): readonly Json[] {
  if (block.type === 'actions') return list(block.elements);
  return block.type === 'section' && block.accessory !== undefined ? [block.accessory as Json] : [];
}

/** A button by its id, or by its label regardless of case and of the dots that say that more will be asked. */
export function buttonCalled(blocks: readonly Json[], name: string, value?: string): Pressable | undefined {
  const wanted = plainLabel(name);
  return pressables(blocks).find(
    (b) => (b.id === name || plainLabel(b.label) === wanted) && (value === undefined || b.value === value),
  );
}

const plainLabel = (label: string): string => label.toLowerCase().replace(/\s*(…|\.\.\.)$/, '');

function blockSource(block: Json): string {
  switch (block.type) {
    case 'rich_text':
      return list(block.elements).map(richSource).join('\n');
    case 'section':
      return [
        ...[block.text, ...list(block.fields)].map(textSource),
        ...buttonsIn(block).map((element) => `[${textSource(element.text)}]`),
      ]
        .filter(Boolean)
        .join('\n');
    case 'input':
      return [block.label, block.hint].map(textSource).filter(Boolean).join('\n');
    case 'header':
      return textSource(block.text);
    case 'context':
      return joined(list(block.elements).map(textSource));
    case 'actions':
      return list(block.elements)
        .map((element) => `[${textSource(element.text)}]`)
        .join(' ');
    default:
      return '';
  }
}

/** Neighbours in a context block stand apart on the screen. */
function joined(parts: readonly string[]): string {
  return parts.reduce((all, part) => (all === '' || /\s$/.test(all) || /^\s/.test(part) ? all + part : `${all} ${part}`), '');
}

function textSource(value: unknown): string {
  const text = (value ?? {}) as Json;
  return text.type === 'plain_text' ? escapeText(word(text.text)) : word(text.text);
}

function richSource(part: Json): string {
  const inner = list(part.elements).map(elementSource).join('');
  if (part.type === 'rich_text_preformatted') return `\`\`\`${inner}\`\`\``;
  return part.type === 'rich_text_quote' ? `&gt; ${inner.replace(/\n/g, '\n&gt; ')}` : inner;
}

/** A date as mrkdwn spells it (docs.slack.dev/messaging/formatting-message-text, "Date formatting"). */
function elementSource(element: Json): string {
  if (element.type === 'date')
    return `<!date^${String(element.timestamp)}^${word(element.format)}|${escapeText(word(element.fallback))}>`;
  return escapeText(word(element.text));
}

function blockCode(block: Json): string[] {
  if (block.type === 'rich_text') {
    return list(block.elements)
      .filter((part) => part.type === 'rich_text_preformatted')
      .map((part) =>
        list(part.elements)
          .map((element) => word(element.text))
          .join(''),
      );
  }
  const texts =
    block.type === 'section' ? [block.text, ...list(block.fields)] : block.type === 'context' ? list(block.elements) : [];
  return texts.flatMap((text) => ((text as Json | undefined)?.type === 'mrkdwn' ? mrkdwnCode(word((text as Json).text)) : []));
}

function mrkdwnCode(text: string): string[] {
  return [...text.matchAll(/```\n?([\s\S]*?)\n?```/g)].map((match) => unescapeText(match[1] ?? ''));
}
