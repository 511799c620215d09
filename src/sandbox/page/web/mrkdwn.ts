/**
 * Slack's mrkdwn as elements and text nodes (docs.slack.dev/messaging/formatting-message-text). What it does not know stays as it was
 * typed; nothing in it can become markup.
 */
import { type ComponentChild, h, type JSX } from 'preact';
import { Slacks } from './when.ts';

const tokens =
  /```\n?(?<block>[\s\S]*?)\n?```|`(?<code>[^`\n]+)`|<(?<special>[^<>\n]+)>|(?<![\w*])\*(?<bold>[^*\n]+)\*(?![\w*])|(?<![\w_])_(?<italic>[^_\n]+)_(?![\w_])|(?<![\w~])~(?<struck>[^~\n]+)~(?![\w~])/g;

const unescaped = (text: string): string => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

const kinds: Readonly<Record<string, (text: string) => ComponentChild>> = {
  block: (text) => h('pre', { class: 'inline' }, unescaped(text)),
  code: (text) => h('code', null, unescaped(text)),
  special,
  bold: (text) => h('strong', null, unescaped(text)),
  italic: (text) => h('em', null, unescaped(text)),
  struck: (text) => h('s', null, unescaped(text)),
};

export function Mrkdwn(p: { readonly text: string }): JSX.Element {
  const parts: ComponentChild[] = [];
  let from = 0;
  for (const match of p.text.matchAll(tokens)) {
    parts.push(unescaped(p.text.slice(from, match.index)));
    const [kind = '', text = ''] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    parts.push(kinds[kind]?.(text) ?? match[0]);
    from = match.index + match[0].length;
  }
  return h('span', { class: 'words' }, ...parts, unescaped(p.text.slice(from)));
}

/** `<!date^…>`, `<@U…>`, `<#C…|name>`, `<!channel>`, `<https://…|label>` */
function special(inside: string): ComponentChild {
  const [what = '', label = ''] = inside.split('|', 2);
  if (what.startsWith('!date^')) {
    const [, at, format = ''] = what.split('^');
    return h(Slacks, { at: new Date(Number(at) * 1000), format, fallback: unescaped(label) });
  }
  if (what.startsWith('!') || what.startsWith('@') || what.startsWith('#'))
    return h('span', { class: 'mention' }, `${what[0] === '#' ? '#' : '@'}${unescaped(label || what.slice(1))}`);
  return h(Link, { to: unescaped(what), label: unescaped(label || what) });
}

/** A link leads to the web or to a mail program, or it is text. */
export function Link(p: { readonly to: string; readonly label: string }): JSX.Element {
  return /^(https?|mailto):/.test(p.to)
    ? h('a', { href: p.to, target: '_blank', rel: 'noopener noreferrer' }, p.label)
    : h('span', null, p.label);
}
