/**
 * Somebody's own words as they are kept: whole, but without what could make them read as something else. NUL and control characters
 * go (but line feed and tab stay), and so do the characters that turn the direction of text (Unicode TR 36, "Bidirectional Text
 * Spoofing"). A half of a surrogate pair, which no store takes, becomes U+FFFD. Mentions, links and markup stay as they are: they are
 * words, and the renderer escapes them.
 */
export function plainReason(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
}
