/**
 * The Markdown that Teams reads in text blocks, facts and messages (learn.microsoft.com, "Text formatting in cards"), as elements and text
 * nodes: emphasis, links, lists; `\n\n` breaks a line, `\n` does so in lists alone. Whatever else it may look like is text.
 */
import { type ComponentChild, h, type JSX } from 'preact';
import { Link } from '../mrkdwn.ts';

/** A character with a backslash before it stands for itself (spec.commonmark.org, "Backslash escapes"). */
const tokens =
  /\\(?<literal>[!-/:-@[-`{-~])|(?<entity>&(?:lt|gt|amp|quot|#39);)|\[(?<label>(?:\\.|[^\]\\\n])*)\]\((?<to>(?:\\.|[^()\s\\])*)\)|(?<pair>\*\*|__)(?=\S)(?<bold>(?:\\.|[^\\])*?(?:\\.|[^\\\s]))\k<pair>|(?<![\w*])\*(?=\S)(?<starred>(?:\\.|[^*\\])*)(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)(?<italic>(?:\\.|[^_\\])*)(?<=\S)_(?!\w)/g;

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': "'" };

type Groups = Readonly<Record<string, string | undefined>>;

const draws: Readonly<Record<string, (text: string, groups: Groups) => ComponentChild>> = {
  literal: (text) => text,
  entity: (text) => entities[text] ?? text,
  label: (text, { to = '' }) => h(Link, { to: plain(to), label: plain(text) }),
  bold: (text) => h('strong', null, inline(text)),
  starred: (text) => h('em', null, inline(text)),
  italic: (text) => h('em', null, inline(text)),
};

function inline(text: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let from = 0;
  for (const match of text.matchAll(tokens)) {
    const groups: Groups = match.groups ?? {};
    const [kind, draw] = Object.entries(draws).find(([name]) => groups[name] !== undefined) ?? [];
    parts.push(text.slice(from, match.index), kind === undefined ? match[0] : draw?.(groups[kind] ?? '', groups));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

/** Text without its escapes: what stands in a link, or in a text that is all code. */
export const plain = (text: string): string =>
  text.replace(/\\([!-/:-@[-`{-~])|&(?:lt|gt|amp|quot|#39);/g, (whole, literal?: string) => literal ?? entities[whole] ?? whole);

const bullet = /^\s{0,3}[-*+]\s+/;
const number = /^\s{0,3}\d{1,9}[.)]\s+/;
const lists = [
  { marks: bullet, tag: 'ul' },
  { marks: number, tag: 'ol' },
] as const;

function block(text: string): JSX.Element {
  const lines = text.split(/\r\n?|\n/).filter((line) => line !== '');
  const list = lists.find(({ marks }) => marks.test(lines[0] ?? ''));
  if (list === undefined) return h('p', null, inline(lines.join(' ')));
  const items = lines.reduce<string[]>((all, line) => {
    if (list.marks.test(line)) all.push(line.replace(list.marks, ''));
    else all.push(`${all.pop() ?? ''} ${line}`);
    return all;
  }, []);
  return h(
    list.tag,
    null,
    items.map((item) => h('li', null, inline(item))),
  );
}

export function Markdown(p: { readonly text: string }): JSX.Element {
  return h('div', { class: 'markdown' }, p.text.split(/(?:\r\n?|\n){2,}/).map(block));
}
