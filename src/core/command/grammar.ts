/** What can be typed after the command's name. One table: the parser, the help text, the page and the manifests' hints read it. */

import { commandName } from '../messages/card.ts';

export interface Word {
  readonly name: 'request' | 'list' | 'mine' | 'cancel' | 'connect' | 'why' | 'status' | 'help';
  /** Under which heading the help has it. */
  readonly group: keyof typeof groups;
  /** As the help shows it. */
  readonly usage: string;
  readonly says: string;
}

/** In the order in which the help shows them. */
export const groups = {
  ask: 'Ask',
  have: 'What you have',
  me: 'About you',
  admins: 'For admins',
} as const;

export const words: readonly Word[] = [
  {
    name: 'request',
    group: 'ask',
    usage: 'request <entitlement> [because <reason>]',
    says: 'ask for access; alone, it opens a form',
  },
  { name: 'list', group: 'ask', usage: 'list [text]', says: 'what you may ask for, all of it or what holds a text' },
  { name: 'cancel', group: 'ask', usage: 'cancel <id>', says: 'take back a request that nobody has decided yet' },
  { name: 'mine', group: 'have', usage: 'mine', says: 'your access, what waits, and what became of earlier requests' },
  { name: 'connect', group: 'have', usage: 'connect [entitlement]', says: 'the login command again, checked on the cluster now' },
  { name: 'why', group: 'me', usage: 'why', says: 'who you are to the cluster, and whether you could log in now' },
  { name: 'help', group: 'me', usage: 'help', says: 'this list' },
  {
    name: 'status',
    group: 'admins',
    usage: 'status [cluster]',
    says: 'whether people can log in, what would break next, and what to do',
  },
];

/**
 * Commands as people type them where platforms have some, and the word of the bot's that each stands for; empty: the words themselves
 * follow. The adapters, the manifests and the page read it.
 */
export const commandNames = { [commandName]: '', '/crdb-status': 'status' } as const satisfies Readonly<
  Record<string, '' | Word['name']>
>;

/**
 * What a command and the text behind it say in the bot's words.
 *
 * @param name with its slash, in any case
 * @returns null: no command of the bot's
 */
export function wordsOf(name: string, text: string): string | null {
  const word = new Map<string, string>(Object.entries(commandNames)).get(name.toLowerCase());
  return word === undefined ? null : `${word} ${text.trim()}`.trim();
}

export { commandName };
