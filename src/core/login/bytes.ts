/** Base64 and UTF-8 for the parts of a token: the core has neither Buffer nor TextDecoder. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const sextets: ReadonlyMap<string, number> = new Map([
  ...[...alphabet].map((char, i): [string, number] => [char, i]),
  ['-', 62],
  ['+', 62],
  ['_', 63],
  ['/', 63],
]);

/** Base64 in either alphabet, padded or not, as jwx reads it (internal/base64). The error is Go's. */
export function decodeBase64(text: string): { readonly bytes: readonly number[] } | { readonly error: string } {
  const body = text.replace(/=+$/, '');
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const [i, char] of [...body].entries()) {
    const sextet = sextets.get(char);
    if (sextet === undefined) return { error: `illegal base64 data at input byte ${i}` };
    held = ((held << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return body.length % 4 === 1 ? { error: `illegal base64 data at input byte ${body.length - 1}` } : { bytes };
}

const replacement = 0xfffd;
/** By the lead byte: how many bytes follow, and the smallest code point that may be written so. */
const leads: readonly { readonly mask: number; readonly mark: number; readonly more: number; readonly from: number }[] = [
  { mask: 0x80, mark: 0x00, more: 0, from: 0 },
  { mask: 0xe0, mark: 0xc0, more: 1, from: 0x80 },
  { mask: 0xf0, mark: 0xe0, more: 2, from: 0x800 },
  { mask: 0xf8, mark: 0xf0, more: 3, from: 0x10000 },
];

function codePoint(bytes: readonly number[], at: number): { readonly code: number; readonly size: number } {
  const lead = bytes[at] ?? 0;
  const form = leads.find(({ mask, mark }) => (lead & mask) === mark);
  if (form === undefined) return { code: replacement, size: 1 };
  const rest = bytes.slice(at + 1, at + 1 + form.more);
  const code = rest.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), lead & ~form.mask);
  const broken = rest.length < form.more || rest.some((byte) => (byte & 0xc0) !== 0x80);
  const wrong = broken || code < form.from || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
  return wrong ? { code: replacement, size: 1 } : { code, size: 1 + form.more };
}

/** UTF-8 to text; what is no UTF-8 becomes U+FFFD, as in Go's encoding/json. */
export function decodeUtf8(bytes: readonly number[]): string {
  const chars: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = codePoint(bytes, at);
    chars.push(String.fromCodePoint(code));
    at += size;
  }
  return chars.join('');
}
