/** docs.slack.dev/reference/block-kit/blocks/rich-text-block */
import { type ComponentChild, h, type JSX } from 'preact';
import { Code } from './copy.ts';
import { type Json, listOf, objectOf, wordOf } from './json.ts';
import { Link } from './mrkdwn.ts';
import { Slacks } from './when.ts';

const looks = { code: 'code', strike: 's', italic: 'em', bold: 'strong' } as const;

const parts: Readonly<Record<string, (part: Json) => JSX.Element>> = {
  rich_text_section: (part) => h('p', { class: 'words' }, inline(part)),
  rich_text_quote: (part) => h('blockquote', { class: 'words' }, inline(part)),
  rich_text_preformatted: (part) => {
    const code = listOf(part['elements'])
      .map((element) => wordOf(element['text']))
      .join('');
    return h(Code, { code, label: /\bcockroach sql\b/.test(code) ? 'the login command' : 'this text' });
  },
  rich_text_list: (part) =>
    h(
      part['style'] === 'ordered' ? 'ol' : 'ul',
      null,
      listOf(part['elements']).map((item) => h('li', null, inline(item))),
    ),
};

export function RichText(p: { readonly block: Json }): JSX.Element {
  return h(
    'div',
    { class: 'rich' },
    listOf(p.block['elements']).map((part) => parts[wordOf(part['type'])]?.(part) ?? h('p', null, `(${wordOf(part['type'])})`)),
  );
}

function inline(part: Json): ComponentChild[] {
  return listOf(part['elements']).map(
    (element) => elements[wordOf(element['type'])]?.(element) ?? `(${wordOf(element['type'])})`,
  );
}

const elements: Readonly<Record<string, (element: Json) => ComponentChild>> = {
  text: (element) => {
    const style = objectOf(element['style']);
    return Object.entries(looks).reduce<ComponentChild>(
      (inner, [name, tag]) => (style[name] === true ? h(tag, null, inner) : inner),
      wordOf(element['text']),
    );
  },
  date: (element) =>
    h(Slacks, {
      at: new Date(Number(element['timestamp']) * 1000),
      format: wordOf(element['format']),
      fallback: wordOf(element['fallback']),
    }),
  link: (element) => h(Link, { to: wordOf(element['url']), label: wordOf(element['text']) || wordOf(element['url']) }),
  user: (element) => h('span', { class: 'mention' }, `@${wordOf(element['user_id'])}`),
  channel: (element) => h('span', { class: 'mention' }, `#${wordOf(element['channel_id'])}`),
  broadcast: (element) => h('span', { class: 'mention' }, `@${wordOf(element['range'])}`),
};
