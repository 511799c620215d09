import { words } from './grammar.ts';

export type Command =
  | { readonly kind: 'request'; readonly entitlement: string; readonly reason: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'unclear'; readonly typed: string; readonly why: string };

/**
 * Reads what was typed after the command's name, as people type it: any case, any amount of space, on any number of lines.
 * Whatever it can't read comes back as `unclear` with a sentence that says what is missing.
 *
 * @param text raw chat text, at most a few thousand characters
 */
export function parseCommand(text: string): Command {
  const trimmed = text.trim();
  const [first = '', rest = ''] = splitOnce(trimmed);
  const word = first.toLowerCase();
  if (word === '' || word === 'help' || word === '?') return { kind: 'help' };
  if (word === 'request') return parseRequest(rest);
  const known = words.map((w) => w.name).join(', ');
  return { kind: 'unclear', typed: first, why: `I don't know the word "${shorten(first)}". I know: ${known}.` };
}

function parseRequest(text: string): Command {
  const [entitlement = '', rest = ''] = splitOnce(text);
  if (entitlement === '') {
    return { kind: 'unclear', typed: '', why: 'Which entitlement? Name it after "request", for example "request analytics".' };
  }
  const reason = rest.replace(/^because(?=\s|$)/i, '').trim();
  return { kind: 'request', entitlement: entitlement.toLowerCase(), reason };
}

/** The first word, and everything behind it. */
function splitOnce(text: string): [string, string] {
  const at = text.search(/\s/);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at).trim()];
}

function shorten(text: string): string {
  const points = [...text];
  return points.length > 40 ? `${points.slice(0, 40).join('')}…` : text;
}
