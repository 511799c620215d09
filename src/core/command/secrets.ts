/** What people paste without thinking: tokens, passwords and keys that can be told by their form. They are left out before anything is kept. */

interface Kind {
  /** Where its form is described, or what writes it. */
  readonly what: string;
  readonly pattern: RegExp;
  /** What stands in its place. */
  readonly instead: string;
}

const leftOut = '[left out]';

/** In this order: what is whole first, then what only a name before it gives away. */
const kinds: readonly Kind[] = [
  {
    what: 'a private key (RFC 7468)',
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
    instead: '[a private key was left out]',
  },
  {
    what: 'a JSON Web Token in compact form (RFC 7515, section 7.1): it begins with `{"` in base64url',
    pattern: /(?<![\w-])eyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)*/g,
    instead: '[a token was left out]',
  },
  {
    what: 'a token of a chat platform, told by its prefix',
    pattern: /(?<![\w-])(?:xox[a-z]|xapp|xwfp)-[\w-]{6,}/g,
    instead: '[a token was left out]',
  },
  {
    what: 'the value of an Entra client secret: three characters, a digit, `Q~`',
    pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{20,}/g,
    instead: '[a secret was left out]',
  },
  {
    what: 'a password in a URL (RFC 3986, section 3.2.1)',
    pattern: /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi,
    instead: `$1:${leftOut}@`,
  },
  {
    what: 'a value that its name gives away',
    pattern:
      /\b(\w{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)\w{0,40}\s{0,9}=\s{0,9})("[^"]*"|'[^']*'|\S+)/gi,
    instead: `$1${leftOut}`,
  },
  {
    what: 'the same, as headers and JSON write it: only what does not read like a word',
    pattern:
      /\b(\w{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|authorization)\w{0,40}["']?\s{0,9}:\s{0,9}["']?(?:bearer |basic )?)(?=[^\s"',]*[\d+/=~])[^\s"',]{8,}/gi,
    instead: `$1${leftOut}`,
  },
];

/**
 * The text with every secret that can be told by its form left out, visibly. What looks like any other word can't be told from one.
 *
 * @param text as somebody typed it
 */
export function withoutSecrets(text: string): string {
  return kinds.reduce((left, { pattern, instead }) => left.replace(pattern, instead), text);
}
