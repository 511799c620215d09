/**
 * The complement of a word list, as RE2 text. RE2 has no look-ahead, so "every SQL user name but these" is spelled out along a trie:
 * at each node a character that continues no word is followed by anything, a character that continues one leads on, and the name may
 * end wherever it is not a word. The text is case-sensitive and ASCII; it belongs inside `(?-i)`, because under `(?i)` RE2 folds
 * U+212A with k and U+017F with s (https://pkg.go.dev/regexp/syntax), which would let a look-alike of a word through.
 */

/** CockroachDB's limit on a SQL user name, in bytes (pkg/security/username/username.go, `usernameMaxLength`). */
const longest = 63;
const firstCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789_';
const laterCharacters = `${firstCharacters}-.`;

interface Node {
  readonly next: Map<string, Node>;
  /** The name must not end here. */
  word: boolean;
  /** No name may even begin so. */
  barred: boolean;
}

const newNode = (): Node => ({ next: new Map(), word: false, barred: false });

function descend(root: Node, letters: string): Node {
  let node = root;
  for (const letter of letters) {
    const next = node.next.get(letter) ?? newNode();
    node.next.set(letter, next);
    node = next;
  }
  return node;
}

/** One character out of these, in either case: `[dD]`, `\w`, `[-.\dA-CE-Z_a-ce-z]`. */
function oneOf(characters: string): string {
  if (characters.length === firstCharacters.length && [...characters].every((c) => firstCharacters.includes(c))) return '\\w';
  if (characters.length === laterCharacters.length) return '[-.\\w]';
  if (characters.length === 1 && characters.toUpperCase() === characters) return characters === '.' ? '\\.' : characters;
  const digits = [...characters].filter((c) => c >= '0' && c <= '9');
  const whole = digits.length === 10;
  const rest = [...characters].filter((c) => !(whole && digits.includes(c)) && c !== '-' && c !== '.');
  const codes = [...new Set(rest.flatMap((c) => [c, c.toUpperCase()]))].map((c) => c.charCodeAt(0)).sort((a, b) => a - b);
  // `-` stands first, where it is itself.
  return `[${characters.includes('-') ? '-' : ''}${characters.includes('.') ? '.' : ''}${whole ? '\\d' : ''}${ranges(codes)}]`;
}

function ranges(codes: readonly number[]): string {
  let text = '';
  for (let from = 0; from < codes.length; ) {
    let to = from;
    while (codes[to + 1] === (codes[to] ?? 0) + 1) to += 1;
    const run = codes.slice(from, to + 1).map((code) => String.fromCharCode(code));
    text += run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join('');
    from = to + 1;
  }
  return text;
}

/** At least `least` and at most `most` more characters. */
function tail(least: 0 | 1, most: number): string {
  if (most === 0) return '';
  if (most === 1) return least === 1 ? '[-.\\w]' : '[-.\\w]?';
  return `[-.\\w]{${least},${most}}`;
}

/** What may follow once `depth` characters have led to this node; null: nothing may, not even the end. */
function following(node: Node, depth: number): string | null {
  const left = longest - depth;
  const mayEnd = depth > 0 && !node.word;
  if (node.next.size === 0 && depth > 0) return left === 0 && !mayEnd ? null : tail(mayEnd ? 0 : 1, left);
  const ways = left === 0 ? [] : [...free(node, depth, left), ...onward(node, depth)];
  if (ways.length === 0) return mayEnd ? '' : null;
  return mayEnd ? `(?:${ways.join('|')})?` : ways.length === 1 ? ways.join('') : `(?:${ways.join('|')})`;
}

function free(node: Node, depth: number, left: number): string[] {
  const characters = [...(depth === 0 ? firstCharacters : laterCharacters)].filter((c) => !node.next.has(c)).join('');
  return characters === '' ? [] : [oneOf(characters) + tail(0, left - 1)];
}

/** The ways on along the words. Characters that go on alike share one: numbered names cost as much as one of them. */
function onward(node: Node, depth: number): string[] {
  const alike = new Map<string, string>();
  for (const [character, next] of [...node.next].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rest = next.barred ? null : following(next, depth + 1);
    if (rest !== null) alike.set(rest, (alike.get(rest) ?? '') + character);
  }
  return [...alike].map(([rest, characters]) => oneOf(characters) + rest);
}

/** Whether this is a SQL user name in ASCII: CockroachDB's rule (username.go, `validUsernameRE`) without the other scripts. */
export function isAsciiName(name: string): boolean {
  return /^[a-z0-9_][-.a-z0-9_]{0,62}$/.test(name);
}

/**
 * RE2 text (no capturing group, no flags) for every ASCII SQL user name of at most 63 characters, in any case, except `words` and
 * whatever begins with one of `prefixes`. Words that are no ASCII name are passed over: the text can't match them anyway.
 * Deterministic: the order of the words does not matter.
 */
export function everyNameBut(words: Iterable<string>, prefixes: Iterable<string>): string {
  const root = newNode();
  for (const word of words) if (isAsciiName(word)) descend(root, word).word = true;
  for (const prefix of prefixes) descend(root, prefix).barred = true;
  const text = following(root, 0);
  if (text === null) throw new Error('the word list leaves no name at all');
  return text;
}

/** The pieces that `everyNameBut` is made of, and nothing else. A scan of the text, not a run of it: linear in its length. */
const pieces = /^(?:\(\?:|\)\??|\||\[[-.\\\w]+\](?:\{[01],\d{1,2}\}|\?)?|\\w(?:\{[01],\d{1,2}\}|\?)?|\\\.|[-\w])+$/;

/** Whether a text is built of the pieces of `everyNameBut`: how our own row is told from others. */
export function looksLikeEveryNameBut(text: string): boolean {
  return text.length > 0 && pieces.test(text);
}
