/** The Markdown that Teams reads in a text block: what is seen of it (learn.microsoft.com, "cards-format", "Format Adaptive Cards with Markdown"). */

/** Backslash escapes as CommonMark has them: any ASCII punctuation. */
const escaped = /\\([!-/:-@[-`{-~])/g;
/** Stands for an escaped character while the rest is read. */
const held = (character: string): string => String.fromCodePoint(0xe000 + (character.codePointAt(0) ?? 0));
const released = (text: string): string =>
  text.replace(/[\ue000-\ue07f]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) - 0xe000));
const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': "'" };

/** Text as it is read: emphasis and links give their words. A link that somebody smuggled in therefore hides its address here too. */
export function marked(text: string): string {
  const read = text
    .replace(escaped, (_, character: string) => held(character))
    .replace(/\[([^\]\n]*)\]\([^)\s]*\)/g, '$1')
    .replace(/(\*\*|__)(?=\S)([\s\S]*?\S)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=[^\s*])([^*]*[^\s*])\*(?![\w*])/g, '$1')
    .replace(/(?<!\w)_(?=[^\s_])([^_]*[^\s_])_(?!\w)/g, '$1')
    .replace(/&(?:lt|gt|amp|quot|#39);/g, (entity) => entities[entity] ?? entity);
  return released(read);
}

/** `{{DATE(2026-11-24T14:03:00Z, SHORT)}}` and `{{TIME(…)}}`, which a client shows in the reader's zone; here in UTC. */
export function plainDates(text: string): string {
  return text.replace(/\{\{(DATE|TIME)\(([^,)]+)(?:,[^)]*)?\)\}\}/g, (whole, kind: string, at: string) => {
    const iso = Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString();
    if (iso === null) return whole;
    return kind === 'DATE' ? iso.slice(0, 10) : `${iso.slice(11, 16)} UTC`;
  });
}
