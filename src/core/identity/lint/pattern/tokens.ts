/** An RE2 pattern cut into its tokens (https://pkg.go.dev/regexp/syntax). The texts of all tokens are the pattern again. */

export type Token = { readonly text: string } & (
  | { readonly kind: 'char'; readonly char: string }
  /** One character out of several: a class, `\d`, `.`, or one that is written by its number. */
  | { readonly kind: 'set' }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'open'; readonly captures: boolean; readonly flags: string }
  /** `(?i)`: from here to the end of the group. */
  | { readonly kind: 'flags'; readonly flags: string }
  | { readonly kind: 'close' | 'or' }
  /** `most` null: as often as one likes. */
  | { readonly kind: 'repeat'; readonly least: number; readonly most: number | null }
  /** `\Q…\E`: these characters as they are. */
  | { readonly kind: 'quoted'; readonly chars: string }
);

export type Assertion = 'begin' | 'end' | 'edge' | 'no-edge';

type Found = readonly (string | undefined)[];

const assertions: Readonly<Record<string, Assertion>> = {
  '^': 'begin',
  '\\A': 'begin',
  $: 'end',
  '\\z': 'end',
  '\\b': 'edge',
  '\\B': 'no-edge',
};
const often: Readonly<Record<string, readonly [number, number | null]>> = { '*': [0, null], '+': [1, null], '?': [0, 1] };

/** The first that fits is it. */
const forms: readonly (readonly [RegExp, (found: Found) => Token])[] = [
  [/\\Q(.*?)(?:\\E|$)/suy, ([text = '', chars = '']) => ({ kind: 'quoted', text, chars })],
  [/\\[AzbB]|[$^]/uy, ([text = '']) => ({ kind: 'assert', text, what: assertions[text] ?? 'begin' })],
  [
    /\\(?:[dwsDWSaftnrv]|[pP](?:\{[^}]*\}|.)|x\{[\da-fA-F]+\}|x[\da-fA-F]{2}|[0-7]{1,3})/uy,
    ([text = '']) => ({ kind: 'set', text }),
  ],
  [/\\(.)/suy, ([text = '', char = '']) => ({ kind: 'char', text, char })],
  [/\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\./suy, ([text = '']) => ({ kind: 'set', text })],
  [/\(\?([imsU-]+)\)/uy, ([text = '', flags = '']) => ({ kind: 'flags', text, flags })],
  [/\(\?([imsU-]*):/uy, ([text = '', flags = '']) => ({ kind: 'open', text, captures: false, flags })],
  [/\((?:\?P?<\w+>)?/uy, ([text = '']) => ({ kind: 'open', text, captures: true, flags: '' })],
  [/\)/uy, ([text = '']) => ({ kind: 'close', text })],
  [/\|/uy, ([text = '']) => ({ kind: 'or', text })],
  [/\{(\d+)(?:(,)(\d*))?\}\??/uy, repeated],
  [/([*+?])\??/uy, ([text = '', sign = '']) => ({ kind: 'repeat', text, ...span(often[sign] ?? [1, 1]) })],
  [/./suy, ([text = '']) => ({ kind: 'char', text, char: text })],
];

function span([least, most]: readonly [number, number | null]): { readonly least: number; readonly most: number | null } {
  return { least, most };
}

function repeated([text = '', least = '', comma, most]: Found): Token {
  const from = Number(least);
  return { kind: 'repeat', text, ...span([from, comma === undefined ? from : most ? Number(most) : null]) };
}

/** @param pattern one that RE2 accepts, without the slash of the identity map */
export function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const token = tokenAt(pattern, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

const plain = /^[A-Za-z0-9@_-]$/;

function tokenAt(pattern: string, at: number): Token {
  const char = pattern.charAt(at);
  if (plain.test(char)) return { kind: 'char', text: char, char };
  for (const [form, make] of forms) {
    form.lastIndex = at;
    const found = form.exec(pattern);
    if (found !== null) return make(found);
  }
  // Half a surrogate pair, which no form takes.
  return { kind: 'quoted', text: char, chars: char };
}

/** Whether there are alternatives that are in no group. */
export function hasWays(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some(({ kind }) => {
    depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
    return kind === 'or' && depth === 0;
  });
}
