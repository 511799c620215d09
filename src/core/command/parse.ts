import { nearest } from '../policy/near.ts';
import { type Word, words } from './grammar.ts';
import { requestId } from './request-id.ts';

export type Command =
  /** The form is wanted: nothing was named. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'request'; readonly entitlement: string; readonly reason: string }
  | { readonly kind: 'list'; readonly search: string }
  | { readonly kind: 'mine' }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'connect'; readonly entitlement: string | null }
  | { readonly kind: 'why' }
  /** Null: every cluster. */
  | { readonly kind: 'status'; readonly cluster: string | null }
  | { readonly kind: 'help' }
  /** `meant`: what to type instead, if that can be guessed. */
  | { readonly kind: 'unclear'; readonly typed: string; readonly why: string; readonly meant: string | null }
  /** The word is known, what stands behind it is not what it takes. `type`: what would do. */
  | { readonly kind: 'incomplete'; readonly why: string; readonly type: string };

const readers: { readonly [N in Word['name']]: (rest: string) => Command } = {
  request: readRequest,
  list: (rest) => ({ kind: 'list', search: rest.toLowerCase() }),
  mine: alone('mine'),
  cancel: readCancel,
  connect: readConnect,
  why: alone('why'),
  status: readStatus,
  help: () => ({ kind: 'help' }),
};

/**
 * Reads what was typed after the command's name, as people type it: any case, any amount of space, on any number of lines.
 * Whatever it can't read comes back as `unclear` with a sentence that says what is missing.
 *
 * @param text raw chat text, at most a few thousand characters
 */
export function parseCommand(text: string): Command {
  const [first = '', rest = ''] = splitOnce(text.trim());
  const typed = first.toLowerCase();
  if (typed === '') return { kind: 'ask' };
  if (typed === '?') return { kind: 'help' };
  const word = words.find((w) => w.name === typed);
  if (word !== undefined) return readers[word.name](rest);
  const names = words.map((w) => w.name);
  const meant = nearest(typed, names);
  const why = `I don't know the word "${shorten(first)}". I know: ${names.join(', ')}.`;
  return { kind: 'unclear', typed: first, why, meant: meant === null ? null : whole(meant, rest) };
}

function readRequest(text: string): Command {
  const [named = '', rest = ''] = splitOnce(text);
  const entitlement = bare(named);
  if (entitlement === '') return { kind: 'ask' };
  const reason = rest.replace(/^because(?=\s|$)/i, '').trim();
  return { kind: 'request', entitlement, reason };
}

function readStatus(text: string): Command {
  const [named = '', rest = ''] = splitOnce(text);
  if (rest !== '')
    return incomplete('One cluster at a time, or none for all of them: "status" takes one name.', `status ${bare(named)}`);
  const cluster = bare(named);
  return { kind: 'status', cluster: cluster === '' ? null : cluster };
}

function readCancel(text: string): Command {
  const [named = '', rest = ''] = splitOnce(text);
  if (named === '') return incomplete('Which request? Type its id after "cancel"; "mine" shows the ids.', 'mine');
  if (rest !== '') return incomplete('One request at a time: "cancel" takes one id.', `cancel ${shorten(named)}`);
  const id = requestId(bare(named));
  if (id !== null) return { kind: 'cancel', id };
  return incomplete(
    `"${shorten(named)}" is no id of a request: those have 8 letters and digits, like 7F3KQ2ZN. "mine" shows yours.`,
    'mine',
  );
}

function readConnect(text: string): Command {
  const [named = '', rest = ''] = splitOnce(text);
  if (rest !== '') {
    return incomplete(
      '"connect" takes one entitlement; alone, it shows the commands of all you have.',
      `connect ${shorten(bare(named))}`,
    );
  }
  return { kind: 'connect', entitlement: bare(named) || null };
}

function alone(name: 'mine' | 'why'): (rest: string) => Command {
  return (rest) => (rest === '' ? { kind: name } : incomplete(`"${name}" is about you and takes nothing after it.`, name));
}

/** @param type what to type after the command's name */
function incomplete(why: string, type: string): Command {
  return { kind: 'incomplete', why, type };
}

function whole(word: string, rest: string): string {
  return rest === '' ? word : `${word} ${shorten(rest)}`;
}

/** A name as it was meant: people copy the brackets of the help, or quote it. Names hold none of these (policy/forms.ts). */
function bare(typed: string): string {
  return typed.toLowerCase().replace(/^[<"'`“‘[]+|[>"'`”’\],.;:]+$/gu, '');
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
